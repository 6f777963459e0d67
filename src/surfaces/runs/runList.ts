// All runs that the window knows of: those of this session over those on disk. Progress is passed on at most
// twice a second; a run that begins or is deleted, at once.
import { Emitter, type Event } from '../../run/emitter';
import type { RunSummary } from '../../shared/core/runSummary';

/** Runs of one kind, and when they change. A summary is replaced, never changed. */
export interface RunSummaries {
  readonly summaries: readonly RunSummary[];
  readonly onDidChange: Event<unknown>;
}

/** Milliseconds between two announcements. */
const INTERVAL_MS = 500;

/** A run of this session knows its progress best, the disk what the user gave it and what it takes up. */
function merged(live: RunSummary, stored: RunSummary | undefined): RunSummary {
  if (!stored) return live;
  const { labels, resumable, bytes, experiment } = stored;
  return {
    ...live,
    labels,
    resumable: live.resumable || resumable,
    ...(bytes !== undefined && { bytes }),
    ...(experiment && { experiment }),
  };
}

/** The one list of runs. */
export class RunList {
  private known: ReadonlyMap<string, RunSummary> | undefined;
  /** What a merged summary was made of: it stays the same object while they do. */
  private readonly made = new Map<string, { of: readonly unknown[]; summary: RunSummary }>();
  private readonly changed: Emitter<void>;
  private readonly subscriptions: { dispose(): void }[];
  private timer: NodeJS.Timeout | undefined;
  private lastFired = 0;

  constructor(
    private readonly live: RunSummaries,
    private readonly stored: RunSummaries,
    onListenerError: (error: unknown) => void,
  ) {
    this.changed = new Emitter(onListenerError);
    this.subscriptions = [live, stored].map((runs) => runs.onDidChange(() => this.note()));
  }

  get onDidChange(): Event<void> {
    return this.changed.event;
  }

  /** By id; a run that has not changed since the last call is the same object. */
  get runs(): ReadonlyMap<string, RunSummary> {
    return (this.known ??= this.collect());
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const subscription of this.subscriptions) subscription.dispose();
    this.changed.dispose();
  }

  private collect(): ReadonlyMap<string, RunSummary> {
    const all = new Map(this.stored.summaries.map((run) => [run.id, run]));
    const isMade = new Set<string>();
    for (const live of this.live.summaries) {
      const stored = all.get(live.id);
      const before = this.made.get(live.id);
      isMade.add(live.id);
      if (before?.of[0] !== live || before.of[1] !== stored) {
        this.made.set(live.id, { of: [live, stored], summary: merged(live, stored) });
      }
      all.set(live.id, this.made.get(live.id)?.summary ?? live);
    }
    for (const id of this.made.keys()) if (!isMade.has(id)) this.made.delete(id);
    return all;
  }

  private note(): void {
    this.known = undefined;
    if (this.timer) return;
    const wait = Math.max(0, this.lastFired + INTERVAL_MS - Date.now());
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.lastFired = Date.now();
      this.changed.fire();
    }, wait);
  }
}
