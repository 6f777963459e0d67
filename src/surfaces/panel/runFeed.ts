// Feeds one run to one page: a snapshot, then updates, at most 20 a second and only while the page
// is visible. What a hidden page missed is caught up by the history when it is shown again.
import type { HistoryCursor } from '../../run/runHistory';
import type { RunView, RunViewUpdate, ToPanel } from '../../shared/protocol/panel';
import type { ShownRun } from './shownRun';
import { ShownSteps, type Look } from './shownStep';

/** Milliseconds between two updates. */
const INTERVAL_MS = 50;

/** Where a feed sends to. */
export interface FeedTarget {
  readonly visible: boolean;
  post(message: ToPanel): void;
}

/** Sends what changed. Make one per run and page; {@link snapshot} begins it. */
export class RunFeed {
  private cursor: HistoryCursor | undefined;
  private lastView: RunView | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stale = false;
  private lastSent = 0;
  private readonly steps: ShownSteps;
  private readonly subscription: { dispose(): void } | undefined;

  constructor(
    private readonly run: ShownRun,
    private readonly target: FeedTarget,
  ) {
    this.steps = new ShownSteps(run);
    this.subscription = run.onDidChange?.(() => this.changed());
  }

  /** Replaces all that the page shows. */
  snapshot(): void {
    const { curves, histograms, newest, cursor } = this.run.history.since();
    this.cursor = cursor;
    this.sent();
    const view = this.run.view();
    this.lastView = view;
    const { cursor: at, ...shown } = this.steps.message(true);
    this.target.post({
      ...{ type: 'snapshot', view: { ...view, ...(at && { cursor: at }) } },
      ...{ curves, histograms, newest },
      ...shown,
    });
  }

  /** The step that the page means, by the records that are kept; undefined: where the training stands. */
  find(look: Look): number | undefined {
    return this.steps.find(look);
  }

  /** Shows a step in the place of the newest, or the newest again. */
  look(step: number | undefined): void {
    this.steps.look(step);
    this.changed();
  }

  /** Call when the page became visible. */
  shown(): void {
    if (this.stale) this.changed();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.cursor = undefined;
    this.subscription?.dispose();
  }

  private sent(): void {
    this.stale = false;
    this.lastSent = Date.now();
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private changed(): void {
    this.stale = true;
    if (!this.cursor || !this.target.visible || this.timer) return;
    const wait = Math.max(0, this.lastSent + INTERVAL_MS - Date.now());
    this.timer = setTimeout(() => this.update(), wait);
  }

  private update(): void {
    this.timer = undefined;
    if (!this.cursor || !this.target.visible) return;
    if (this.run.history.isCutSince(this.cursor)) {
      this.snapshot();
      return;
    }
    const { cursor, ...steps } = this.run.history.since(this.cursor);
    this.cursor = cursor;
    this.sent();
    const { cursor: at, ...shown } = this.steps.message(false);
    const view = { ...this.viewUpdate(), ...(at && { cursor: at }) };
    this.target.post({ type: 'update', view, ...steps, ...shown });
  }

  /** The view without the lists that the page has. */
  private viewUpdate(): RunViewUpdate {
    const view = this.run.view();
    const { layers, findings, notices, ...rest } = view;
    const before = this.lastView;
    const update: RunViewUpdate = {
      ...rest,
      ...(layers !== before?.layers && { layers }),
      ...(findings !== before?.findings && { findings }),
      ...(notices !== before?.notices && { notices }),
    };
    this.lastView = view;
    return update;
  }
}
