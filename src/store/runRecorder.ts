// Keeps a run's file up to date while it trains: records in batches, the view when it has changed.
import type { Disposable } from '../run/emitter';
import { viewOf } from '../run/runView';
import type { TrainingRun } from '../run/trainingRun';
import type { EpochRecord } from '../shared/core/run';
import type { RunWriter } from './runWriter';

/** Time between two batches, milliseconds: what a crash can cost at most. */
const BATCH_MS = 1000;

/** Records `run` with `writer` until the run ends or this is disposed; then the file is closed. */
export class RunRecorder implements Disposable {
  /** Settles when the file is complete and closed; never rejects. */
  readonly done: Promise<void>;
  private readonly subscriptions: Disposable[] = [];
  private readonly timer: NodeJS.Timeout;
  /** Epochs since the last batch: they stand behind the records that they speak of. */
  private epochs: EpochRecord[] = [];
  private lastView = '';
  private isClosed = false;

  constructor(
    private readonly run: TrainingRun<unknown>,
    private readonly writer: RunWriter,
    batchMs = BATCH_MS,
  ) {
    run.onDidStep((record) => writer.addRecord(record), undefined, this.subscriptions);
    run.onDidEndEpoch((epoch) => this.epochs.push(epoch), undefined, this.subscriptions);
    run.debug?.onDidForget((step) => this.cut(step), undefined, this.subscriptions);
    this.timer = setInterval(() => this.write(), batchMs);
    this.timer.unref();
    this.write();
    this.done = run.finished.then(() => this.close());
  }

  dispose(): void {
    void this.close();
  }

  private cut(step: number): void {
    this.writeSteps();
    this.writer.appendCut(step);
  }

  private writeSteps(): void {
    this.writer.writeBatch();
    for (const epoch of this.epochs.splice(0)) this.writer.appendEpoch(epoch);
  }

  private write(): void {
    this.writeSteps();
    const view = viewOf(this.run);
    // Of the numbers that move with every step the records tell; they make no new view.
    const key = JSON.stringify({ ...view, step: 0, stepsPerSecond: 0, memory: 0, epoch: 0 });
    if (key === this.lastView) return;
    this.lastView = key;
    this.writer.appendView(view);
  }

  private async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    clearInterval(this.timer);
    for (const subscription of this.subscriptions) subscription.dispose();
    this.write();
    await this.writer.close();
  }
}
