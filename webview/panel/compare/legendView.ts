// The runs of the comparison: a chip each, which shows and hides it, makes it the baseline, opens or removes it.
import { button, element, keepInStep, setAttribute, setHidden, setText } from '../dom';
import { formatValue } from '../../../src/shared/charts/format';
import { icon } from '../icons';
import { swatch } from './runStyle';
import type { CompareActions, CompareFrame, CompareView, DrawnRun } from './frame';

class Chip {
  readonly root: HTMLElement;
  private readonly toggle: HTMLButtonElement;
  private readonly mark = element('span', 'chip-mark');
  private readonly name = element('span', 'chip-name');
  private readonly value = element('span', 'chip-value');
  private readonly baseline: HTMLButtonElement;
  private readonly open: HTMLButtonElement;
  private readonly remove: HTMLButtonElement;
  private drawn = '';

  constructor(id: string, actions: CompareActions, hide: (id: string) => void) {
    this.toggle = button('chip-toggle', '', () => hide(id), this.mark, this.name, this.value);
    this.baseline = button(
      'tool chip-tool',
      'Baseline',
      () => {
        const isOn = this.baseline.getAttribute('aria-pressed') === 'true';
        actions.post({ type: 'baseline', ...(!isOn && { run: id }) });
      },
      icon('flag'),
    );
    this.open = button(
      'tool chip-tool',
      'Open',
      () => actions.post({ type: 'open', run: id }),
      icon('open'),
    );
    this.remove = button(
      'tool chip-tool',
      'Remove',
      () => actions.post({ type: 'remove', run: id }),
      icon('close'),
    );
    this.root = element('li', 'chip', {}, this.toggle, this.baseline, this.open, this.remove);
  }

  draw({ name, run, style, isBaseline, isHidden }: DrawnRun, generation: number): void {
    const { summary, isLoading, problem } = run;
    const loss = summary.lastLoss === undefined ? '' : formatValue(summary.lastLoss);
    const value = isLoading ? 'reading…' : summary.state === 'failed' ? `failed ${loss}` : loss;
    const drawn = JSON.stringify([
      name,
      value,
      isBaseline,
      isHidden,
      generation,
      run.slot,
      problem,
    ]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.mark.replaceChildren(swatch(style));
    setText(this.name, name);
    setText(this.value, value.trim());
    setAttribute(this.toggle, 'aria-pressed', String(!isHidden));
    const label = `${name}${value === '' ? '' : `, loss ${value}`}`;
    setAttribute(this.toggle, 'aria-label', `${label}: shown`);
    setAttribute(this.toggle, 'title', `${name}\n${isHidden ? 'Show' : 'Hide'} this run`);
    this.root.classList.toggle('is-hidden', isHidden);
    this.root.classList.toggle('is-baseline', isBaseline);
    this.root.classList.toggle('is-failed', summary.state === 'failed' || problem !== undefined);
    setAttribute(this.baseline, 'aria-pressed', String(isBaseline));
    const title = (words: string, node: HTMLElement): void => {
      setAttribute(node, 'aria-label', `${words}: ${name}`);
      setAttribute(node, 'title', words);
    };
    title(
      isBaseline ? 'Baseline of the differences; press for none' : 'Show differences to this run',
      this.baseline,
    );
    title('Open this run', this.open);
    title('Remove from the comparison', this.remove);
  }
}

export class LegendView implements CompareView {
  readonly root = element('nav', 'compare-legend', { 'aria-label': 'Compared runs' });
  private readonly list = element('ul', 'chips');
  private readonly problems = element('ul', 'compare-problems', { role: 'status' });
  private readonly chips = new Map<string, Chip>();
  private readonly nodes = new Map<string, HTMLElement>();
  private problemText = '';
  private hidden: readonly string[] = [];

  constructor(private readonly actions: CompareActions) {
    this.root.append(this.list, this.problems);
  }

  draw({ runs, settings, generation }: CompareFrame): void {
    setHidden(this.root, runs.length === 0);
    this.hidden = settings.hidden;
    keepInStep(
      this.list,
      this.nodes,
      runs,
      ({ id }) => id,
      ({ id }) => {
        const chip = new Chip(id, this.actions, (run) => this.flip(run));
        this.chips.set(id, chip);
        return chip.root;
      },
      (_, run) => this.chips.get(run.id)?.draw(run, generation),
    );
    for (const id of this.chips.keys()) if (!this.nodes.has(id)) this.chips.delete(id);
    const problems = runs.flatMap(({ name, run: { problem } }) =>
      problem === undefined ? [] : [`${name}: ${problem}`],
    );
    if (problems.join('\n') === this.problemText) return;
    this.problemText = problems.join('\n');
    setHidden(this.problems, problems.length === 0);
    this.problems.replaceChildren(
      ...problems.map((text) =>
        element('li', '', {}, icon('error'), element('span', '', {}, text)),
      ),
    );
  }

  private flip(id: string): void {
    const others = this.hidden.filter((one) => one !== id);
    const hidden = others.length === this.hidden.length ? [...this.hidden, id] : others;
    this.actions.change({ hidden });
  }
}
