// Feeds a comparison to its page: all of it when the page is ready, then what changed, each thing at most once a
// second and only while the page is visible.
import type { FromComparePage, ToComparePage } from '../../shared/protocol/compare';
import type { Comparison } from './comparison';

/** Milliseconds between two messages about the same thing. */
const INTERVAL_MS = 1000;
/** Key of what is said of all runs, beside the ids of runs for their series. */
const RUNS = '';

export interface CompareTarget {
  isVisible(): boolean;
  post(message: ToComparePage): void;
}

type Look = Extract<FromComparePage, { type: 'look' }>;

export class CompareFeed {
  private isReady = false;
  private readonly stale = new Set<string>();
  private readonly sentAt = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private asked: Look | undefined;
  private readonly subscription: { dispose(): void };

  constructor(
    private readonly comparison: Comparison,
    private readonly target: CompareTarget,
    private readonly baseline: () => string | undefined,
    private readonly intervalMs = INTERVAL_MS,
  ) {
    this.subscription = comparison.onDidChange((change) =>
      this.note(change.what === 'runs' ? RUNS : change.run),
    );
  }

  /** The page has loaded, for the first time or again: it has nothing. */
  ready(): void {
    this.isReady = true;
    this.sentAt.clear();
    this.note(RUNS, ...this.comparison.ids.filter((id) => id !== undefined));
  }

  /** The page has become visible, or something outside of the comparison has changed. */
  refresh(): void {
    this.note(RUNS);
  }

  /** Answers a look, and again when the runs make progress. */
  look(asked: Look): void {
    this.asked = asked;
    this.answer();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.subscription.dispose();
  }

  private answer(): void {
    const { asked } = this;
    if (!asked) return;
    const { layer, quantity } = asked;
    const histograms = this.comparison.histograms(asked);
    this.target.post({ type: 'histograms', layer, quantity, histograms });
  }

  private note(...keys: string[]): void {
    for (const key of keys) this.stale.add(key);
    this.schedule();
  }

  private schedule(): void {
    if (!this.isReady || !this.target.isVisible() || this.timer || this.stale.size === 0) return;
    const due = Math.min(...[...this.stale].map((key) => this.dueAt(key)));
    this.timer = setTimeout(() => this.send(), Math.max(0, due - Date.now()));
  }

  private dueAt(key: string): number {
    return (this.sentAt.get(key) ?? -Infinity) + this.intervalMs;
  }

  private send(): void {
    this.timer = undefined;
    if (!this.target.isVisible()) return;
    const now = Date.now();
    // What is said of the runs comes before their series.
    const due = [...this.stale].filter((key) => this.dueAt(key) <= now).sort();
    for (const key of due) {
      this.stale.delete(key);
      this.sentAt.set(key, now);
      if (key === RUNS) this.sendRuns();
      else this.sendSeries(key);
    }
    if (due.some((key) => key !== RUNS)) this.answer();
    this.schedule();
  }

  private sendRuns(): void {
    const baseline = this.baseline();
    this.target.post({
      type: 'comparison',
      runs: this.comparison.runs,
      ...(baseline !== undefined && { baseline }),
    });
  }

  private sendSeries(run: string): void {
    const series = this.comparison.series(run);
    if (series) this.target.post({ type: 'series', run, series });
  }
}
