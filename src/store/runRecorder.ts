// Keeps a run's folder up to date while it trains: what a crash can cost is the last second.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Disposable } from '../run/emitter';
import { RunSummarizer } from '../run/runSummarizer';
import { viewOf } from '../run/runView';
import type { TrainingRun } from '../run/trainingRun';
import { isFinal, type EpochRecord } from '../shared/core/run';
import type { RunSummary } from '../shared/core/runSummary';
import type { StepRecord } from '../shared/core/stepRecord';
import { EventRecording } from './eventRecording';
import { ManifestKeeper } from './manifestKeeper';
import { manifestOf, type RunOrigin } from './manifestOf';
import { writeOverview } from './overview';
import { runFolder, STEPS_FILE } from './runFolder';
import { RunLock } from './runLock';
import { RunWriter } from './runWriter';
import { StoreError, systemMessage } from './storeError';

/** Time between two batches, milliseconds: what a crash can cost at most. */
const BATCH_MS = 1000;
/** Default bounds: of the folder's growing files together, and of what waits to be written; bytes. */
const MAX_BYTES = 384 * 1024 * 1024;
const BUFFER_BYTES = 6 * 1024 * 1024;
/** Shares of the steps file; the rest is the event file's. */
const STEPS_SHARE = 2 / 3;
/**
 * Bytes of steps that no overview covers, at which a new one is written, unless the last one was larger than that:
 * reading them takes half a second after a crash.
 */
const OVERVIEW_BYTES = 16 * 1024 * 1024;
/** Views that only moved (the last step of a finding) are written so seldom, in batches: the manifest has them too. */
const VIEW_BATCHES = 30;

export interface RecordingOptions {
  /** Folder of the folders of runs. */
  root: string;
  origin: RunOrigin;
  maxBytes?: number;
  bufferBytes?: number;
  batchMs?: number;
  /** Told when something cannot be written; the run goes on without it. */
  onError?: (error: StoreError) => void;
}

