// Turns the events of a log's files, merged by wall time, into step records. A step is complete when later ones
// have come: its numbers stand in several events, and in several files.
import type { EpochRecord, LayerInfo } from '../../shared/core/run';
import type { StepRecord } from '../../shared/core/stepRecord';
import type { BucketHistogram } from '../../shared/tensorboard/buckets';
import type { LogEvent } from '../../shared/tensorboard/eventDecoder';
import { convertHistogram } from '../../shared/tensorboard/octaves';
import {
  type HistogramRole,
  histogramRole,
  type ScalarRole,
  scalarRole,
} from '../../shared/tensorboard/tagRoles';
import type { LogContents } from './contents';
import type { EventFile } from './findRuns';
import { LayerTable } from './layerTable';
import { LossChoice } from './lossChoice';
import { StepValues } from './stepValues';

/** Newest steps that wait for more of their values. */
const HELD_STEPS = 3;
/** Metrics that are shown. */
const MAX_METRICS = 64;
/** Stands for all layers, where only the norm of all gradients together is known. */
const WHOLE_MODEL = { layer: 'model', tensor: 'model', rank: 'matrix' } as const;
const RATE = 'learning rate';
const EPOCH = 'epoch';
const TOTAL_NORM = 'gradient_norm';

/** What an assembler has ready. */
export interface Assembled {
  /** Where they are others than before. */
  layers?: LayerInfo[];
  records: StepRecord[];
  epochs: EpochRecord[];
}

/** Name of a loss among the scalars of a step. */
const lossKey = (tag: string): string => `loss ${tag}`;
const metricKey = (name: string): string => `metric ${name}`;

/** Assembles the records of one run. */
export class RecordAssembler {
  private readonly pending = new Map<number, StepValues>();
  private readonly table = new LayerTable();
  private readonly losses = new LossChoice();
  private readonly scalarRoles = new Map<string, ScalarRole>();
  private readonly histogramRoles = new Map<string, HistogramRole | undefined>();
  private readonly metrics = new Set<string>();
  private readonly lossNames = new Map<string, string>();
  /** Epochs of steps whose epoch is told by an `epoch_…` tag. */
  private readonly epochAt = new Map<number, number>();
  private ready: Assembled = { records: [], epochs: [] };
  /** Newest step that was handed out, as the log counts. */
  private done = -1;
  private offset: number | undefined;
  private firstAt: number | undefined;
  private seconds = 0;
  private hasEpochTags = false;
  private hasBatchTags = false;
  private newestStep = 0;
  private newestEpoch = 0;
  private epochs = 0;
  private knowsGradients = false;
  private lossesSince: number[] = [];

  constructor(private readonly contents: LogContents) {}

  /** Steps that were handed out. */
  get steps(): number {
    return this.done < 0 ? 0 : this.done + (this.offset ?? 0);
  }

  get layers(): LayerTable {
    return this.table;
  }

  /** Records that are ready to be drained. */
  get waiting(): number {
    return this.ready.records.length;
  }

  /** Takes the next event of a file. */
  take(event: LogEvent, file: EventFile): void {
    if (!Number.isSafeInteger(event.step) || event.step < 0) {
      this.contents.damaged += event.values.length;
      return;
    }
    for (const value of event.values) {
      if (value.type === 'scalar') this.scalar(event, file, value.tag, value.value);
      else if (value.type === 'histogram') this.histogram(event, file, value.tag, value.histogram);
    }
    while (this.pending.size > HELD_STEPS) this.hand(Math.min(...this.pending.keys()));
  }

  /** Nothing more is known to come: what waits is complete. */
  flush(): void {
    for (const step of [...this.pending.keys()].sort((a, b) => a - b)) this.hand(step);
  }

  /** What is ready since the last call. */
  drain(): Assembled {
    const layers = this.table.take();
    const ready = { ...this.ready, ...(layers && { layers }) };
    this.ready = { records: [], epochs: [] };
    return ready;
  }

