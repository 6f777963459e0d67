// The runs of this session as a list shows them. What a step changes is noted as it comes; a summary is made when it
// is asked for.
import type { ModelRun } from '../../api';
import { Emitter, type Event } from '../../run/emitter';
import type { RunRegistry } from '../../run/runRegistry';
import { listedValues } from '../../run/runRequest';
import type { Finding, Severity } from '../../shared/core/finding';
import { isFinal } from '../../shared/core/run';
import type { RunSummary } from '../../shared/core/runSummary';
import { LossTrack } from './lossTrack';
import type { RunSummaries } from './runList';

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'information'];

/** What holds of findings: how many of each severity, and the first of the gravest. */
function standingOf(findings: readonly Finding[]): Pick<RunSummary, 'findings' | 'worst'> {
  const open = findings.filter(({ closedStep }) => closedStep === undefined);
  const of = (severity: Severity): Finding[] => open.filter((one) => one.severity === severity);
  const worst = SEVERITIES.map((severity) => of(severity)[0]).find((finding) => finding);
  return {
    findings: {
      error: of('error').length,
      warning: of('warning').length,
      information: of('information').length,
    },
    ...(worst && {
      worst: { rule: worst.rule, severity: worst.severity, message: worst.message },
    }),
  };
}

/** One run, followed. */
class FollowedRun {
  private track = new LossTrack();
  private lastStep = 0;
  private seconds = 0;
  private metrics: Readonly<Record<string, number>> = {};
  private made: RunSummary | undefined;
  private readonly subscriptions: { dispose(): void }[];

  constructor(
    readonly run: ModelRun,
    private readonly startedAt: number,
    changed: () => void,
  ) {
    this.replay();
    this.subscriptions = [
      run.onDidStep((record) => {
        // A debugger went back: the steps behind it are forgotten.
        if (record.step <= this.lastStep) this.replay();
        else this.take(record);
      }),
      run.onDidChange(() => {
        this.made = undefined;
        changed();
      }),
    ];
  }

  get summary(): RunSummary {
    return (this.made ??= this.make());
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private replay(): void {
    this.track = new LossTrack();
    this.lastStep = 0;
    for (const record of this.run.steps) this.take(record);
  }

  private take({ step, loss, seconds, metrics }: ModelRun['steps'][number]): void {
    this.lastStep = step;
    this.seconds = seconds;
    this.metrics = { ...this.metrics, ...metrics };
    if (loss !== undefined) this.track.add(step, loss);
  }

  private make(): RunSummary {
    const { run, track } = this;
    return {
      id: run.id,
      origin: 'training',
      title: run.title,
      path: run.path,
      labels: {},
      state: run.state,
      live: run.live && !isFinal(run.state),
      startedAt: this.startedAt,
      seconds: this.seconds,
      seed: run.request.seed,
      backend: run.backend,
      hyperparameters: listedValues(run.request),
      ...(run.request.experiment && { experiment: run.request.experiment }),
      step: run.currentStep,
      ...(run.epoch !== undefined && { epoch: run.epoch }),
      ...(track.first !== undefined && { firstLoss: track.first }),
      ...(track.last !== undefined && { lastLoss: track.last }),
      ...(track.best && { bestLoss: track.best }),
      metrics: { ...this.metrics, ...run.epochs.at(-1)?.metrics },
      ...standingOf(run.findings),
      spark: track.spark,
      resumable: false,
    };
  }
}

/** Follows the registry. */
export class LiveRuns implements RunSummaries {
  private followed: FollowedRun[] = [];
  private readonly changed: Emitter<void>;
  private readonly subscription: { dispose(): void };

  constructor(
    private readonly registry: RunRegistry<ModelRun>,
    onListenerError: (error: unknown) => void,
  ) {
    this.changed = new Emitter(onListenerError);
    for (const run of registry.runs) this.follow(run);
    this.subscription = registry.onDidStartRun((run) => {
      this.follow(run);
      this.changed.fire();
    });
  }

  get onDidChange(): Event<void> {
    return this.changed.event;
  }

  /** Those that the registry still has. */
  get summaries(): readonly RunSummary[] {
    return this.followed.map(({ summary }) => summary);
  }

  dispose(): void {
    this.subscription.dispose();
    for (const run of this.followed) run.dispose();
    this.changed.dispose();
  }

  private follow(run: ModelRun): void {
    // Only prepares an experiment.
    if (run.request.experiment?.trial === 0) return;
    const isGone = ({ run: known }: FollowedRun): boolean => !this.registry.runs.includes(known);
    for (const old of this.followed.filter(isGone)) old.dispose();
    this.followed = [
      ...this.followed.filter((old) => !isGone(old)),
      new FollowedRun(run, Date.now(), () => this.changed.fire()),
    ];
  }
}
