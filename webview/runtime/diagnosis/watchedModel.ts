// One model that trains: notes before each of its steps what facts and probes need, and hands both out
// when the record of the step has come.
import type { ModelFacts } from '../../../src/shared/core/facts';
import type { ProbeRecord } from '../../../src/shared/core/probe';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import type { Tap, Tensor, TfNamespace } from '../../../src/shared/tap/types';
import type { LayerLike, ModelLike } from './internals';
import { LabelDrift } from './labelDrift';
import { initialWeights, type InitialWeights } from './layerFacts';
import { layersOf, type LayerEntry } from './layerList';
import { modelFacts, type Snapshot } from './modelFacts';
import type { PendingProbe } from './probe/measurement';
import { ModelProbe } from './probe/modelProbe';
import { readRows, SampleCollector, type Values } from './samples';
import type { ModelWatchOptions } from './types';

/** Labels that are counted by class are at most so many; of more, only the samples are. */
const MAX_COUNTED = 100_000;

/** What waits for the record of its step. */
interface Waiting<T> {
  step: number;
  what: T;
}

/** Watches one model with one loss. */
export class WatchedModel {
  readonly #tf: TfNamespace;
  readonly #tap: Tap;
  readonly #model: ModelLike;
  readonly #lossFunctions: unknown;
  readonly #layers: readonly LayerEntry[];
  readonly #collector: SampleCollector;
  readonly #onGiveUp: (reason: string) => void;
  #probe: ModelProbe | undefined;
  #initial: InitialWeights | undefined;
  #labels: (Values | undefined)[] = [];
  #size: number | undefined;
  /** The inputs of the set that the first call of `fit` trained on. */
  #firstSet: object | undefined;
  /** Undefined once the labels have moved. */
  #drift: LabelDrift | undefined;
  /** The newest facts that were handed out, and steps before which they ceased to be all true. */
  #known: ModelFacts | undefined;
  #changes: Waiting<'other-set' | 'labels-moved'>[] = [];
  /** Samples that the newest facts were made of. */
  #sampled = 0;
  #facts: Waiting<Snapshot>[] = [];
  #probes: Waiting<PendingProbe>[] = [];

  constructor(tf: TfNamespace, tap: Tap, options: ModelWatchOptions, model: ModelLike) {
    this.#tf = tf;
    this.#tap = tap;
    this.#onGiveUp = (reason) => options.onGiveUp?.(reason);
    this.#model = model;
    this.#lossFunctions = model.lossFunctions;
    this.#layers = layersOf(model);
    this.#collector = new SampleCollector(tf);
    this.#drift = new LabelDrift(tf);
    if (options.probe === 'auto') {
      this.#probe = new ModelProbe(tf, options.statistics, model, this.#layers);
    }
  }

  /** False after the model was compiled anew: loss and optimizer are others. */
  get isCurrent(): boolean {
    return this.#model.lossFunctions === this.#lossFunctions;
  }