  private scalar(event: LogEvent, file: EventFile, tag: string, value: number): void {
    const role = this.scalarRoleOf(tag, file.folder);
    if (role.is === 'ignored') return;
    const isByEpoch = 'axis' in role && role.axis === 'epoch';
    if (isByEpoch) this.hasEpochTags = true;
    if (tag.startsWith('batch_')) this.hasBatchTags = true;
    const values = this.at(event, isByEpoch);
    if (!values) {
      this.contents.late++;
      return;
    }
    const note = (name: string): void => values.scalars.note(name, file.path, value);
    switch (role.is) {
      case 'loss':
        this.contents.loss = true;
        this.losses.note(tag, role.rank);
        this.lossNames.set(tag, role.name === 'loss' ? tag : role.name);
        note(lossKey(tag));
        return;
      case 'metric':
        if (this.isShown(role.name)) note(metricKey(role.name));
        return;
      case 'learning-rate':
        note(RATE);
        return;
      case 'epoch':
        note(EPOCH);
        return;
      case 'total-gradient-norm':
        this.contents.gradients = true;
        note(TOTAL_NORM);
        return;
      case 'gradient-norm':
        this.knowsGradients = this.contents.gradients = this.contents.normsOnly = true;
        break;
      case 'weight-norm':
        this.contents.weights = true;
        break;
      case 'update-ratio':
      case 'non-finite':
        break;
    }
    if (!this.table.note(role)) {
      this.contents.leftOut++;
      return;
    }
    values.tensor(role.layer, role.tensor).scalars.note(role.is, file.path, value);
  }

  private histogram(event: LogEvent, file: EventFile, tag: string, buckets: BucketHistogram): void {
    const role = this.histogramRoleOf(tag);
    if (!role) {
      this.contents.noteUnknown(tag);
      return;
    }
    const isByEpoch = this.hasBatchTags && this.hasEpochTags && event.step <= this.newestEpoch + 1;
    const values = this.at(event, isByEpoch);
    if (!values) {
      this.contents.late++;
      return;
    }
    const converted = convertHistogram(buckets);
    if (!this.table.note(role, role.is === 'activation' ? 0 : converted.summary.count)) {
      this.contents.leftOut++;
      return;
    }
    if (role.is === 'gradient') {
      this.knowsGradients = this.contents.gradients = true;
      this.contents.normsOnly = false;
    }
    if (role.is === 'weight') this.contents.weights = true;
    this.contents.noteHistogram(`${role.is} ${role.tensor}`, converted);
    values.tensor(role.layer, role.tensor).note(role.is, file.path, converted.summary);
  }

  /**
   * The step of an event; undefined where it was handed out already. Where Keras logs both steps and epochs, the
   * end of an epoch is the newest step at that time.
   */
  private at(event: LogEvent, isByEpoch: boolean): StepValues | undefined {
    const isMixed = this.hasBatchTags && isByEpoch;
    const step = isMixed ? this.newestStep : event.step;
    if (isByEpoch) {
      this.newestEpoch = Math.max(this.newestEpoch, event.step);
      this.epochAt.set(step, event.step + 1);
      if (!isMixed) this.offset = 1;
    } else {
      this.newestStep = Math.max(this.newestStep, step);
    }
    let values = this.pending.get(step);
    if (values) return values;
    if (step <= this.done) return undefined;
    values = new StepValues(step, event.seconds);
    this.pending.set(step, values);
    return values;
  }

