// The sink of a training that may turn out to be one: reports are held until tfjs is loaded in some process;
// then a run is made for them, and gets them all.
import type { RunControl, RunSink, RunSource } from '../run/source';

type Report = (sink: RunSink) => void;

/** Told when what is held turns out to be a training, or comes to its end. */
export interface HeldEvents {
  /** tfjs is loaded, or its native part cannot be: a run should be made now. */
  begins(): void;
  /** The last report. `hasRun`: there is a run for it. */
  ends(outcome: { hasRun: boolean; message?: string }): void;
}

/** Failures that are worth a run though nothing has trained: the panel offers what to do. */
const WORTH_A_RUN = new Set(['tfjs-node-missing']);
/** Notices that are: the program trains where it cannot be seen, and is told so. */
const WORTH_SAYING = new Set(['tfjs-hidden', 'tfjs-too-old']);

/** Holds the reports of one source. */
export class HeldSink {
  private held: Report[] = [];
  private target: RunSink | undefined;
  private hasBegun = false;
  private said: string | undefined;

  constructor(private readonly events: HeldEvents) {}

  /** To be given to the source. */
  readonly sink: RunSink = {
    started: (info) => {
      this.begin();
      this.report((to) => to.started(info));
    },
    layers: (layers) => this.report((to) => to.layers(layers)),
    facts: (facts) => this.report((to) => to.facts(facts)),
    autopsy: (autopsy) => this.report((to) => to.autopsy(autopsy)),
    records: (records, memory) => this.report((to) => to.records(records, memory)),
    epoch: (record) => this.report((to) => to.epoch(record)),
    past: (past) => this.report((to) => to.past(past)),
    plan: (plan) => this.report((to) => to.plan(plan)),
    notice: (notice) => {
      if (WORTH_SAYING.has(notice.code)) this.said = notice.message;
      this.report((to) => to.notice(notice));
    },
    progress: (message) => this.report((to) => to.progress(message)),
    state: (state, step) => this.report((to) => to.state(state, step)),
    recording: (recording) => this.report((to) => to.recording(recording)),
    finished: (outcome, steps) => this.end((to) => to.finished(outcome, steps)),
    failed: (error) => {
      if (WORTH_A_RUN.has(error.code)) this.begin();
      this.end((to) => to.failed(error), this.said ?? error.message);
    },
    lost: (notice) => this.end((to) => to.lost(notice), notice.message),
  };

  /** What is held goes to the run, and so does all that follows. */
  release(target: RunSink): void {
    this.target = target;
    for (const report of this.held.splice(0)) report(target);
  }

  private begin(): void {
    if (this.hasBegun) return;
    this.hasBegun = true;
    this.events.begins();
  }

  private report(report: Report): void {
    if (this.target) report(this.target);
    else this.held.push(report);
  }

  private end(report: Report, message?: string): void {
    this.report(report);
    const hasRun = this.hasBegun;
    this.events.ends({ hasRun, ...(message !== undefined && { message }) });
  }
}

/** The source of the run that was made for a held sink: it trains already. */
export class HeldSource implements RunSource {
  constructor(
    private readonly held: HeldSink,
    private readonly source: Pick<RunSource, 'control' | 'dispose'>,
  ) {}

  start(sink: RunSink): void {
    this.held.release(sink);
  }

  control(message: RunControl): void {
    this.source.control(message);
  }

  dispose(): void {
    this.source.dispose();
  }
}