  /** To be called before a step on `batch`: inputs, then labels. `all`: the whole set, before the first step. */
  beforeStep(batch: readonly Tensor[], all: readonly Tensor[] | undefined): void {
    const step = this.#tap.step + 1;
    const isFirst = this.#initial === undefined;
    this.#initial ??= initialWeights(this.#tf, this.#layers);
    const wanted = this.#model.inputNames.length + this.#model.outputNames.length;
    if (isFirst && all) this.#takeAll(all.slice(0, wanted));
    if (!isFirst) this.#noteChanges(step, batch.slice(this.#model.inputNames.length, wanted), all);
    const wasComplete = this.#collector.isComplete;
    if (!wasComplete) this.#collector.add(batch.slice(0, wanted), false);
    const { count, isComplete } = this.#collector;
    if (isFirst || (!wasComplete && isComplete && count > this.#sampled)) {
      this.#facts.push({ step, what: this.#snapshot(step, batch[0]?.shape[0] ?? 0) });
      this.#sampled = count;
    }
    const batchSize = batch[0]?.shape[0] ?? 1;
    this.#takeProbeBefore(step, batchSize);
    if (!wasComplete && isComplete) this.#collector.trim(this.#probe?.samples(batchSize) ?? 0);
  }

  /** Facts that are due with a record of `step`. */
  takeFacts(step: number): ModelFacts[] {
    const due = this.#facts.filter((waiting) => waiting.step <= step);
    this.#facts = this.#facts.filter((waiting) => waiting.step > step);
    const facts = due.map(({ what }) =>
      modelFacts(this.#tf, this.#model, (layer) => this.#nameOf(layer), what),
    );
    this.#known = facts.at(-1) ?? this.#known;
    const changes = this.#changes.filter((waiting) => waiting.step <= step);
    const newest = changes.at(-1);
    if (!newest || !this.#known) return facts;
    this.#changes = this.#changes.filter((waiting) => waiting.step > step);
    const changed: ModelFacts = { ...this.#known, step: newest.step };
    delete changed.samples;
    if (changes.some(({ what }) => what === 'labels-moved')) changed.labelsMove = true;
    this.#known = changed;
    return [...facts, changed];
  }

  /** The newest probe that is due with `record`, where that is of a step of this model. */
  takeProbe(record: StepRecord): ProbeRecord | undefined {
    if (!this.#probes.some(({ step }) => step <= record.step) || !this.#trains(record)) {
      return undefined;
    }
    const due = this.#probes.filter(({ step }) => step <= record.step);
    this.#probes = this.#probes.filter(({ step }) => step > record.step);
    const newest = due.pop();
    for (const { what } of due) what.discard();
    return newest?.what.take((layer) => this.#nameOf(layer));
  }

  /** Frees what is held. */
  dispose(): void {
    this.#probe?.dispose();
    for (const { what } of this.#probes.splice(0)) what.discard();
    this.#facts = [];
    this.#changes = [];
  }

  /** A model that cannot be called beside its training (a layer that throws) is not called again. */
  #takeProbeBefore(step: number, batchSize: number): void {
    try {
      const probe = this.#probe?.beforeStep(this.#collector, batchSize);
      if (probe) this.#probes.push({ step, what: probe });
    } catch (error) {
      this.#probe?.dispose();
      this.#probe = undefined;
      this.#onGiveUp(error instanceof Error ? error.message : String(error));
    }
  }

  /** What was known of the whole set holds for the set that was looked at. */
  #noteChanges(step: number, labels: readonly Tensor[], all: readonly Tensor[] | undefined): void {
    if (all && this.#firstSet && all[0]?.dataId !== this.#firstSet) {
      this.#firstSet = undefined;
      this.#changes.push({ step, what: 'other-set' });
    }
    if (this.#drift?.beforeStep(labels, () => this.#known?.outputs ?? []) !== true) return;
    this.#drift = undefined;
    this.#changes.push({ step, what: 'labels-moved' });
  }

  #takeAll(all: readonly Tensor[]): void {
    if (all.some((tensor) => tensor.isDisposed)) return;
    this.#firstSet = all[0]?.dataId;
    this.#collector.add(all, true);
    this.#size = all[0]?.shape[0];
    this.#labels = all.slice(this.#model.inputNames.length).map((labels) => {
      const isRead = labels.size <= MAX_COUNTED && labels.dtype !== 'string';
      return isRead ? readRows(this.#tf, labels, Infinity) : undefined;
    });
  }

  #snapshot(step: number, batchSize: number): Snapshot {
    const backend = this.#tf.backend();
    // A corrected epsilon is the backend's own; that of its class is what tfjs ships.
    const shipped = Object.getPrototypeOf(backend) as { epsilon?: () => number };
    return {
      step,
      layers: this.#layers,
      initial: this.#initial ?? new Map(),
      samples: this.#collector.samples,
      sampled: this.#collector.count,
      labels: this.#labels,
      batchSize,
      size: this.#size,
      epsilon: backend.epsilon(),
      shippedEpsilon: shipped.epsilon?.call(backend),
    };
  }

  #trains(record: StepRecord): boolean {
    return this.#layers.some(({ layer }) => {
      const [weight] = layer.trainableWeights;
      const name = weight && this.#tap.layerNameOf(weight.read());
      return name !== undefined && name in record.layers;
    });
  }

  /** The name that records give a layer; the layer's own where they do not. */
  #nameOf(layer: LayerLike): string {
    const names = layer.weights.map((weight) => this.#tap.layerNameOf(weight.read()));
    return names.find((name) => name !== undefined) ?? layer.name;
  }
}
