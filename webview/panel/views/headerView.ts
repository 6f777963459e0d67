// The header: which run this is, how it stands, and the controls. Stays in view while scrolling.
import { isFinal } from '../../../src/shared/core/run';
import type { PanelAction, RunView } from '../../../src/shared/protocol/panel';
import { element, setAttribute, setHidden, setText } from '../dom';
import { formatCount, formatValue } from '../../../src/shared/charts/format';
import { type IconName, icon, setIcon } from '../icons';
import { TimeView } from './timeView';
import type { Frame, PageActions, View } from './view';
import { backendWord, isCutOff, plannedSteps, stateIcon, stateWord } from './words';

interface Control {
  node: HTMLButtonElement;
  /** The word on the button, where there is room for it. */
  word: HTMLElement;
  /** Why it cannot be used now; `undefined` where it can. */
  blocked: (view: RunView) => string | undefined;
  label: string;
}

/** What a control does, where its word alone does not say it. */
const TITLES: Record<string, string> = {
  Step: 'Train one step',
  Restart: 'Restart with the same seed',
  Output: 'Show the output of the program',
  Export: 'Export as a report, CSV or JSON',
};

/** What Resume does of a run that has ended. */
const GO_ON = 'Resume from the last checkpoint';

/** Reason that holds for every control of a worker that is gone. */
function goneReason(view: RunView): string | undefined {
  if (isFinal(view.state)) return 'the run has ended';
  return view.live ? undefined : 'the run was interrupted';
}

function pauseBlocked(view: RunView): string | undefined {
  if (!view.pausable) {
    return 'this program trains in a loop that never awaits, so it can be stopped but not paused';
  }
  return goneReason(view) ?? (view.state === 'starting' ? 'training has not begun' : undefined);
}

function stepBlocked(view: RunView): string | undefined {
  const gone = goneReason(view);
  if (gone !== undefined) return gone;
  if (!view.pausable) return pauseBlocked(view);
  return view.state === 'paused' ? undefined : 'pause first';
}

/** True for a run that may go on in another one. */
function isOver(view: RunView): boolean {
  return view.origin !== 'log' && (isFinal(view.state) || !view.live);
}

function resumeBlocked(view: RunView): string | undefined {
  return view.step === 0 ? 'no step was taken' : undefined;
}

function exportBlocked(view: RunView): string | undefined {
  return view.step === 0 && view.findings.length === 0 ? 'nothing is recorded yet' : undefined;
}

export class HeaderView implements View {
  readonly root = element('header', 'header');
  private readonly state = element('span', 'run-state');
  private readonly stateWord = element('span');
  private readonly title = element('h1', 'title');
  private readonly facts = element('dl', 'facts');
  private readonly reasonText = element('span');
  private readonly reason = element(
    'p',
    'backend-reason',
    {},
    icon('information'),
    this.reasonText,
  );
  private readonly factNodes = new Map<string, { pair: HTMLElement; value: HTMLElement }>();
  private readonly toolbar = element('div', 'toolbar', { role: 'toolbar', 'aria-label': 'Run' });
  private readonly progress = element('div', 'progress', { role: 'progressbar' });
  private readonly progressBar = element('div', 'progress-bar');
  private readonly controls: Control[] = [];
  private readonly pause: Control;
  private readonly time: TimeView;
  private isOver = false;

  constructor(private readonly actions: PageActions) {
    this.pause = this.control(
      'pause',
      'Pause',
      () => this.pauseOrResume(),
      (view) => (isOver(view) ? resumeBlocked(view) : pauseBlocked(view)),
    );
    this.control('step', 'Step', () => this.act('step'), stepBlocked);
    this.control('stop', 'Stop', () => this.act('stop'), goneReason);
    this.control(
      'restart',
      'Restart',
      () => this.act('restart'),
      () => undefined,
    );
    this.control(
      'output',
      'Output',
      () => this.act('showOutput'),
      () => undefined,
    );
    this.control('export', 'Export', () => this.act('exportRun'), exportBlocked);
    this.time = new TimeView(actions);
    this.toolbar.addEventListener('keydown', (event) => this.moveFocus(event));
    this.state.append(this.stateWord);
    this.progress.append(this.progressBar);
    this.root.append(
      element('div', 'header-top', {}, this.state, this.title, this.toolbar),
      this.facts,
      this.reason,
      this.time.root,
      this.progress,
    );
  }

  draw(frame: Frame): void {
    const { view } = frame.state;
    setHidden(this.root, view === undefined);
    if (view === undefined) return;
    setAttribute(this.state, 'data-state', isCutOff(view) ? 'interrupted' : view.state);
    setIcon(this.state, stateIcon(view));
    setText(this.stateWord, stateWord(view));
    setText(this.title, view.title);
    setAttribute(this.title, 'title', view.path);
    this.drawFacts(view);
    this.drawControls(view);
    this.drawProgress(view);
    this.time.draw(frame);
  }

