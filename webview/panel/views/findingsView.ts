// The findings: what is wrong, on which evidence, and what to do about it, worst first.
import {
  isEdit,
  type Expectation,
  type Finding,
  type RuleId,
} from '../../../src/shared/core/finding';
import type { RunView } from '../../../src/shared/protocol/panel';
import { button, element, keepInStep, setHidden, setText } from '../dom';
import {
  fileName,
  formatCount,
  formatRound,
  formatValue,
  plural,
} from '../../../src/shared/charts/format';
import { icon } from '../icons';
import { createCard } from './card';
import type { Frame, PageActions, View } from './view';
import { bySeverity, isOpen, ruleWord } from './words';

interface Entry {
  finding: Finding;
  /** Index in the run's list: how the host knows it. */
  index: number;
}

const SEVERITY_WORDS = { error: 'Error', warning: 'Warning', information: 'Information' } as const;

export class FindingsView implements View {
  readonly root: HTMLElement;
  private readonly card = createCard('findings', 'Findings');
  private readonly list = element('ul', 'finding-list');
  private readonly empty = element('p', 'finding-none');
  private readonly emptyText = element('span');
  private readonly nodes = new Map<string, HTMLElement>();
  /** Index of each finding now; buttons look it up when they are pressed. */
  private readonly indexes = new Map<string, number>();

  constructor(private readonly actions: PageActions) {
    this.root = this.card.root;
    this.empty.append(icon('check'), this.emptyText);
    this.card.body.append(this.empty, this.list);
  }

  draw({ state: { view } }: Frame): void {
    // Silence says nothing before the first step: neither good nor bad.
    setHidden(this.root, view === undefined || (view.step === 0 && view.findings.length === 0));
    if (view === undefined) return;
    const entries = view.findings
      .map((finding, index): Entry => ({ finding, index }))
      .sort(
        (a, b) =>
          Number(isOpen(b.finding)) - Number(isOpen(a.finding)) || bySeverity(a.finding, b.finding),
      );
    const open = entries.filter(({ finding }) => isOpen(finding)).length;
    setText(this.card.note, open === 0 ? '' : `${open} open`);
    setHidden(this.empty, open > 0);
    setText(this.emptyText, this.emptyWords(view, entries.length));
    this.root.classList.toggle('has-problems', open > 0);
    // The source that a log came from is not at hand: there is nothing to edit.
    this.root.classList.toggle('without-source', view.origin === 'log');
    this.indexes.clear();
    for (const entry of entries) this.indexes.set(this.keyOf(entry), entry.index);
    setHidden(this.list, entries.length === 0);
    keepInStep(
      this.list,
      this.nodes,
      entries,
      (entry) => this.keyOf(entry),
      (entry) => this.create(entry),
      (node, entry) => this.update(node, entry.finding),
    );
  }

  private emptyWords(view: RunView, known: number): string {
    const problems = known === 0 ? 'No problems found' : 'No open problems';
    return `${problems} in ${plural(view.step, 'step')}.`;
  }

  private keyOf({ finding }: Entry): string {
    const { rule, layer, tensor, firstStep } = finding;
    return [rule, layer, tensor, firstStep].join('\n');
  }

  private create(entry: Entry): HTMLElement {
    const { finding } = entry;
    const key = this.keyOf(entry);
    const head = element(
      'div',
      'finding-head',
      {},
      element('span', `severity severity-${finding.severity}`, {}, icon(finding.severity)),
      element('span', 'visually-hidden', {}, SEVERITY_WORDS[finding.severity]),
      this.explainLink(finding.rule, 'finding-rule'),
    );
    if (finding.layer !== undefined) {
      const { layer } = finding;
      const link = button('link', layer, () => this.actions.select(layer));
      link.title = `Show the statistics of ${layer}`;
      head.append(link);
    }
    if (finding.location !== undefined) {
      const place = `${fileName(finding.location.file)}:${finding.location.line}`;
      const link = button('link finding-place', place, () => this.reveal(key));
      link.title = 'Open the line that built the layer';
      head.append(link);
    }
    const remedies = element('ol', 'remedies', {
      'aria-label': 'What to do, most effective first',
    });
    finding.remedies.forEach((remedy, i) => {
      const item = element('li', '', {}, remedy.title);
      if (isEdit(remedy.id)) item.append(this.remedyButtons(key, i));
      remedies.append(item);
    });
    return element(
      'li',
      'finding',
      {},
      head,
      element('p', 'finding-message'),
      element('p', 'finding-evidence'),
      element('p', 'finding-theory'),
      element('ul', 'consequences', { 'aria-label': 'What follows from it' }),
      ...(finding.remedies.length > 0 ? [remedies] : []),
    );
  }

