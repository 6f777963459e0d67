// A log of another program as a source of a run: reads its event files from the beginning, then follows them while
// they grow. It trains nothing, so there is nothing to pause or step.
import type { RunControl, RunSink, RunSource } from '../../run/source';
import { messageOf } from '../../shared/core/thrown';
import { LogContents } from './contents';
import { EventFileTail } from './eventFileTail';
import { filesOfRun } from './findRuns';
import type { LogFiles } from './logFiles';
import { RecordAssembler } from './recordAssembler';

/** Milliseconds between two looks at the sizes of the files. */
const POLL_MS = 1000;
/** … that many times as long, once the log was found complete. */
const IDLE_POLLS = 5;
/** Looks after which new files are searched for, too. */
const SEARCH_EVERY = 3;
/** Steps after which it is told what the log holds, where it still grows. */
const TELL_AFTER = 20;
/** Records handed over at once. */
const BATCH = 64;

/** How a log is read. */
export interface LogSourceOptions {
  files: LogFiles;
  /** The run's folder. */
  folder: string;
  /** Seconds without growth after which the log is complete. */
  quietSeconds: number;
  /** The log was complete, and has grown again. */
  grewAgain?: () => void;
  /** Milliseconds since 1970; for tests. */
  now?: () => number;
  pollMs?: number;
}

/** Reads and follows one run's log. */
export class LogSource implements RunSource {
  readonly unpausable = 'it is read from the event files of another program';
  private readonly tails = new Map<string, EventFileTail>();
  private readonly contents = new LogContents();
  private readonly assembler = new RecordAssembler(this.contents);
  private readonly pollMs: number;
  private readonly now: () => number;
  /** Files whose size was looked at before. */
  private readonly seen = new WeakSet<EventFileTail>();
  private sink: RunSink | undefined;
  private watcher: { dispose(): void } | undefined;
  private timer: NodeJS.Timeout | undefined;
  private wake: (() => void) | undefined;
  private isDisposed = false;
  private isStopped = false;
  private hasTold = false;
  private lastGrowth = 0;

  constructor(private readonly options: LogSourceOptions) {
    this.pollMs = options.pollMs ?? POLL_MS;
    this.now = options.now ?? Date.now;
  }

  start(sink: RunSink): void {
    this.sink = sink;
    this.watcher = this.options.files.watch?.(this.options.folder, () => this.wake?.());
    this.follow(sink).catch((error: unknown) => {
      if (this.isDisposed) return;
      sink.failed({
        code: 'log-unreadable',
        message: `The log ${this.options.folder} could not be read on: ${messageOf(error)} Open it again.`,
      });
    });
  }

  control(message: RunControl): void {
    if (message.type !== 'stop' || this.isStopped) return;
    this.isStopped = true;
    this.wake?.();
    this.sink?.finished('stopped', this.assembler.steps);
  }

  dispose(): void {
    this.isDisposed = true;
    this.watcher?.dispose();
    clearTimeout(this.timer);
    this.wake?.();
    this.tails.clear();
  }

  private isOver(): boolean {
    return this.isDisposed || this.isStopped;
  }

  private async follow(sink: RunSink): Promise<void> {
    sink.progress('Looking for event files');
    await this.search();
    if (this.tails.size === 0) {
      sink.failed({
        code: 'no-event-files',
        message: `There are no event files (*tfevents*) in ${this.options.folder}. Pick the folder that the training logs to.`,
      });
      return;
    }
    await this.look();
    await this.readAll(sink, true);
    if (this.isOver()) return;
    if (this.failsUnread(sink)) return;
    await this.tail(sink);
    if (!this.isOver()) await this.awaitGrowth();
  }

  /** True where none of the files is one of events. */
  private failsUnread(sink: RunSink): boolean {
    const tails = [...this.tails.values()];
    const problem = tails.find((tail) => tail.problem)?.problem;
    if (tails.some((tail) => tail.isEventFile) || !problem) return false;
    sink.failed({ code: problem.code, message: problem.message });
    return true;
  }

  /** Reads what comes until nothing has come for the quiet time. */
  private async tail(sink: RunSink): Promise<void> {
    for (let looks = 1; !this.isOver(); looks++) {
      if (this.isQuiet) {
        this.finish(sink);
        return;
      }
      await this.sleep(this.pollMs);
      if (this.isOver()) return;
      if (looks % SEARCH_EVERY === 0) await this.search();
      if (await this.look()) await this.readAll(sink, false);
    }
  }

  private finish(sink: RunSink): void {
    this.assembler.flush();
    this.hand(sink);
    this.tell(sink);
    sink.finished('completed', this.assembler.steps);
  }

