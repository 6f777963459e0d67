// Trains one trial: once with each seed, one after the other, each until its budget, its stopping rule or the
// user ends it.
import type { ExperimentSpec } from '../spec/experimentSpec';
import { isBelowMedian, type Report } from '../stopping/median';
import { hasEnded, type StartTraining, type Training, type TrainingEnd, type Trial } from './trial';

/** What it works with. */
export interface TrialTrainerOptions {
  spec: ExperimentSpec;
  start: StartTraining;
  /** Told after every change of a trial. */
  changed: () => void;
}

/** Trains trials until it is stopped. */
export class TrialTrainer {
  private readonly live = new Set<Training>();
  private readonly starting = new Set<Promise<unknown>>();
  private stopped = false;

  constructor(private readonly options: TrialTrainerOptions) {}

  get isStopped(): boolean {
    return this.stopped;
  }

  /** Ends the trainings under way; resolves when they have ended. None begins any more. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.allSettled([...this.starting]);
    const live = [...this.live];
    for (const training of live) training.stop();
    await Promise.all(live.map(({ ended }) => ended));
  }

  /**
   * Trains a trial up to `amount`; `known` are trials that the stopping rule compares it with. Rejects where no
   * training can be made at all.
   */
  async train(trial: Trial, amount: number, known: readonly Trial[]): Promise<void> {
    trial.state = 'running';
    trial.reports = [];
    trial.runs = [];
    const values: number[] = [];
    for (const [index, seed] of this.options.spec.seeds.entries()) {
      const training = await this.begin(trial, seed, amount);
      const end = training && (await this.follow(training, trial, index, values, known));
      if (!training || end === 'over') {
        if (!hasEnded(trial)) trial.state = 'stopped';
        this.options.changed();
        return;
      }
      trial.trained = Math.max(trial.trained, amount);
    }
    trial.state = 'completed';
    this.options.changed();
  }

  private async begin(trial: Trial, seed: number, amount: number): Promise<Training | undefined> {
    if (this.stopped) return undefined;
    const { spec, start } = this.options;
    const { assignment, number } = trial;
    const of = spec.budget.amount;
    const starting = start({ trial: number, assignment, seed, amount, of });
    this.starting.add(starting);
    try {
      const training = await starting;
      this.live.add(training);
      return training;
    } finally {
      this.starting.delete(starting);
    }
  }

  /** Follows one training to its end; `over`: the trial has ended with it. Adds its value to `values`. */
  private async follow(
    training: Training,
    trial: Trial,
    index: number,
    values: number[],
    known: readonly Trial[],
  ): Promise<'over' | 'done'> {
    const { spec, changed } = this.options;
    const reports: Report[] = [];
    trial.reports[index] = reports;
    const cut = { isDone: false };
    const note = (): void => {
      trial.runs[index] = training.facts();
      changed();
    };
    training.onReport((report) => {
      // What a training does beyond the step at which it is ended depends on how fast it hears of that.
      if (cut.isDone) return;
      reports.push(report);
      trial.trained = report.at;
      trial.value = meanOf([...values, valueOf(reports, spec)]);
      cut.isDone = report.value === Infinity || isHopeless(spec, reports, known, index);
      if (cut.isDone) training.stop();
      note();
    });
    note();
    const end = await training.ended;
    this.live.delete(training);
    trial.runs[index] = training.facts();
    training.release();
    const problem = problemOf(end, reports, spec);
    if (problem !== undefined) {
      Object.assign(trial, { state: 'failed', value: Infinity, message: problem } as const);
      return 'over';
    }
    if (reports.length > 0) values.push(valueOf(reports, spec));
    trial.value = values.length > 0 ? meanOf(values) : undefined;
    if (cut.isDone) trial.state = 'stopped-early';
    return cut.isDone || end.state === 'stopped' ? 'over' : 'done';
  }
}

/** Why a training gave nothing to compare; undefined where it did, or where the user ended it. */
function problemOf(
  end: TrainingEnd,
  reports: readonly Report[],
  { objective }: ExperimentSpec,
): string | undefined {
  if (end.state === 'failed') return end.message;
  if (reports.at(-1)?.value === Infinity)
    return `${objective.metric} is no longer a finite number.`;
  if (reports.length > 0 || end.state === 'stopped') return undefined;
  return end.problem ?? `The training ended without a value of ${objective.metric}.`;
}

function isHopeless(
  { stopping }: ExperimentSpec,
  reports: readonly Report[],
  known: readonly Trial[],
  index: number,
): boolean {
  if (stopping.rule !== 'median') return false;
  const completed = known
    .filter(({ state }) => state === 'completed')
    .map((other) => other.reports[index] ?? []);
  return isBelowMedian(reports, completed, stopping);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The value of a training by the objective: its best report, or its last. */
function valueOf(reports: readonly Report[], { objective }: ExperimentSpec): number {
  return objective.at === 'last'
    ? (reports.at(-1)?.value ?? Infinity)
    : Math.min(...reports.map(({ value }) => value));
}