  /** Makes the record of a step. */
  private hand(step: number): void {
    const values = this.pending.get(step);
    if (!values) return;
    this.pending.delete(step);
    this.done = step;
    if (this.offset === undefined) {
      this.offset = step === 0 ? 1 : 0;
      this.contents.isFromZero = step === 0;
    }
    this.noteTotalNorm(values);
    this.contents.workers = Math.max(this.contents.workers, values.scalars.workers);
    this.firstAt ??= values.at;
    this.seconds = Math.max(this.seconds, values.at - this.firstAt);
    const { scalars } = values;
    const lossTag = this.losses.tag;
    const loss = lossTag === undefined ? undefined : scalars.get(lossKey(lossTag));
    const learningRate = scalars.get(RATE);
    const metrics = this.metricsOf(values, lossTag);
    const toldEpoch = scalars.get(EPOCH);
    const epoch =
      this.epochAt.get(step) ??
      (toldEpoch === undefined ? undefined : Math.max(0, Math.floor(toldEpoch)) + 1);
    const record: StepRecord = {
      step: step + this.offset,
      ...(epoch !== undefined && Number.isFinite(epoch) && { epoch }),
      ...(loss !== undefined && { loss }),
      metrics,
      ...(learningRate !== undefined && { learningRate }),
      seconds: this.seconds,
      ...values.records(),
    };
    this.ready.records.push(record);
    if (loss !== undefined && Number.isFinite(loss)) this.lossesSince.push(loss);
    this.noteEpoch(record, this.epochAt.has(step));
    this.epochAt.delete(step);
  }

  private metricsOf({ scalars }: StepValues, lossTag: string | undefined): Record<string, number> {
    const metrics: Record<string, number> = {};
    for (const name of scalars.names) {
      const value = scalars.get(name);
      if (value === undefined) continue;
      if (name.startsWith('metric ')) metrics[name.slice('metric '.length)] = value;
      if (!name.startsWith('loss ')) continue;
      const tag = name.slice('loss '.length);
      if (tag === lossTag) continue;
      const shown = this.lossNames.get(tag) ?? tag;
      if (this.isShown(shown)) metrics[shown] = value;
    }
    return metrics;
  }

  /** Where no layer's gradient is known, the norm of all is that of one layer; else a metric. */
  private noteTotalNorm(values: StepValues): void {
    const norm = values.scalars.get(TOTAL_NORM);
    if (norm === undefined) return;
    if (this.knowsGradients) {
      if (this.isShown(TOTAL_NORM)) values.scalars.note(metricKey(TOTAL_NORM), '', norm);
      return;
    }
    this.contents.normsOnly = true;
    this.table.note(WHOLE_MODEL);
    const { layer, tensor } = WHOLE_MODEL;
    values.tensor(layer, tensor).scalars.note('gradient-norm', '', norm);
  }

  /** A step with validation numbers, or the end of an epoch, is an epoch for rules and charts. */
  private noteEpoch({ step, epoch, loss, metrics }: StepRecord, isEpoch: boolean): void {
    const validation = Object.entries(metrics).filter(([name]) => name.startsWith('val_'));
    if (!isEpoch && validation.length === 0) return;
    const since = this.lossesSince;
    this.lossesSince = [];
    const mean = since.length > 0 ? since.reduce((sum, x) => sum + x, 0) / since.length : loss;
    this.epochs = Math.max(this.epochs + 1, epoch ?? 0);
    this.ready.epochs.push({
      epoch: this.epochs,
      step,
      metrics: {
        ...(mean !== undefined && { loss: mean }),
        ...(isEpoch && metrics),
        ...Object.fromEntries(validation),
      },
    });
  }

  private isShown(name: string): boolean {
    if (this.metrics.has(name)) return true;
    if (this.metrics.size >= MAX_METRICS || name === '__proto__') {
      this.contents.leftOut++;
      return false;
    }
    this.metrics.add(name);
    return true;
  }

  private scalarRoleOf(tag: string, folder: string): ScalarRole {
    const key = `${folder}\n${tag}`;
    let role = this.scalarRoles.get(key);
    if (!role)
      this.scalarRoles.set(key, (role = safe(scalarRole(tag, folder)) ?? { is: 'ignored' }));
    return role;
  }

  private histogramRoleOf(tag: string): HistogramRole | undefined {
    if (!this.histogramRoles.has(tag)) this.histogramRoles.set(tag, safe(histogramRole(tag)));
    return this.histogramRoles.get(tag);
  }
}

/** Undefined for names that would reach an object's prototype instead of becoming a key. */
function safe<T extends object>(role: T | undefined): T | undefined {
  if (!role) return undefined;
  return Object.values(role).includes('__proto__') ? undefined : role;
}
