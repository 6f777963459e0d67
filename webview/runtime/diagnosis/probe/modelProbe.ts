// The probes of one model: when they are taken, of which samples, and what their record says.
import type { LayerProbe, ProbeRecord } from '../../../../src/shared/core/probe';
import type { TensorSummary } from '../../../../src/shared/core/stepRecord';
import { scalarOf } from '../../../../src/shared/tap/delivery';
import type {
  PendingSummaries,
  StatisticsEngine,
  Tensor,
  TfNamespace,
} from '../../../../src/shared/tap/types';
import { classNameOf, type LayerLike, type ModelLike } from '../internals';
import { activationNameOf } from '../layerFacts';
import { outputLayersOf, type LayerEntry } from '../layerList';
import type { SampleCollector, Samples } from '../samples';
import { flatPartsOf, type Limits } from './activations';
import { probeCost, valuesPerSample } from './cost';
import { releasePass, runPass, type SeenLayer } from './pass';
import { ProbeSchedule } from './schedule';
import { traceless } from './traceless';
import { unitEngineOf } from './unitEngine';
import type { PendingUnits, UnitCounts, UnitEngine } from './units';

/** Samples of a probe. */
const SAMPLES = 128;
/** Values that all layers together give on a probe, 32 MB; a training batch may have more. */
const MAX_VALUES = 1 << 23;
/** A unit is judged by this many samples times positions, or by the whole set. */
const MIN_ROWS = 100;
/** Share of the rows on which a dead or saturated unit is that. */
const NEARLY_ALL = 0.99;
/** Probes that go backward too: the first ones. */
const BACKWARD = 4;
/** Batch normalization of fewer samples says nothing. */
const MIN_BATCH = 8;
/** Recurrent layers whose output is that of their activation function. */
const PLAIN_OUTPUT = new Set(['SimpleRNN', 'TimeDistributed']);

/** A probe that was taken and not yet read. */
export interface PendingProbe {
  /** Waits for the device if it must. Once. `nameOf` gives the names of the records. */
  take(nameOf: (layer: LayerLike) => string): ProbeRecord;
  discard(): void;
}

/** Probes one model. */
export class ModelProbe {
  readonly #tf: TfNamespace;
  readonly #statistics: StatisticsEngine;
  readonly #model: ModelLike;
  readonly #layers: readonly LayerEntry[];
  readonly #schedule = new ProbeSchedule();
  readonly #isPossible: boolean;
  readonly #usesBatch: boolean;
  #units: { backend: string; engine: UnitEngine } | undefined;
  readonly #valuesPerSample: number;
  /** Cost of a probe in steps, for the size of the newest batch. */
  #cost = { batchSize: 0, steps: 0 };
  #hasProbed = false;
  /** The samples are those of all further probes. */
  #isFixed = false;
  #backward = BACKWARD;

  constructor(
    tf: TfNamespace,
    statistics: StatisticsEngine,
    model: ModelLike,
    layers: readonly LayerEntry[],
  ) {
    this.#tf = tf;
    this.#statistics = statistics;
    this.#model = model;
    this.#layers = layers;
    // Recurrent layers that keep their state between batches would remember the probe.
    this.#isPossible = !layers.some(({ layer }) => layer.stateful === true);
    this.#valuesPerSample = valuesPerSample(layers);
    this.#usesBatch = layers.some(({ layer }) => classNameOf(layer) === 'BatchNormalization');
  }

