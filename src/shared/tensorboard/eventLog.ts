// A run as a TensorBoard event file: turns what happens in a run into framed bytes, in order, for whoever appends
// them to `events.out.tfevents.…`. Bounded: a long run is thinned out, its loss last.
import type { Finding } from '../core/finding';
import { isFinal, type EpochRecord, type LayerInfo, type RunState } from '../core/run';
import type { StepRecord } from '../core/stepRecord';
import { nonFiniteCount } from '../core/summary';
import { EventEncoder } from './eventEncoder';
import { END_TAG, sessionEnd, sessionStart, START_TAG } from './hparams';
import { octaveRows } from './octaveRows';
import { findingsText, layersText, runText, type EventLogInfo } from './runText';
import { StandOut } from './standOut';
import { Thinning } from './thinning';
import { SessionStatus } from './wire';

export type { EventLogInfo } from './runText';

/** Names of the scalars that every run has. Metrics keep their own. */
export const Tags = {
  LOSS: 'loss',
  LEARNING_RATE: 'learning_rate',
  GRADIENT_NORM: 'gradient_norm',
  RUN: 'run',
  LAYERS: 'layers',
  FINDINGS: 'findings',
} as const;

/** Names of what is written of a layer: TensorBoard groups them by what stands before the slash. */
export const layerTags = {
  gradientNorm: (layer: string) => `gradient_norm/${layer}`,
  weightNorm: (layer: string) => `weight_norm/${layer}`,
  updateRatio: (layer: string) => `update_ratio/${layer}`,
  nonFinite: (layer: string) => `gradient_non_finite/${layer}`,
  gradient: (layer: string) => `gradients/${layer}`,
  weight: (layer: string) => `weights/${layer}`,
};

/** Tag of an epoch's metric. */
export const epochTag = (metric: string): string => `epoch/${metric}`;

export interface EventLogOptions {
  /** Bytes that the file may take. Default: 128 MiB. */
  maxBytes?: number;
}

const MAX_BYTES = 128 * 2 ** 20;
/** What the bytes are for: the run's curves, curves per layer, histograms. */
const SHARES = { curves: 0.5, layers: 0.2, histograms: 0.3 };

/** Writes the events of one run. */
export class EventLog {
  private readonly encoder = new EventEncoder();
  private readonly standOut = new StandOut();
  private readonly curves: Thinning;
  private readonly layerCurves: Thinning;
  private readonly histograms: Thinning;
  private readonly tagsOf = new Map<string, readonly [string, string, string]>();
  /** Seconds since 1970 at which the run began. */
  private startedAt = 0;
  private seconds = 0;
  private step = 0;
  private written = 0;
  private stated = '';
  private newest: readonly Finding[] = [];

  /** @param sink takes the bytes of one record after another; they are the caller's. */
  constructor(
    private readonly sink: (bytes: Uint8Array<ArrayBuffer>) => void,
    { maxBytes = MAX_BYTES }: EventLogOptions = {},
  ) {
    this.curves = new Thinning(maxBytes * SHARES.curves, 0.75, 0.05);
    this.layerCurves = new Thinning(maxBytes * SHARES.layers, 0.1, 0.1);
    this.histograms = new Thinning(maxBytes * SHARES.histograms, 0.1, 0.1);
  }

  /** Bytes handed out so far. */
  get bytes(): number {
    return this.written;
  }

  /** Call first. */
  begin(info: EventLogInfo): void {
    this.startedAt = info.startedAt / 1000;
    this.put(this.encoder.version(this.startedAt));
    this.put(this.encoder.textEvent(this.startedAt, 0, Tags.RUN, runText(info)));
    const { hyperparameters, seed } = info;
    const start = sessionStart({ seed, ...hyperparameters }, this.startedAt);
    this.put(this.encoder.hparamsEvent(this.startedAt, START_TAG, start));
  }

  /** The layers are known, or others than before. */
  layers(layers: readonly LayerInfo[]): void {
    this.put(this.encoder.textEvent(this.now, this.step, Tags.LAYERS, layersText(layers)));
  }

  /** One step. Steps ascend; see {@link restart}. */
  record(record: StepRecord): void {
    this.step = record.step;
    this.seconds = record.seconds;
    const { key, norm, standsOut } = this.standOut.note(record);
    if (this.curves.take(key, standsOut)) this.curves.spend(this.putCurves(record, norm));
    if (key === '') return;
    if (this.layerCurves.take(key, standsOut)) this.layerCurves.spend(this.putLayers(record));
    if (this.histograms.take(key, standsOut)) this.histograms.spend(this.putHistograms(record));
  }

