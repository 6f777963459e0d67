// The runs of this session, newest last.
import { Emitter, type Event, type OnListenerError } from './emitter';
import type { TrainingRun } from './trainingRun';

/** Ended runs that stay in memory. */
const MAX_ENDED = 20;

/** Knows all runs and announces new ones. */
export class RunRegistry<Run extends TrainingRun<unknown>> {
  private list: Run[] = [];
  private readonly started: Emitter<Run>;

  constructor(onListenerError: OnListenerError = () => undefined) {
    this.started = new Emitter(onListenerError);
  }

  get runs(): readonly Run[] {
    return this.list;
  }

  get onDidStartRun(): Event<Run> {
    return this.started.event;
  }

  /** Adds a run and announces it; the oldest ended runs beyond a bound are disposed. */
  add(run: Run): void {
    const ended = this.list.filter(({ state }) => /completed|stopped|failed/.test(state));
    for (const old of ended.slice(0, Math.max(0, ended.length + 1 - MAX_ENDED))) this.remove(old);
    this.list = [...this.list, run];
    this.started.fire(run);
  }

  byId(id: string): Run | undefined {
    return this.list.find((run) => run.id === id);
  }

  remove(run: Run): void {
    if (!this.list.includes(run)) return;
    this.list = this.list.filter((other) => other !== run);
    run.dispose();
  }

  dispose(): void {
    for (const run of this.list) run.dispose();
    this.list = [];
    this.started.dispose();
  }
}