  /** Samples of a probe: fewer of a model with very many values, but as many as it trains on at once. */
  samples(batchSize: number): number {
    const affordable = Math.floor(MAX_VALUES / this.#valuesPerSample);
    return Math.max(1, Math.min(SAMPLES, Math.max(batchSize, affordable)));
  }

  /**
   * To be called before each step, on a batch of `batchSize`: probes the model if it is time. The
   * first probe takes what samples there are; all others wait until there are enough.
   */
  beforeStep(collector: SampleCollector, batchSize: number): PendingProbe | undefined {
    if (!this.#isPossible) return undefined;
    const wanted = this.samples(batchSize);
    const isComplete = collector.isComplete || collector.count >= wanted;
    const becomesFixed = isComplete && !this.#isFixed;
    if (this.#cost.batchSize !== batchSize) {
      this.#cost = { batchSize, steps: probeCost(this.#layers, wanted, batchSize) };
    }
    const isDue = this.#schedule.isDue(this.#cost.steps);
    if (!becomesFixed && !(isDue && (isComplete || !this.#hasProbed))) return undefined;
    this.#isFixed ||= isComplete;
    this.#hasProbed = true;
    const count = Math.min(wanted, collector.count);
    const isBackward = this.#backward > 0 && (count >= MIN_BATCH || !this.#usesBatch);
    this.#backward -= isBackward ? 1 : 0;
    const minRows = collector.isWhole && collector.count === count ? 1 : MIN_ROWS;
    if (isBackward) {
      try {
        return this.#probe(collector.samples, count, true, minRows);
      } catch {
        // A backend may lack the gradient of an operation that the training does without.
        this.#backward = 0;
      }
    }
    return this.#probe(collector.samples, count, false, minRows);
  }

  /** Frees the device's part of counting. */
  dispose(): void {
    this.#units?.engine.dispose();
    this.#units = undefined;
  }

  #probe(
    samples: readonly Samples[],
    count: number,
    isBackward: boolean,
    minRows: number,
  ): PendingProbe {
    const tf = this.#tf;
    const layers = this.#layers.map(({ layer }) => layer);
    return traceless(tf, layers, () => {
      const tensors = samples.map((one) => tensorOf(tf, one, count));
      const inputs = tensors.slice(0, this.#model.inputNames.length);
      const labels = tensors.slice(this.#model.inputNames.length);
      const pass = runPass(tf, this.#model, layers, inputs, labels, isBackward);
      try {
        return this.#measure(pass.layers, pass.loss, count, minRows);
      } finally {
        releasePass(pass);
      }
    });
  }

  #measure(seen: readonly SeenLayer[], loss: Tensor, count: number, minRows: number): PendingProbe {
    const items: Tensor[] = [loss];
    const add = (tensor: Tensor): number => items.push(tensor) - 1;
    const engine = this.#unitEngine();
    const ends = new Set(outputLayersOf(this.#model));
    const plans = seen.map(({ layer, output, input, delta }) => {
      const { limits, ofOutput } = limitsOf(layer, input !== undefined, ends.has(layer));
      const judged = ofOutput ? output : (input ?? output);
      return {
        layer,
        limits,
        output: add(output.tensor),
        ...(input && { input: add(input.tensor) }),
        ...(delta && { delta: add(delta.tensor) }),
        units: this.#unitsOf(engine, layer, judged.tensor, limits ?? {}, minRows),
        width: output.tensor.shape.at(-1) ?? 1,
      };
    });
    const pending: PendingSummaries = this.#statistics.measure(items);
    this.#statistics.submit();
    engine.submit();
    return {
      take(nameOf) {
        const summaries = pending.take();
        const at = (index: number): TensorSummary => summaries[index] as TensorSummary;
        const record: ProbeRecord = { samples: count, loss: scalarOf(at(0)), layers: {} };
        for (const { layer, limits, output, input, delta, units, width } of plans) {
          const probe: LayerProbe = {
            units: width,
            activation: at(output),
            ...(input !== undefined && { preActivation: at(input) }),
            ...(delta !== undefined && { delta: at(delta) }),
          };
          if (units) Object.assign(probe, judge(units.take(), limits));
          record.layers[nameOf(layer)] = probe;
        }
        return record;
      },
      discard() {
        pending.discard();
        for (const { units } of plans) units?.discard();
      },
    };
  }

  /** Counts of a layer that has units to judge: functions that can be flat, or weights that can be equal. */
  #unitsOf(
    engine: UnitEngine,
    layer: LayerLike,
    tensor: Tensor,
    limits: Limits,
    minRows: number,
  ): PendingUnits | undefined {
    const rows = tensor.size / (tensor.shape.at(-1) ?? 1);
    const isJudged = Object.keys(limits).length > 0 || layer.weights.length > 0;
    if (!isJudged || tensor.size === 0) return undefined;
    return rows < minRows ? undefined : engine.count(tensor, limits);
  }

  #unitEngine(): UnitEngine {
    const backend = this.#tf.getBackend();
    if (this.#units?.backend !== backend) {
      this.#units?.engine.dispose();
      this.#units = { backend, engine: unitEngineOf(this.#tf) };
    }
    return this.#units.engine;
  }
}

/** The first `count` samples as a tensor. */
function tensorOf(tf: TfNamespace, { shape, dtype, values }: Samples, count: number): Tensor {
  const length = count * shape.reduce((a, b) => a * b, 1);
  return tf.tensor(values.subarray(0, length), [count, ...shape], dtype);
}

/** Limits of a layer's function, and whether they are for what comes out of it. */
function limitsOf(
  layer: LayerLike,
  isInputSeen: boolean,
  isEnd: boolean,
): { limits: Limits | undefined; ofOutput: boolean } {
  const name = activationNameOf(layer);
  const flat = flatPartsOf(name);
  // A classifier that has learnt its task gives zeros and ones: that is what it is for.
  if (name === 'softmax') return { limits: isEnd ? undefined : flat?.output, ofOutput: true };
  if (isInputSeen) return { limits: flat?.input, ofOutput: false };
  const limits = PLAIN_OUTPUT.has(classNameOf(layer)) ? flat?.output : undefined;
  return { limits, ofOutput: true };
}

/** Dead, saturated and identical units by their counts. */
function judge(
  { rows, dead, flat, differing }: UnitCounts,
  limits: Limits | undefined,
): Pick<LayerProbe, 'deadUnits' | 'saturatedUnits' | 'identicalUnits'> {
  const nearlyAll = (counts: Uint32Array): number =>
    counts.filter((count) => count >= NEARLY_ALL * rows).length;
  const canSaturate = limits?.low !== undefined || limits?.high !== undefined;
  return {
    ...(limits?.dead !== undefined && { deadUnits: nearlyAll(dead) }),
    ...(canSaturate && { saturatedUnits: nearlyAll(flat) }),
    identicalUnits: differing.subarray(1).filter((count) => count === 0).length,
  };
}