  /** A log that was complete may be gone on with: its run cannot, but another one can be made of it. */
  private async awaitGrowth(): Promise<void> {
    const { grewAgain } = this.options;
    if (!grewAgain) return;
    while (!this.isOver()) {
      await this.sleep(IDLE_POLLS * this.pollMs);
      if (this.isOver()) return;
      await this.search();
      if (await this.look()) {
        grewAgain();
        return;
      }
    }
  }

  private get isQuiet(): boolean {
    return this.now() - this.lastGrowth >= this.options.quietSeconds * 1000;
  }

  /** Finds the event files, among them those that came since. */
  private async search(): Promise<void> {
    const { files, folder } = this.options;
    for (const file of await filesOfRun(files, folder)) {
      if (!this.tails.has(file.path)) {
        this.tails.set(file.path, new EventFileTail(file, files, file.path));
      }
    }
  }

  /** Looks at the sizes; true where there is something to read. */
  private async look(): Promise<boolean> {
    let hasGrown = false;
    for (const tail of this.tails.values()) {
      // A file that is gone has been read as far as it was.
      const isKnown = this.seen.has(tail);
      const changedAt = await tail.look().catch(() => 0);
      this.seen.add(tail);
      const { size, read } = tail.progress;
      if (size > read) hasGrown = true;
      // What grows under our eyes does so now, whatever the clock of its machine says.
      if (size > read || !isKnown) {
        const at = isKnown ? this.now() : Math.min(changedAt, this.now());
        this.lastGrowth = Math.max(this.lastGrowth, at);
      }
    }
    return hasGrown;
  }

  /** Takes all events that are there, merged by wall time. */
  private async readAll(sink: RunSink, isFirst: boolean): Promise<void> {
    const open = new Set(this.tails.values());
    let told = 0;
    while (!this.isOver()) {
      let next: EventFileTail | undefined;
      for (const tail of open) {
        while (!tail.peek()) {
          if (!(await tail.fill())) {
            open.delete(tail);
            break;
          }
          if (isFirst && this.now() - told > this.pollMs) {
            told = this.now();
            this.tellProgress(sink);
          }
          if (this.isOver()) return;
        }
        const event = tail.peek();
        if (event && (!next || event.seconds < (next.peek()?.seconds ?? 0))) next = tail;
      }
      const event = next?.peek();
      if (!next || !event) break;
      next.take();
      this.assembler.take(event, next.file);
      if (this.assembler.waiting >= BATCH) this.hand(sink);
    }
    // What is complete so far is shown; what waits for its rest goes on waiting while the log grows.
    if (this.isQuiet) this.assembler.flush();
    this.hand(sink);
    if (this.isQuiet || this.assembler.steps > TELL_AFTER) this.tell(sink);
  }

  private tellProgress(sink: RunSink): void {
    let size = 0;
    let read = 0;
    for (const { progress } of this.tails.values()) {
      size += progress.size;
      read += progress.read;
    }
    if (size > 0 && this.assembler.steps === 0) {
      sink.progress(`Reading the log: ${Math.floor((100 * read) / size)} %`);
    }
  }

  private hasStarted = false;
  private hand(sink: RunSink): void {
    const { layers, records, epochs } = this.assembler.drain();
    if (!this.hasStarted) {
      this.hasStarted = true;
      const count = this.tails.size;
      sink.started({
        backend: count === 1 ? '1 event file' : `${count} event files`,
        origin: 'log',
      });
    }
    if (layers) sink.layers(layers);
    let at = 0;
    for (const epoch of epochs) {
      const end = records.findIndex(({ step }, i) => i >= at && step > epoch.step);
      const upTo = end < 0 ? records.length : end;
      if (upTo > at) sink.records(records.slice(at, upTo));
      at = upTo;
      sink.epoch(epoch);
    }
    if (at < records.length) sink.records(records.slice(at));
  }

  /** What the log holds, once. */
  private tell(sink: RunSink): void {
    if (this.hasTold) return;
    this.hasTold = true;
    for (const tail of this.tails.values()) {
      this.contents.damaged += tail.damaged;
      if (tail.problem) sink.notice({ code: tail.problem.code, message: tail.problem.message });
    }
    const noted = this.assembler.layers.list((tensor) => this.contents.exactness(tensor));
    if (noted.length > 0) sink.layers(noted);
    for (const notice of this.contents.notices()) sink.notice(notice);
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(this.timer);
        this.wake = undefined;
        resolve();
      };
      this.wake = done;
      this.timer = setTimeout(done, ms);
    });
  }
}