  /** A finished epoch, after the record of its last step. */
  epoch({ step, metrics }: EpochRecord): void {
    const tags = Object.keys(metrics);
    if (tags.length === 0) return;
    const values = tags.map((name) => metrics[name] ?? NaN);
    this.put(this.encoder.scalarEvent(this.now, step, tags.map(epochTag), values));
  }

  /** The findings of the run so far; written where one has opened or closed, or is graver than before. */
  findings(findings: readonly Finding[]): void {
    this.newest = findings;
    const stated = findings
      .map(({ rule, layer = '', severity, closedStep = '' }) =>
        [rule, layer, severity, closedStep].join(' '),
      )
      .join('\n');
    if (stated === this.stated) return;
    this.stated = stated;
    this.putFindings();
  }

  /** Steps from `step` on come again: the run was changed in its past, or goes on from a checkpoint. */
  restart(step: number): void {
    this.step = step;
    this.put(this.encoder.restart(this.now, step));
  }

  /** The run has ended, or its last state is told again. `at`: milliseconds since 1970. */
  end(state: RunState, at?: number): void {
    if (!isFinal(state)) return;
    const seconds = at === undefined ? this.now : at / 1000;
    const status =
      state === 'completed'
        ? SessionStatus.SUCCESS
        : state === 'failed'
          ? SessionStatus.FAILURE
          : SessionStatus.UNKNOWN;
    if (this.newest.length > 0) this.putFindings();
    this.put(this.encoder.hparamsEvent(seconds, END_TAG, sessionEnd(status, seconds)));
  }

  /** Wall time of the newest step, seconds since 1970. Pauses do not count. */
  private get now(): number {
    return this.startedAt + this.seconds;
  }

  private put(bytes: Uint8Array<ArrayBuffer>): number {
    this.written += bytes.length;
    this.sink(bytes);
    return bytes.length;
  }

  private putFindings(): void {
    const text = findingsText(this.newest);
    this.put(this.encoder.textEvent(this.now, this.step, Tags.FINDINGS, text));
  }

  private putCurves({ loss, learningRate, metrics }: StepRecord, norm: number | undefined): number {
    const tags: string[] = [];
    const values: number[] = [];
    const add = (tag: string, value: number | undefined): void => {
      if (value === undefined) return;
      tags.push(tag);
      values.push(value);
    };
    add(Tags.LOSS, loss);
    for (const name in metrics) add(name, metrics[name]);
    add(Tags.LEARNING_RATE, learningRate);
    add(Tags.GRADIENT_NORM, norm);
    if (tags.length === 0) return 0;
    return this.put(this.encoder.scalarEvent(this.now, this.step, tags, values));
  }

  private putLayers({ layers }: StepRecord): number {
    const tags: string[] = [];
    const values: number[] = [];
    for (const name in layers) {
      const layer = layers[name];
      if (!layer) continue;
      tags.push(...this.layerTagsOf(name));
      values.push(layer.gradient.norm, layer.weight.norm, layer.updateRatio);
      const broken = nonFiniteCount(layer.gradient);
      if (broken === 0) continue;
      tags.push(layerTags.nonFinite(name));
      values.push(broken);
    }
    return this.put(this.encoder.scalarEvent(this.now, this.step, tags, values));
  }

  private putHistograms({ layers }: StepRecord): number {
    const histograms: { tag: string; rows: number[] }[] = [];
    for (const name in layers) {
      const layer = layers[name];
      if (!layer) continue;
      histograms.push(
        { tag: layerTags.gradient(name), rows: octaveRows(layer.gradient) },
        { tag: layerTags.weight(name), rows: octaveRows(layer.weight) },
      );
    }
    return this.put(this.encoder.histogramEvent(this.now, this.step, histograms));
  }

  private layerTagsOf(layer: string): readonly [string, string, string] {
    let tags = this.tagsOf.get(layer);
    if (!tags) {
      const { gradientNorm, weightNorm, updateRatio } = layerTags;
      tags = [gradientNorm(layer), weightNorm(layer), updateRatio(layer)];
      this.tagsOf.set(layer, tags);
    }
    return tags;
  }
}
