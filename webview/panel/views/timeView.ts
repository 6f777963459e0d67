// The time scrubber: a slider over the recorded steps, which all parts of the page follow. At its right end
// the page shows what comes next; the host answers each move with the record that is nearest.
import type { FromPanel, RunView } from '../../../src/shared/protocol/panel';
import { element, keepInStep, setAttribute, setHidden, setText } from '../dom';
import { formatCount } from '../../../src/shared/charts/format';
import { setIcon } from '../icons';
import type { Frame, PageActions } from './view';
import { cursorWords } from './words';

/** Steps from which on there is a past to look at. */
const LEAST_STEPS = 2;
/** Part of the steps that Page Up and Page Down move by. */
const PAGE_SHARE = 0.1;

type Look = Omit<Extract<FromPanel, { type: 'look' }>, 'type'>;

export class TimeView {
  readonly root = element('div', 'time', { role: 'group', 'aria-label': 'Time' });
  private readonly slider = element('input', 'time-slider', {
    type: 'range',
    step: 1,
    'aria-label': 'Step shown',
    title: 'Step shown (← → to the recorded step before and after, Esc back to the newest)',
  });
  private readonly track = element('div', 'time-track');
  private readonly marks = element('div', 'time-marks', { 'aria-hidden': 'true' });
  private readonly markNodes = new Map<string, HTMLElement>();
  private readonly live = element('button', 'tool tool-text time-live', { type: 'button' });
  private readonly liveWord = element('span', '', {}, 'Live');
  private readonly words = element('p', 'time-words');
  private readonly place = element('span', 'time-place');
  private readonly note = element('span', 'time-note');
  private first = 0;
  private last = 0;
  /** Step that is shown. */
  private shown = 0;
  /** The pointer holds the slider: it is not moved from under it. */
  private isHeld = false;

  constructor(private readonly actions: PageActions) {
    this.live.append(this.liveWord);
    setIcon(this.live, 'dot');
    this.words.append(this.place, this.note);
    this.track.append(this.marks, this.slider);
    this.root.append(this.track, this.live, this.words);
    this.live.addEventListener('click', () => this.look({}));
    this.slider.addEventListener('pointerdown', () => (this.isHeld = true));
    for (const end of ['pointerup', 'pointercancel', 'change'] as const) {
      this.slider.addEventListener(end, () => (this.isHeld = false));
    }
    this.slider.addEventListener('input', () => this.lookAt(Number(this.slider.value)));
    this.slider.addEventListener('keydown', (event) => this.onKey(event));
  }

  draw({ state: { view, curves, current } }: Frame): void {
    const steps = curves.step;
    this.first = steps.buffer[0] ?? 0;
    this.last = steps.buffer[steps.length - 1] ?? 0;
    const { cursor } = view ?? {};
    const hasPast = steps.length >= LEAST_STEPS;
    setHidden(this.root, view === undefined || (!hasPast && cursor === undefined));
    if (view === undefined || this.root.hidden) return;
    setHidden(this.track, !hasPast);
    setHidden(this.live, !hasPast);
    this.shown = Math.min(this.last, cursor?.step ?? this.last);
    setAttribute(this.slider, 'min', this.first);
    setAttribute(this.slider, 'max', this.last);
    if (!this.isHeld) this.slider.value = String(this.shown);
    const words = cursorWords(view);
    setAttribute(this.slider, 'aria-valuetext', cursor === undefined ? `Live: ${words}` : words);
    setAttribute(this.live, 'aria-pressed', String(cursor === undefined));
    setAttribute(
      this.live,
      'title',
      cursor === undefined ? 'The newest step is shown' : 'Show where the training stands',
    );
    setAttribute(this.root, 'data-past', cursor !== undefined);
    setHidden(this.words, cursor === undefined);
    if (cursor !== undefined) {
      setText(this.place, words);
      setText(this.note, noteOf(view, cursor.step, current?.step));
    }
    this.drawMarks(view);
  }

  private drawMarks({ changes = [] }: RunView): void {
    const span = Math.max(1, this.last - this.first);
    keepInStep(
      this.marks,
      this.markNodes,
      changes.filter(({ step }) => step >= this.first && step <= this.last),
      ({ step, words }) => `${step} ${words}`,
      () => element('i', 'time-mark'),
      (node, { step }) => (node.style.left = `${(((step - this.first) / span) * 100).toFixed(2)}%`),
    );
  }

  /** Arrows move from record to record, whatever their distance. */
  private onKey(event: KeyboardEvent): void {
    const page = Math.max(1, Math.round((this.last - this.first) * PAGE_SHARE));
    if (event.key === 'ArrowLeft' || event.key === 'ArrowDown') {
      this.look({ step: this.shown, side: 'before' });
    } else if (event.key === 'ArrowRight' || event.key === 'ArrowUp') {
      if (this.shown < this.last) this.look({ step: this.shown, side: 'after' });
    } else if (event.key === 'PageDown') this.lookAt(this.shown - page);
    else if (event.key === 'PageUp') this.lookAt(this.shown + page);
    else if (event.key === 'Home') this.lookAt(this.first);
    else if (event.key === 'End' || event.key === 'Escape') this.look({});
    else return;
    event.preventDefault();
  }

  /** The right end is the newest step, now and from then on. */
  private lookAt(step: number): void {
    if (step >= this.last) this.look({});
    else this.look({ step: Math.max(this.first, step) });
  }

  private look(look: Look): void {
    this.actions.post({ type: 'look', ...look });
  }
}

/** What else is to be known of the shown step: that its record is another's, and what was changed before it. */
function noteOf({ changes = [] }: RunView, step: number, recorded: number | undefined): string {
  const notes: string[] = [];
  if (recorded !== undefined && recorded !== step) {
    notes.push(`numbers of step ${formatCount(recorded)}`);
  }
  const change = changes.findLast((other) => other.step < step);
  if (change !== undefined) notes.push(`step ${formatCount(change.step)}: ${change.words}`);
  return notes.join(' · ');
}