/** Records a run until it ends or this is disposed; then its files are complete and closed. */
export class RunRecorder implements Disposable {
  /** Settles when the folder is complete; never rejects. */
  readonly done: Promise<void>;
  private readonly subscriptions: Disposable[] = [];
  private readonly timer: NodeJS.Timeout;
  private readonly summarizer: RunSummarizer;
  private readonly manifest: ManifestKeeper;
  /** Epochs since the last batch: they stand behind the records that they speak of. */
  private epochs: EpochRecord[] = [];
  private lastView = '';
  private batches = 0;
  private hasChanged = true;
  private covered = 0;
  private overviewBytes = 0;
  private overview: Promise<void> | undefined;
  private endedAt: number | undefined;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly run: TrainingRun<unknown>,
    /** Absolute. */
    readonly folder: string,
    private readonly options: RecordingOptions,
    private readonly lock: RunLock,
    private readonly steps: RunWriter,
    private readonly events: EventRecording,
  ) {
    const { origin } = options;
    this.summarizer = new RunSummarizer(run, origin);
    this.manifest = new ManifestKeeper(
      folder,
      () => manifestOf(run, origin, this.summary, this.endedAt),
      (error) => this.trouble('manifest', error),
    );
    const { subscriptions } = this;
    // A run that goes on from another begins with its steps; and a fast one may have begun.
    for (const record of run.history.records) this.take(record);
    for (const epoch of run.history.epochs) this.takeEpoch(epoch);
    run.onDidStep((record) => this.takeNewest(record), undefined, subscriptions);
    run.onDidEndEpoch((epoch) => this.takeEpoch(epoch), undefined, subscriptions);
    run.debug?.onDidForget((step) => this.cut(step), undefined, subscriptions);
    run.onDidChange(() => (this.hasChanged = true), undefined, subscriptions);
    run.onDidChangeState(() => void this.manifest.write(), undefined, subscriptions);
    this.timer = setInterval(() => this.write(), options.batchMs ?? BATCH_MS);
    this.timer.unref();
    this.write();
    this.done = run.finished.then(() => this.close());
  }

  /** Makes the folder of a run and begins to record. Rejects with a StoreError where that cannot be. */
  static async begin(run: TrainingRun<unknown>, options: RecordingOptions): Promise<RunRecorder> {
    const folder = runFolder(options.root, run.id);
    const { maxBytes = MAX_BYTES, bufferBytes = BUFFER_BYTES, onError } = options;
    try {
      await mkdir(folder, { recursive: true });
      const lock = await RunLock.take(folder);
      const steps = await RunWriter.create(path.join(folder, STEPS_FILE), {
        ...{ maxBytes: maxBytes * STEPS_SHARE, bufferBytes: bufferBytes * STEPS_SHARE },
        ...(onError && { onError }),
      });
      const events = await EventRecording.create(folder, run, options.origin, {
        maxBytes: maxBytes * (1 - STEPS_SHARE),
        bufferBytes: bufferBytes * (1 - STEPS_SHARE),
        onError: (why) => onError?.(failure(folder, 'event file', why)),
      });
      return new RunRecorder(run, folder, options, lock, steps, events);
    } catch (error) {
      if (error instanceof StoreError) throw error;
      throw new StoreError(
        'cannot-write',
        `The run cannot be kept: ${folder} could not be created (${systemMessage(error)}). ` +
          'Make the folder writable; training goes on without it.',
        { cause: error },
      );
    }
  }

  /** The run as a list shows it. */
  get summary(): RunSummary {
    return this.summarizer.summary;
  }

  /** Ends the recording as if the run went on elsewhere: for a window that closes. */
  dispose(): void {
    void this.close();
  }

  /** Resolves when all that has happened so far is in the files. */
  async flush(): Promise<void> {
    this.write();
    await this.steps.flush();
    await this.manifest.write();
  }

  /** Writes the rest and closes the files. Never rejects. */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private take(record: StepRecord): void {
    this.steps.addRecord(record);
    this.events.record(record);
  }

  private takeNewest(record: StepRecord): void {
    // The history has packed it already.
    this.steps.addRecord(record, this.run.history.newestPacked);
    this.events.record(record);
  }

  private takeEpoch(epoch: EpochRecord): void {
    this.epochs.push(epoch);
    this.events.epoch(epoch);
  }

  private cut(step: number): void {
    this.writeSteps();
    this.steps.appendCut(step);
    this.events.cut(step);
    // What the overview says of the steps after is no longer so, but the cut stands behind it in the file.
  }

  private writeSteps(): void {
    this.steps.writeBatch();
    for (const epoch of this.epochs.splice(0)) this.steps.appendEpoch(epoch);
  }

  private write(isLast = false): void {
    this.writeSteps();
    this.writeView(isLast);
    this.steps.sync();
    this.events.flush();
    if (isLast) return;
    if (this.hasChanged) this.manifest.touch();
    this.hasChanged = false;
    const uncovered = this.steps.bytes - this.covered;
    if (uncovered > Math.max(OVERVIEW_BYTES, this.overviewBytes)) void this.writeOverview();
  }

  /** The view is a frame of its own where more than numbers has changed. */
  private writeView(isLast: boolean): void {
    const view = viewOf(this.run);
    // Of the numbers that move with every step the records tell; they make no new view.
    const still = { ...view, step: 0, stepsPerSecond: 0, memory: 0, epoch: 0 };
    const findings = view.findings.map(({ rule, layer, severity, closedStep }) =>
      [rule, layer, severity, closedStep].join(),
    );
    const key = JSON.stringify({ ...still, findings });
    const isDue = isLast || (this.hasChanged && this.batches++ % VIEW_BATCHES === 0);
    if (key === this.lastView && !isDue) return;
    this.lastView = key;
    this.steps.appendView(view);
  }

  private writeOverview(): Promise<void> {
    this.overview ??= this.replaceOverview().finally(() => (this.overview = undefined));
    return this.overview;
  }

  private async replaceOverview(): Promise<void> {
    const { steps, run } = this;
    const covered = steps.bytes;
    // Copied before anything is awaited.
    const written = writeOverview(
      this.folder,
      { covered, view: viewOf(run), index: steps.index.entries, series: run.history.state },
      () => steps.flush(),
    );
    try {
      this.overviewBytes = await written;
      this.covered = covered;
    } catch (error) {
      this.trouble('overview', error);
      this.overviewBytes = Infinity;
    }
  }

  private async end(): Promise<void> {
    clearInterval(this.timer);
    for (const subscription of this.subscriptions) subscription.dispose();
    this.summarizer.dispose();
    if (isFinal(this.run.state)) this.endedAt = Date.now();
    this.write(true);
    await Promise.all([this.events.close(), this.overview]);
    const overview = this.writeOverview();
    await this.steps.close();
    await overview;
    await this.manifest.write();
    await this.lock.release();
  }

  private trouble(what: string, error: unknown): void {
    this.options.onError?.(failure(this.folder, what, systemMessage(error)));
  }
}

function failure(folder: string, what: string, why: string): StoreError {
  return new StoreError(
    'cannot-write',
    `The ${what} of the run in ${folder} is no longer written (${why}). Training goes on.`,
  );
}
