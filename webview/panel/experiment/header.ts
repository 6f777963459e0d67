// The head of an experiment's page: what it is, how it stands, what can be done.
import type { ExperimentAction, ShownExperiment } from '../../../src/shared/protocol/experiment';
import { element, setAttribute, setHidden, setText } from '../dom';
import { formatRound } from '../../../src/shared/charts/format';
import { icon, setIcon, type IconName } from '../icons';
import type { Ask } from './page';
import { bestWords, progressWords, STATE_ICONS, STATE_WORDS } from './words';

/** Trials that can be compared at a time. */
export const MOST_COMPARED = 8;

interface Tool {
  node: HTMLButtonElement;
  isOffered: (shown: ShownExperiment) => boolean;
}

export class ExperimentHeader {
  readonly root = element('header', 'header experiment-header');
  private readonly state = element('span', 'run-state');
  private readonly stateWord = element('span');
  private readonly title = element('h1', 'title');
  private readonly facts = element('dl', 'facts');
  private readonly message = element('p', 'experiment-message', { role: 'alert' });
  private readonly tools: readonly Tool[];
  private readonly compare: HTMLButtonElement;

  constructor(ask: Ask, chosen: () => readonly number[]) {
    const tool = (
      action: ExperimentAction,
      label: string,
      name: IconName,
      isOffered: Tool['isOffered'],
    ): Tool => {
      const node = toolButton(label, name, () => ask({ type: 'action', action }));
      return { node, isOffered };
    };
    this.tools = [
      tool('stop', 'Stop', 'stop', ({ state }) => state === 'running'),
      tool('apply', 'Apply', 'check', hasResult),
      tool('rerun', 'Run again', 'restart', ({ state }) => state !== 'running'),
      tool('openFile', 'Open file', 'output', () => true),
    ];
    this.compare = toolButton('Compare', 'table', () =>
      ask({ type: 'compare', trials: chosen().slice(0, MOST_COMPARED) }),
    );
    this.choose(0);
    const toolbar = element(
      'div',
      'toolbar',
      { role: 'toolbar', 'aria-label': 'Experiment' },
      ...this.tools.map(({ node }) => node),
      this.compare,
    );
    this.state.append(this.stateWord);
    this.root.append(
      element('div', 'header-top', {}, this.state, this.title, toolbar),
      this.facts,
      this.message,
    );
  }

  show(shown: ShownExperiment): void {
    setAttribute(this.state, 'data-state', shown.state);
    setIcon(this.state, STATE_ICONS[shown.state]);
    setText(this.stateWord, STATE_WORDS[shown.state]);
    setText(this.title, shown.title);
    for (const { node, isOffered } of this.tools) setHidden(node, !isOffered(shown));
    setHidden(this.compare, shown.kind !== 'sweep');
    const pairs = factsOf(shown);
    this.facts.replaceChildren(
      ...pairs.map(([name, value]) =>
        element('div', 'fact', {}, element('dt', '', {}, name), element('dd', '', {}, value)),
      ),
    );
    setText(this.message, shown.message ?? '');
    setHidden(this.message, shown.message === undefined);
    setAttribute(this.message, 'data-state', shown.state);
  }

  /** So many trials are ticked for comparison. */
  choose(count: number): void {
    const isReady = count >= 2;
    this.compare.disabled = !isReady;
    const hint = isReady ? `Compare ${Math.min(count, MOST_COMPARED)} trials` : 'Tick two or more trials to compare them'; // prettier-ignore
    setAttribute(this.compare, 'title', hint);
  }
}

function toolButton(label: string, name: IconName, onClick: () => void): HTMLButtonElement {
  const node = element('button', 'tool', { type: 'button' }, icon(name));
  node.append(element('span', 'tool-word', {}, label));
  node.addEventListener('click', onClick);
  return node;
}

function hasResult(shown: ShownExperiment): boolean {
  return shown.kind === 'sweep' ? shown.best !== undefined : shown.suggested !== undefined;
}

function factsOf(shown: ShownExperiment): [string, string][] {
  const path: [string, string] = ['Model', shown.path];
  if (shown.kind === 'rate-test') {
    const { current, suggested, points, planned } = shown;
    return [
      path,
      ['Steps', `${points.length} of at most ${planned}`],
      ...(current === undefined ? [] : [['In the source', formatRound(current)] as [string, string]]), // prettier-ignore
      ...(suggested ? [['Suggested', formatRound(suggested.rate)] as [string, string]] : []),
    ];
  }
  const best = bestWords(shown);
  return [
    path,
    ['Search', shown.search],
    ['Progress', progressWords(shown)],
    ...(best === undefined ? [] : [['Best', best] as [string, string]]),
  ];
}
