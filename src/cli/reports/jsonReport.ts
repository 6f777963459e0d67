// The report of `--json`: { steps, state, backend, layers, findings, error }, in the shapes of the
// extension's API. Every step is written as it comes and then forgotten, so that memory holds one batch
// of records however long the training is.
import type { TrainingRun } from '../../run/trainingRun';
import type { EpochRecord } from '../../shared/core/run';
import type { StepRecord } from '../../shared/core/stepRecord';
import type { OutputFile } from './outputFile';

const BEGIN = '{"steps":[';

/** Follows one run from before its start. Numbers that are not finite become null, as JSON has none. */
export class JsonReport {
  /** Records of the newest batch: the metrics of an epoch come right after its last record. */
  private held: StepRecord[] = [];
  /** Metrics of epochs whose last record has not come yet, by step. */
  private readonly early = new Map<number, Record<string, number>>();
  private isFlushing = false;
  private written = 0;
  private failure: Error | undefined;

  constructor(
    private readonly file: OutputFile,
    private readonly run: TrainingRun,
  ) {
    run.onDidStep((record) => this.add(record));
    run.onDidEndEpoch((epoch) => this.addEpoch(epoch));
  }

  /** Writes the rest. Throws what kept any part of it from being written. */
  finish(): void {
    const { state, backend, layers, findings, error } = this.run;
    this.flush(0);
    const rest = { state, backend, layers, findings, error: error ?? null };
    this.attempt(() => {
      const begin = this.written === 0 ? BEGIN : '';
      this.file.write(`${begin}\n],${JSON.stringify(rest).slice(1)}\n`);
    });
    if (this.failure === undefined) {
      this.file.finish();
      return;
    }
    this.file.discard();
    throw this.failure;
  }

  /** There will be no report. */
  discard(): void {
    this.file.discard();
  }

  private add(record: StepRecord): void {
    // The probe is how findings are found; it is no part of the public shape.
    const shown = { ...record, metrics: { ...record.metrics, ...this.early.get(record.step) } };
    delete shown.probe;
    this.early.delete(record.step);
    this.held.push(shown);
    if (this.isFlushing) return;
    this.isFlushing = true;
    // After the batch that it came with, and the epochs that ended in it.
    setImmediate(() => {
      this.isFlushing = false;
      this.flush(1);
    });
  }

  private addEpoch({ step, metrics }: EpochRecord): void {
    const record = this.held.find((held) => held.step === step);
    if (record) Object.assign(record.metrics, metrics);
    else if (step > (this.held.at(-1)?.step ?? this.run.currentStep)) this.early.set(step, metrics);
  }

  /** Writes all but the `kept` newest records. */
  private flush(kept: number): void {
    for (const record of this.held.splice(0, this.held.length - kept)) {
      this.attempt(() => {
        this.file.write(`${this.written === 0 ? BEGIN : ','}\n${JSON.stringify(record)}`);
        this.written++;
      });
    }
  }

  /** A full disk must not end the training; it is told when it is over. */
  private attempt(write: () => void): void {
    if (this.failure !== undefined) return;
    try {
      write();
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
    }
  }
}