  private update(node: HTMLElement, finding: Finding): void {
    node.classList.toggle('closed', !isOpen(finding));
    const message = node.querySelector('.finding-message');
    const evidence = node.querySelector('.finding-evidence');
    if (message !== null) setText(message, finding.message);
    if (evidence !== null) setText(evidence, evidenceWords(finding));
    const theory = node.querySelector<HTMLElement>('.finding-theory');
    if (theory !== null) {
      setHidden(theory, finding.expectation === undefined);
      setText(theory, finding.expectation === undefined ? '' : theoryWords(finding.expectation));
      theory.title = finding.expectation?.reference ?? '';
    }
    const consequences = node.querySelector<HTMLElement>('.consequences');
    if (consequences !== null) this.updateConsequences(consequences, finding);
  }

  /** Rewritten only where it says something else: what is being read or selected stays. */
  private updateConsequences(list: HTMLElement, { consequences = [] }: Finding): void {
    setHidden(list, consequences.length === 0);
    const text = consequences.map(({ rule, message }) => `${rule} ${message}`).join('\n');
    if (list.dataset['text'] === text) return;
    list.dataset['text'] = text;
    list.replaceChildren(
      ...consequences.map(({ rule, message }) =>
        element('li', '', {}, this.explainLink(rule, ''), element('span', '', {}, ` ${message}`)),
      ),
    );
  }

  /** Apply shows the difference first; Verify trains with and without it. */
  private remedyButtons(key: string, remedy: number): HTMLElement {
    const post = (verb: 'apply' | 'verify') => (): void => {
      const finding = this.indexes.get(key);
      if (finding !== undefined) this.actions.post({ type: 'remedy', verb, finding, remedy });
    };
    const apply = button('link remedy-button', 'Apply…', post('apply'));
    apply.title = 'Show the change to the source, and make it';
    const verify = button('link remedy-button', 'Verify', post('verify'));
    verify.title = 'Train with and without it, on the same seed, and compare';
    return element('span', 'remedy-buttons', {}, apply, verify);
  }

  private explainLink(rule: RuleId, className: string): HTMLElement {
    const explain = (): void => this.actions.post({ type: 'explain', rule });
    const link = button(`link ${className}`.trim(), ruleWord(rule), explain);
    link.title = 'What this means, how it is measured, and what helps';
    return link;
  }

  private reveal(key: string): void {
    const finding = this.indexes.get(key);
    if (finding !== undefined) this.actions.post({ type: 'reveal', target: { finding } });
  }
}

/** `Theory: gradient per layer 0.237, measured 0.24 · Schoenholz et al. 2017`: of the reference who and when. */
export function theoryWords({ expected, measured, unit, reference }: Expectation): string {
  const [source = ''] = reference.split(/, (?=[“"])/);
  return `Theory: ${unit} ${formatValue(expected)}, measured ${formatValue(measured)} · ${source}`;
}

/** `mean |gradient| 2.1e-9, threshold 1e-7, over 50 steps · since step 12`. */
export function evidenceWords(finding: Finding): string {
  const { measured, threshold, unit, window } = finding.evidence;
  const span =
    finding.closedStep === undefined
      ? `since step ${formatCount(finding.firstStep)}`
      : `steps ${formatCount(finding.firstStep)}–${formatCount(finding.lastStep)}, no longer holds`;
  return `${unit} ${formatValue(measured)}, threshold ${formatRound(threshold)}, over ${plural(window, 'step')} · ${span}`;
}
