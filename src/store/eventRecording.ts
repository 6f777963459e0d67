// The TensorBoard file of a run, beside its steps: `tensorboard --logdir .gradient-lens/runs` shows the same curves.
import { hostname } from 'node:os';
import path from 'node:path';
import { listedValues } from '../run/runRequest';
import type { TrainingRun } from '../run/trainingRun';
import type { EpochRecord, LayerInfo } from '../shared/core/run';
import type { StepRecord } from '../shared/core/stepRecord';
import { EventLog } from '../shared/tensorboard/eventLog';
import { AppendFile } from './appendFile';
import type { RunOrigin } from './manifestOf';

/** Bytes that wait before they are written without being asked for. */
const BATCH_BYTES = 1024 * 1024;

/** Its name: TensorBoard takes any that has `tfevents` in it, and sorts the files of a run by their time. */
export function eventFileName(startedAt: number): string {
  const host = hostname().replace(/[^\w-]/g, '-');
  const seconds = Math.floor(startedAt / 1000);
  return `events.out.tfevents.${seconds}.${host}.${process.pid}.gradient-lens`;
}

export interface EventRecordingOptions {
  /** Bytes that the file may take, and bytes that may wait to be written. */
  maxBytes: number;
  bufferBytes: number;
  onError: (message: string) => void;
}

export class EventRecording {
  private readonly log: EventLog;
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private layers: readonly LayerInfo[] | undefined;
  private hasBegun = false;

  private constructor(
    private readonly file: AppendFile,
    private readonly run: TrainingRun<unknown>,
    private readonly origin: RunOrigin,
    { maxBytes, bufferBytes }: EventRecordingOptions,
  ) {
    this.log = new EventLog(
      (bytes) => {
        // Each is a whole record: without one, a reader misses what it says and nothing else.
        if (this.waitingBytes + file.waitingBytes + bytes.length > bufferBytes) return;
        this.waiting.push(bytes);
        this.waitingBytes += bytes.length;
        if (this.waitingBytes > BATCH_BYTES) this.write();
      },
      { maxBytes },
    );
  }

  /** Creates the file in a run's folder. Rejects with the system's error. */
  static async create(
    folder: string,
    run: TrainingRun<unknown>,
    origin: RunOrigin,
    options: EventRecordingOptions,
  ): Promise<EventRecording> {
    const name = path.join(folder, eventFileName(origin.startedAt));
    const file = await AppendFile.create(name, options.onError);
    return new EventRecording(file, run, origin, options);
  }

  record(record: StepRecord): void {
    this.begin();
    this.log.record(record);
  }

  epoch(epoch: EpochRecord): void {
    this.begin();
    this.log.epoch(epoch);
  }

  /** The steps after `step` come again. */
  cut(step: number): void {
    if (this.hasBegun) this.log.restart(step + 1);
  }

  /** Writes what has happened since the last time. */
  flush(): void {
    if (this.hasBegun) {
      if (this.run.layers !== this.layers && this.run.layers.length > 0) {
        this.layers = this.run.layers;
        this.log.layers(this.layers);
      }
      this.log.findings(this.run.findings);
    }
    this.write();
    this.file.sync();
  }

  /** Writes the rest, how the run ended among it, and closes the file. Never rejects. */
  async close(): Promise<void> {
    this.begin();
    this.flush();
    this.log.end(this.run.state, Date.now());
    this.write();
    await this.file.close();
  }

  /** Not before the backend is chosen. */
  private begin(): void {
    if (this.hasBegun) return;
    this.hasBegun = true;
    const { model, startedAt, versions } = this.origin;
    const { seed } = this.run.request;
    const hyperparameters = listedValues(this.run.request);
    const { tfjsVersion } = this.run.info;
    const named = Object.entries({ ...versions, tfjs: tfjsVersion });
    this.log.begin({
      ...{ model: model.path, startedAt, seed, backend: this.run.backend, hyperparameters },
      versions: Object.fromEntries(
        named.flatMap(([name, version]) => (version === undefined ? [] : [[name, version]])),
      ),
      ...(model.sha256 !== '' && { sha256: model.sha256 }),
    });
  }

  private write(): void {
    if (this.waiting.length === 0) return;
    this.file.append(Buffer.concat(this.waiting));
    this.waiting = [];
    this.waitingBytes = 0;
  }
}
