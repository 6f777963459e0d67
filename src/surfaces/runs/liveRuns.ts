// The runs of this session as a list shows them. What a step changes is noted as it comes; a summary is made when it
// is asked for.
import type { ModelRun } from '../../api';
import { Emitter, type Event } from '../../run/emitter';
import type { RunRegistry } from '../../run/runRegistry';
import { RunSummarizer } from '../../run/runSummarizer';
import type { RunSummary } from '../../shared/core/runSummary';
import type { RunSummaries } from './runList';

/** One run, followed. */
class FollowedRun {
  private made: RunSummary | undefined;
  private readonly summarizer: RunSummarizer;
  private readonly subscription: { dispose(): void };

  constructor(
    readonly run: ModelRun,
    startedAt: number,
    changed: () => void,
  ) {
    this.summarizer = new RunSummarizer(run, { startedAt });
    this.subscription = run.onDidChange(() => {
      this.made = undefined;
      changed();
    });
  }

  /** The same object until the run changes. */
  get summary(): RunSummary {
    return (this.made ??= this.summarizer.summary);
  }

  dispose(): void {
    this.subscription.dispose();
    this.summarizer.dispose();
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
    return this.followed
      .filter(({ run }) => this.registry.runs.includes(run))
      .map(({ summary }) => summary);
  }

  dispose(): void {
    this.subscription.dispose();
    for (const run of this.followed) run.dispose();
    this.changed.dispose();
  }

  private follow(run: ModelRun): void {
    const isGone = ({ run: known }: FollowedRun): boolean => !this.registry.runs.includes(known);
    for (const old of this.followed.filter(isGone)) old.dispose();
    this.followed = [
      ...this.followed.filter((old) => !isGone(old)),
      new FollowedRun(run, Date.now(), () => this.changed.fire()),
    ];
  }
}
