// Keeps the summary of a run under way, at the same cost for each step however long the run.
import { isFinal } from '../shared/core/run';
import type { Finding, Severity } from '../shared/core/finding';
import { SPARK_POINTS, type ExperimentRef, type RunSummary } from '../shared/core/runSummary';
import type { StepRecord } from '../shared/core/stepRecord';
import type { Disposable } from './emitter';
import { listedValues } from './runRequest';
import type { TrainingRun } from './trainingRun';

/** Losses in a bounded number of points, each the mean of equally many steps; two become one when there are too many. */
export class Spark {
  private points: { sum: number; steps: number; isFinite: boolean }[] = [];
  private stride = 1;

  /** NaN for a point that has a loss which is not finite. */
  get values(): number[] {
    return this.points.map(({ sum, steps, isFinite }) => (isFinite ? sum / steps : NaN));
  }

  add(loss: number): void {
    let last = this.points.at(-1);
    if (!last || last.steps >= this.stride) {
      if (this.points.length >= SPARK_POINTS) this.join();
      last = this.points.at(-1);
      if (!last || last.steps >= this.stride) {
        this.points.push((last = { sum: 0, steps: 0, isFinite: true }));
      }
    }
    last.steps++;
    last.sum += loss;
    last.isFinite &&= Number.isFinite(loss);
  }

  private join(): void {
    this.stride *= 2;
    const joined: typeof this.points = [];
    for (let i = 0; i < this.points.length; i += 2) {
      const [a, b] = [this.points[i], this.points[i + 1]];
      if (!a) continue;
      if (!b) joined.push(a);
      else {
        joined.push({
          sum: a.sum + b.sum,
          steps: a.steps + b.steps,
          isFinite: a.isFinite && b.isFinite,
        });
      }
    }
    this.points = joined;
  }
}

/** Gravest first. */
const SEVERITIES: readonly Severity[] = ['error', 'warning', 'information'];

/** Findings that hold by severity, and the first of the gravest. */
export function tellFindings(findings: readonly Finding[]): Pick<RunSummary, 'findings' | 'worst'> {
  const open = findings.filter(({ closedStep }) => closedStep === undefined);
  const of = (severity: Severity) => open.filter((finding) => finding.severity === severity);
  const gravest = SEVERITIES.map((severity) => of(severity)[0]).find(Boolean);
  const [error, warning, information] = SEVERITIES.map((severity) => of(severity).length);
  return {
    findings: { error: error ?? 0, warning: warning ?? 0, information: information ?? 0 },
    ...(gravest && {
      worst: { rule: gravest.rule, severity: gravest.severity, message: gravest.message },
    }),
  };
}

/** What the losses and metrics of some records add up to. */
export class RecordSummarizer {
  private spark = new Spark();
  private first: number | undefined;
  private last: number | undefined;
  private best: { value: number; step: number } | undefined;
  private metrics: Record<string, number> = {};
  private seconds = 0;
  private epoch: number | undefined;

  take({ step, epoch, loss, metrics, seconds }: StepRecord): void {
    this.seconds = seconds;
    this.epoch = epoch ?? this.epoch;
    Object.assign(this.metrics, metrics);
    if (loss === undefined) return;
    this.first ??= loss;
    this.last = loss;
    this.spark.add(loss);
    if (Number.isFinite(loss) && !(loss >= (this.best?.value ?? Infinity))) {
      this.best = { value: loss, step };
    }
  }

  takeMetrics(metrics: Readonly<Record<string, number>>): void {
    Object.assign(this.metrics, metrics);
  }

  get summary(): Pick<
    RunSummary,
    'seconds' | 'epoch' | 'firstLoss' | 'lastLoss' | 'bestLoss' | 'metrics' | 'spark'
  > {
    const { seconds, epoch, first, last, best, metrics, spark } = this;
    return {
      seconds,
      ...(epoch !== undefined && { epoch }),
      ...(first !== undefined && { firstLoss: first }),
      ...(last !== undefined && { lastLoss: last }),
      ...(best && { bestLoss: best }),
      metrics: { ...metrics },
      spark: spark.values,
    };
  }
}

/** What a run does not know of itself. */
export interface SummarizedRun {
  /** Milliseconds since 1970. */
  startedAt: number;
  experiment?: ExperimentRef;
}

/** Follows a run until disposed. */
export class RunSummarizer implements Disposable {
  private records = new RecordSummarizer();
  private readonly subscriptions: Disposable[] = [];

  constructor(
    private readonly run: TrainingRun<unknown>,
    private readonly made: SummarizedRun,
  ) {
    const { subscriptions } = this;
    this.takeAll();
    run.onDidStep((record) => this.records.take(record), undefined, subscriptions);
    run.onDidEndEpoch(({ metrics }) => this.records.takeMetrics(metrics), undefined, subscriptions);
    run.debug?.onDidForget(() => this.takeAll(), undefined, subscriptions);
  }

  /** The run as it is now. Labels, checkpoints and bytes are on disk: the catalogue knows them. */
  get summary(): RunSummary {
    const { run, made } = this;
    const { seed } = run.request;
    const experiment = made.experiment ?? run.request.experiment;
    const isLog = run.info.origin === 'log';
    return {
      ...{ id: run.id, title: run.title, path: run.path, labels: {} },
      origin: isLog ? 'log' : 'training',
      state: run.state,
      live: run.live && !isFinal(run.state),
      startedAt: made.startedAt,
      ...(!isLog && { seed }),
      backend: run.backend,
      hyperparameters: listedValues(run.request),
      step: run.currentStep,
      ...this.records.summary,
      ...(run.epoch !== undefined && { epoch: run.epoch }),
      ...tellFindings(run.findings),
      ...(experiment && { experiment }),
      resumable: false,
    };
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  /** What the run holds already: one that goes on from another begins with its steps. */
  private takeAll(): void {
    this.records = new RecordSummarizer();
    for (const record of this.run.history.records) this.records.take(record);
    for (const { metrics } of this.run.history.epochs) this.records.takeMetrics(metrics);
  }
}
