// The head of the page: how many runs, what they are aligned by, and room for more of them.
import { MAX_COMPARED } from '../../../src/shared/protocol/compare';
import { button, element, setAttribute, setHidden, setText } from '../dom';
import { icon } from '../icons';
import type { CompareActions, CompareFrame, CompareView } from './frame';
import { sharedName } from './names';
import type { Alignment } from './settings';

const WORDS: Readonly<Record<Alignment, string>> = { step: 'Step', time: 'Time' };

export class HeaderView implements CompareView {
  readonly root = element('header', 'header compare-header');
  private readonly title = element('h1', 'title');
  private readonly align = element('div', 'segments', { role: 'group', 'aria-label': 'Align by' });
  private readonly buttons: readonly (readonly [Alignment, HTMLButtonElement])[];
  private readonly add: HTMLButtonElement;

  constructor(actions: CompareActions, legend: HTMLElement) {
    this.buttons = (['step', 'time'] as const).map(
      (value) =>
        [value, button('tool tool-text', WORDS[value], () => actions.align(value))] as const,
    );
    this.align.append(
      element('span', 'segments-label', { 'aria-hidden': 'true' }, 'Align by'),
      ...this.buttons.map(([, node]) => node),
    );
    this.add = button(
      'tool',
      'Add runs to compare',
      () => {
        if (this.add.getAttribute('aria-disabled') !== 'true') actions.post({ type: 'add' });
      },
      icon('add'),
    );
    this.root.append(element('div', 'header-top', {}, this.title, this.align, this.add), legend);
  }

  draw({ runs, settings }: CompareFrame): void {
    setHidden(this.align, runs.length === 0);
    const shared = sharedName(runs.map(({ run }) => run.summary));
    const count = runs.length === 1 ? '1 run' : `${runs.length} runs`;
    setText(this.title, `Compare ${count}${shared === undefined ? '' : ` of ${shared}`}`);
    for (const [value, node] of this.buttons) {
      setAttribute(node, 'aria-pressed', String(settings.alignment === value));
    }
    const isFull = runs.length >= MAX_COMPARED;
    setAttribute(this.add, 'aria-disabled', isFull ? 'true' : undefined);
    const words = isFull ? `At most ${MAX_COMPARED} runs are compared` : 'Add runs to compare';
    setAttribute(this.add, 'title', words);
    setAttribute(this.add, 'aria-label', words);
  }
}