  private drawFacts(view: RunView): void {
    const of = (value: number, whole?: number): string =>
      whole === undefined ? formatCount(value) : `${formatCount(value)} / ${formatCount(whole)}`;
    this.fact('Step', of(view.step, plannedSteps(view)));
    this.fact('Epoch', view.epoch === undefined ? '' : of(view.epoch, view.epochs));
    const idle = isFinal(view.state) || !view.live || view.step === 0;
    const speed = idle ? undefined : view.stepsPerSecond;
    this.fact('Steps/s', speed === undefined ? '' : formatValue(speed));
    this.fact(
      'Backend',
      view.backend === '' || view.origin === 'log' ? '' : backendWord(view),
      [view.backendReason, view.renderer]
        .filter((text) => text !== undefined && text !== '')
        .join('\n'),
    );
    const from = view.resumedFrom;
    this.fact(
      'Resumed',
      from ? `after step ${formatCount(from.step)}` : '',
      from && `Steps up to there are of the run ${from.run}`,
    );
    this.fact('Log', view.origin === 'log' ? view.backend : '');
    this.fact('Seed', view.origin === 'log' ? '' : String(view.seed));
    // A backend that is not the obvious one says why, in sight and not only on hover.
    setHidden(this.reason, (view.backendReason ?? '') === '');
    setText(this.reasonText, view.backendReason ?? '');
  }

  /** A fact left empty is not shown. */
  private fact(name: string, value: string, hint = ''): void {
    let fact = this.factNodes.get(name);
    if (fact === undefined) {
      const node = element('dd');
      fact = { pair: element('div', 'fact', {}, element('dt', '', {}, name), node), value: node };
      this.factNodes.set(name, fact);
      this.facts.append(fact.pair);
    }
    setHidden(fact.pair, value === '');
    setText(fact.value, value);
    setAttribute(fact.pair, 'title', hint === '' ? undefined : hint);
  }

  private control(
    name: IconName,
    label: string,
    run: () => void,
    blocked: Control['blocked'],
  ): Control {
    const word = element('span', 'tool-word', {}, label);
    const control: Control = {
      node: element('button', 'tool', { type: 'button' }),
      word,
      blocked,
      label,
    };
    control.node.append(word);
    setIcon(control.node, name);
    // Blocked controls keep their focus and tell their reason, so they are not `disabled`.
    control.node.addEventListener('click', () => {
      if (control.node.getAttribute('aria-disabled') !== 'true') run();
    });
    control.node.tabIndex = this.controls.length === 0 ? 0 : -1;
    this.controls.push(control);
    this.toolbar.append(control.node);
    return control;
  }

  private drawControls(view: RunView): void {
    this.isOver = isOver(view);
    const paused = view.state === 'paused' || this.isOver;
    setIcon(this.pause.node, paused ? 'play' : 'pause');
    this.pause.label = paused ? 'Resume' : 'Pause';
    for (const { node, word, blocked, label } of this.controls) {
      const reason = blocked(view);
      const whole = this.isOver && label === 'Resume' ? GO_ON : (TITLES[label] ?? label);
      const title = `${whole}${reason === undefined ? '' : `: ${reason}`}`;
      setAttribute(node, 'aria-disabled', reason === undefined ? undefined : 'true');
      setAttribute(node, 'title', title);
      setAttribute(node, 'aria-label', title);
      setText(word, label);
    }
    const shown = this.controls.filter(({ node }) => !node.hidden);
    // One of those in sight is reached by Tab.
    if (!shown.some(({ node }) => node.tabIndex === 0))
      shown[0]?.node.setAttribute('tabindex', '0');
    setAttribute(this.root, 'data-final', isFinal(view.state) || !view.live);
    // A log can be followed, and no longer followed: nothing else.
    for (const { node, label } of this.controls) {
      setHidden(node, view.origin === 'log' && label !== 'Stop' && label !== 'Export');
    }
  }

  private drawProgress(view: RunView): void {
    const whole = plannedSteps(view);
    const waiting = view.state === 'starting' && view.live;
    setHidden(this.progress, whole === undefined && !waiting);
    setAttribute(this.progress, 'data-waiting', waiting);
    const share = whole === undefined ? 0 : Math.min(1, view.step / Math.max(1, whole));
    setAttribute(this.progress, 'aria-label', 'Training progress');
    setAttribute(this.progress, 'aria-valuemin', 0);
    setAttribute(this.progress, 'aria-valuemax', 100);
    setAttribute(this.progress, 'aria-valuenow', waiting ? undefined : Math.round(share * 100));
    this.progressBar.style.transform = `scaleX(${share.toFixed(4)})`;
  }

  private pauseOrResume(): void {
    if (this.isOver) this.act('resumeRun');
    else this.act(this.pause.label === 'Resume' ? 'resume' : 'pause');
  }

  private act(action: PanelAction): void {
    this.actions.post({ type: 'action', action });
  }

  /** Arrow keys walk the toolbar, as its role promises. */
  private moveFocus(event: KeyboardEvent): void {
    const nodes = this.controls.map(({ node }) => node).filter((node) => !node.hidden);
    const at = nodes.findIndex((node) => node === document.activeElement);
    const to =
      event.key === 'ArrowRight'
        ? (at + 1) % nodes.length
        : event.key === 'ArrowLeft'
          ? (at + nodes.length - 1) % nodes.length
          : event.key === 'Home'
            ? 0
            : event.key === 'End'
              ? nodes.length - 1
              : -1;
    if (to < 0) return;
    event.preventDefault();
    nodes.forEach((node, index) => (node.tabIndex = index === to ? 0 : -1));
    nodes[to]?.focus();
  }
}
