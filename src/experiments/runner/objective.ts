// Follows the objective of a trial in its run: values at the ends of epochs, means over so many steps between.
import type { TrainingRun } from '../../run/trainingRun';
import type { StepRecord } from '../../shared/core/stepRecord';
import type { Budget, Objective } from '../spec/experimentSpec';
import type { Report } from '../stopping/median';

/** Reports of a training that is measured in steps. */
const REPORTS = 20;

/** Names that one metric has in different versions of tfjs and Keras. */
const ALIASES: Readonly<Record<string, string>> = { accuracy: 'acc', acc: 'accuracy' };

/** Where the objective stands, until the run has ended. */
export class ObjectiveWatch {
  private readonly subscriptions: { dispose(): void }[];
  private readonly every: number;
  private readonly seen = new Set<string>();
  private sum = 0;
  private count = 0;
  private reported = 0;

  /**
   * @param budget What the training is measured in, and how long it is.
   * @param onReport Told of each value, to be minimized: of a metric that is to grow, the negative. Infinity for
   * what is not finite.
   */
  constructor(
    run: TrainingRun<unknown>,
    private readonly objective: Objective,
    private readonly budget: Budget,
    private readonly onReport: (report: Report) => void,
  ) {
    this.every = Math.max(1, Math.round(budget.amount / REPORTS));
    this.subscriptions = [
      run.onDidStep((record) => this.takeStep(record)),
      run.onDidEndEpoch(({ epoch, step, metrics }) => {
        const value = this.find(metrics);
        if (value !== undefined && (this.isByEpoch || !this.isOfSteps)) {
          this.report(this.isByEpoch ? epoch : step, value);
        }
      }),
    ];
  }

  /** Why there was no report; undefined where there was one. */
  get problem(): string | undefined {
    if (this.reported > 0) return undefined;
    const { metric } = this.objective;
    const names = [...this.seen].sort();
    const has = names.length === 0 ? 'It has none.' : `It has ${names.join(', ')}.`;
    const isLate = metric.startsWith('val_') && !names.some((name) => name.startsWith('val_'));
    const hint = isLate
      ? ' Validation comes at the end of an epoch: train for more, and see that the model has validation data.'
      : '';
    return `The training ended without a value of ${metric}. ${has}${hint}`;
  }

  /** Reports what has not been reported yet, where nothing has been: after the end of the run. */
  finish(step: number): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    if (this.reported === 0 && this.count > 0 && !this.isByEpoch) this.flush(step);
  }

  private get isByEpoch(): boolean {
    return this.budget.unit === 'epochs';
  }

  /** True where steps have the objective; validation comes with epochs. */
  private get isOfSteps(): boolean {
    return !this.objective.metric.startsWith('val_');
  }

  private takeStep({ step, loss, metrics }: StepRecord): void {
    const value = this.find({ ...(loss !== undefined && { loss }), ...metrics });
    if (this.isByEpoch || !this.isOfSteps || value === undefined) return;
    this.sum += value;
    this.count += 1;
    if (step % this.every === 0 || !Number.isFinite(value)) this.flush(step);
  }

  private flush(step: number): void {
    this.report(step, this.sum / this.count);
    this.sum = 0;
    this.count = 0;
  }

  private find(metrics: Readonly<Record<string, number>>): number | undefined {
    for (const name of Object.keys(metrics)) this.seen.add(name);
    const { metric } = this.objective;
    const prefix = metric.startsWith('val_') ? 'val_' : '';
    const alias = ALIASES[metric.slice(prefix.length)];
    return metrics[metric] ?? (alias === undefined ? undefined : metrics[prefix + alias]);
  }

  private report(at: number, value: number): void {
    this.reported += 1;
    const signed = this.objective.direction === 'maximize' ? -value : value;
    this.onReport({ at, value: Number.isFinite(value) ? signed : Infinity });
  }
}
