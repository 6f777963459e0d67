// Tells the catalogue when to look again: soon after a run came or went, every second at those that grow, and now and
// then at all, for what no watcher tells of (labels given in another window, network drives).
import { watch, type FSWatcher } from 'node:fs';
import type { Disposable } from '../run/emitter';

const GROWING_MS = 1000;
const ALL_MS = 15_000;
/** Several files come with one run. */
const SETTLE_MS = 200;

/** What is asked to look again. Neither rejects. */
export interface Watched {
  all(): Promise<void>;
  growing(): Promise<void>;
}

export class CatalogueWatch implements Disposable {
  private watchers: FSWatcher[] = [];
  private readonly timers: NodeJS.Timeout[];
  private settling: NodeJS.Timeout | undefined;
  private isBusy = false;

  constructor(
    private roots: readonly string[],
    private readonly watched: Watched,
  ) {
    this.timers = [
      setInterval(() => this.look(() => this.watched.growing()), GROWING_MS),
      setInterval(() => {
        this.listen();
        this.look(() => this.watched.all());
      }, ALL_MS),
    ];
    for (const timer of this.timers) timer.unref();
    this.listen();
  }

  setRoots(roots: readonly string[]): void {
    this.roots = roots;
    this.listen();
  }

  dispose(): void {
    for (const timer of this.timers) clearInterval(timer);
    clearTimeout(this.settling);
    for (const watcher of this.watchers) watcher.close();
    this.watchers = [];
  }

  /** Watches the roots that are there; one that was made meanwhile, from the next time on. */
  private listen(): void {
    for (const watcher of this.watchers) watcher.close();
    this.watchers = this.roots.flatMap((root) => {
      try {
        const watcher = watch(root, { persistent: false }, () => this.settle());
        watcher.on('error', () => watcher.close());
        return [watcher];
      } catch {
        return [];
      }
    });
  }

  private settle(): void {
    this.settling ??= setTimeout(() => {
      this.settling = undefined;
      void this.watched.all();
    }, SETTLE_MS).unref();
  }

  /** One look at a time: a slow disk must not pile them up. */
  private look(how: () => Promise<void>): void {
    if (this.isBusy) return;
    this.isBusy = true;
    void how().finally(() => (this.isBusy = false));
  }
}
