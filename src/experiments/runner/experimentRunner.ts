// Runs the trials of an experiment: so many at a time, each proposed by the search, ended by the stopping rule.
// With a given number of trials at a time the same experiment proposes and stops the same trials, whichever of
// them is faster: trial i knows of those up to i − most, which have ended when it begins.
import { messageOf } from '../../shared/core/thrown';
import { Emitter, type OnListenerError } from '../../run/emitter';
import { createSearch, type Search } from '../search/search';
import type { ExperimentSpec } from '../spec/experimentSpec';
import { promoted, rungs } from '../stopping/halving';
import { hasEnded, type StartTraining, type Trial } from './trial';
import { TrialTrainer } from './trialTrainer';

export type ExperimentState = 'running' | 'completed' | 'stopped' | 'failed';

/** What a runner works with. */
export interface RunnerOptions {
  spec: ExperimentSpec;
  start: StartTraining;
  /** Trials at a time, as far as there is room now; asked before each one. One may always train. */
  room: () => number;
  /** Trials at a time at most. */
  most: number;
  onListenerError?: OnListenerError;
}

/** An experiment of which no trial succeeds is given up after so many. */
const MAX_FAILURES = 5;

/** One experiment. */
export class ExperimentRunner {
  readonly trials: Trial[] = [];
  private readonly changed: Emitter<void>;
  private readonly search: Search;
  private readonly trainer: TrialTrainer;
  private current: ExperimentState = 'running';
  private failure: string | undefined;
  /** What ended the experiment, if something did. */
  private fatal: { error: unknown } | undefined;

  constructor(private readonly options: RunnerOptions) {
    const { spec, start } = options;
    this.changed = new Emitter(options.onListenerError ?? (() => undefined));
    this.search = createSearch(spec);
    this.trainer = new TrialTrainer({ spec, start, changed: () => this.changed.fire() });
  }

  /** A trial, or the experiment, has changed. */
  get onDidChange() {
    return this.changed.event;
  }

  get state(): ExperimentState {
    return this.current;
  }

  /** Why the experiment failed. */
  get message(): string | undefined {
    return this.failure;
  }

  /** Trials that there will be at most; undefined where the search has no end. */
  get planned(): number | undefined {
    const { trials = Infinity } = this.options.spec;
    const count = Math.min(trials, this.search.size ?? Infinity);
    return Number.isFinite(count) ? count : undefined;
  }

  /** The trial with the smallest value; after successive halving, among those that trained longest. */
  get best(): Trial | undefined {
    const { rule } = this.options.spec.stopping;
    const valued = this.trials.filter(({ value = Infinity }) => value < Infinity);
    const longest = Math.max(...valued.map(({ trained }) => trained));
    const eligible =
      rule === 'successive-halving' ? valued.filter(({ trained }) => trained === longest) : valued;
    return eligible.reduce<Trial | undefined>(
      (best, trial) => (best && (best.value ?? 0) <= (trial.value ?? 0) ? best : trial),
      undefined,
    );
  }

  /** Trains all trials; resolves when the experiment has ended. Never rejects. Called once. */
  async run(): Promise<void> {
    const { stopping } = this.options.spec;
    try {
      await (stopping.rule === 'successive-halving'
        ? this.halve(stopping.factor, stopping.minimum)
        : this.trainAll(this.search.learns || stopping.rule === 'median'));
      this.assertAnySucceeds(true);
      this.current = this.trainer.isStopped ? 'stopped' : 'completed';
    } catch (error) {
      this.failure = messageOf(error);
      this.current = 'failed';
      await this.trainer.stop();
    }
    for (const trial of this.trials) if (!hasEnded(trial)) trial.state = 'stopped';
    this.changed.fire();
  }

  /** Ends all trials under way, and begins none. */
  async stop(): Promise<void> {
    const stopping = this.trainer.stop();
    this.changed.fire();
    await stopping;
  }

  /** Each trial trained to its end at once. `waits`: trials are told of those before them. */
  private async trainAll(waits: boolean): Promise<void> {
    const { trials: limit = Infinity, budget } = this.options.spec;
    const pending: Promise<void>[] = [];
    for (let index = 0; index < limit; index++) {
      await this.vacancy();
      const knows = Math.max(0, index + 1 - this.options.most);
      if (waits) await Promise.all(pending.slice(0, knows));
      this.assertAnySucceeds(false);
      if (this.trainer.isStopped) break;
      const known = this.trials.slice(0, knows);
      const trial = this.propose(index, known);
      if (!trial) break;
      pending.push(this.train(trial, budget.amount, known));
    }
    await Promise.all(pending);
  }

  /** All trials a little, the best ones on. */
  private async halve(factor: number, minimum: number): Promise<void> {
    const { trials: limit = Infinity, budget } = this.options.spec;
    for (let index = 0; index < limit; index++) if (!this.propose(index, [])) break;
    let going: readonly Trial[] = this.trials;
    for (const rung of rungs(going.length, budget.amount, factor, minimum)) {
      const worth = going.map((trial) => ({ trial, value: trial.value ?? Infinity }));
      const on = new Set(promoted(worth, rung.trials).map(({ trial }) => trial));
      for (const trial of going) if (!on.has(trial)) trial.state = 'stopped-early';
      const pending: Promise<void>[] = [];
      for (const trial of on) {
        await this.vacancy();
        this.assertAnySucceeds(false);
        if (this.trainer.isStopped) break;
        pending.push(this.train(trial, rung.amount, []));
      }
      await Promise.all(pending);
      going = [...on].filter(({ state }) => state === 'completed');
      if (this.trainer.isStopped || going.length === 0) return;
    }
  }

  /** Never rejects: what goes wrong with the experiment as a whole is told at its next turn. */
  private async train(trial: Trial, amount: number, known: readonly Trial[]): Promise<void> {
    try {
      await this.trainer.train(trial, amount, known);
    } catch (error) {
      trial.state = 'failed';
      trial.message = messageOf(error);
      this.fatal ??= { error };
      this.changed.fire();
    }
  }

  private propose(index: number, known: readonly Trial[]): Trial | undefined {
    const assignment = this.search.propose(
      index,
      known.map(({ assignment, value = Infinity }) => ({ assignment, value })),
      this.trials.map(({ assignment }) => assignment),
    );
    if (!assignment) return undefined;
    const trial: Trial = {
      ...{ number: index + 1, assignment, state: 'queued', value: undefined },
      ...{ reports: [], runs: [], trained: 0 },
    };
    this.trials.push(trial);
    this.changed.fire();
    return trial;
  }

  /** Waits until another trial may begin, or none may any more. */
  private async vacancy(): Promise<void> {
    while (this.isFull()) {
      await new Promise<void>((resolve) => {
        const subscription = this.onDidChange(() => {
          subscription.dispose();
          resolve();
        });
      });
    }
  }

  private isFull(): boolean {
    if (this.trainer.isStopped || this.fatal) return false;
    const { room, most } = this.options;
    const running = this.trials.filter(({ state }) => state === 'running').length;
    return running > 0 && running >= Math.min(most, room());
  }

  /** Throws where the experiment cannot go on. */
  private assertAnySucceeds(isOver: boolean): void {
    if (this.fatal) throw this.fatal.error;
    const ended = this.trials.filter(hasEnded);
    const failed = ended.filter(({ state }) => state === 'failed');
    if (failed.length === 0 || failed.length < ended.length) return;
    if (!isOver && failed.length < MAX_FAILURES) return;
    throw new Error(`No trial could be trained. ${failed[0]?.message ?? ''}`.trim());
  }
}
