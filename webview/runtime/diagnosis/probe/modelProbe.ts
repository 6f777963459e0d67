// The probes of one model: when they are taken, and of which samples.
import type { StatisticsEngine, Tensor, TfNamespace } from '../../../../src/shared/tap/types';
import { classNameOf, type LayerLike, type ModelLike } from '../internals';
import { outputLayersOf, type LayerEntry } from '../layerList';
import type { SampleCollector, Samples } from '../samples';
import { probeCost, valuesPerSample } from './cost';
import { measureProbe, type PendingProbe } from './measurement';
import { releasePass, runPass, type Pass } from './pass';
import { ProbeSchedule } from './schedule';
import { traceless } from './traceless';
import { unitEngineOf } from './unitEngine';
import type { UnitEngine } from './units';

/** Samples of a probe. */
const SAMPLES = 128;
/** Values that all layers together give on a probe, 32 MB; a training batch may have more. */
const MAX_VALUES = 1 << 23;
/** A unit is judged by this many samples times positions, or by the whole set. */
const MIN_ROWS = 100;
/** Probes that go backward too: the first ones. */
const BACKWARD = 4;
/** Batch normalization of fewer samples says nothing. */
const MIN_BATCH = 8;
/**
 * On WebGL every shape has programs of its own, which take long to compile: samples pass in batches of
 * the training's size, whose programs are needed anyway, unless that is too small or too large.
 */
const SHARED_BATCH = { min: 16, max: 256 };

/** Probes one model. */
export class ModelProbe {
  readonly #tf: TfNamespace;
  readonly #statistics: StatisticsEngine;
  readonly #model: ModelLike;
  readonly #layers: readonly LayerLike[];
  readonly #ends: ReadonlySet<LayerLike>;
  readonly #entries: readonly LayerEntry[];
  readonly #schedule = new ProbeSchedule();
  readonly #isPossible: boolean;
  readonly #usesBatch: boolean;
  readonly #valuesPerSample: number;
  #units: { backend: string; engine: UnitEngine } | undefined;
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
    this.#entries = layers;
    this.#layers = layers.map(({ layer }) => layer);
    this.#ends = new Set(outputLayersOf(model));
    // Recurrent layers that keep their state between batches would remember the probe.
    this.#isPossible = !this.#layers.some(({ stateful }) => stateful === true);
    this.#usesBatch = this.#layers.some((layer) => classNameOf(layer) === 'BatchNormalization');
    this.#valuesPerSample = valuesPerSample(layers);
  }

  /**
   * Samples of a probe, beside batches of `batchSize`: fewer of a model with very many values, but as
   * many as it trains on at once.
   */
  samples(batchSize: number): number {
    const affordable = Math.floor(MAX_VALUES / this.#valuesPerSample);
    const wanted = Math.max(1, Math.min(SAMPLES, Math.max(batchSize, affordable)));
    if (!this.#sharesBatch(batchSize)) return wanted;
    return batchSize * Math.max(1, Math.floor(wanted / batchSize));
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
      this.#cost = { batchSize, steps: probeCost(this.#entries, wanted, batchSize) };
    }
    const isDue = this.#schedule.isDue(this.#cost.steps);
    if (!becomesFixed && !(isDue && (isComplete || !this.#hasProbed))) return undefined;
    this.#isFixed ||= isComplete;
    this.#hasProbed = true;
    const count = Math.min(wanted, collector.count);
    const { samples } = collector;
    const minRows = collector.isWhole && collector.count === count ? 1 : MIN_ROWS;
    const atOnce = this.#sharesBatch(batchSize) ? Math.min(batchSize, count) : count;
    if (this.#backward > 0 && (atOnce >= MIN_BATCH || !this.#usesBatch)) {
      this.#backward--;
      try {
        return this.#probe(samples, count, atOnce, true, minRows);
      } catch {
        // A backend may lack the gradient of an operation that the training does without.
        this.#backward = 0;
      }
    }
    return this.#probe(samples, count, atOnce, false, minRows);
  }

  /** Frees the device's part of counting. */
  dispose(): void {
    this.#units?.engine.dispose();
    this.#units = undefined;
  }

  #sharesBatch(batchSize: number): boolean {
    const isShared = batchSize >= SHARED_BATCH.min && batchSize <= SHARED_BATCH.max;
    return isShared && this.#tf.getBackend() === 'webgl';
  }

  #probe(
    samples: readonly Samples[],
    count: number,
    atOnce: number,
    isBackward: boolean,
    minRows: number,
  ): PendingProbe {
    const tf = this.#tf;
    return traceless(tf, this.#layers, () => {
      const passes: Pass[] = [];
      try {
        for (let from = 0; from < count; from += atOnce) {
          const size = Math.min(atOnce, count - from);
          const tensors = samples.map((one) => tensorOf(tf, one, from, size));
          const inputs = tensors.slice(0, this.#model.inputNames.length);
          const labels = tensors.slice(this.#model.inputNames.length);
          const share = size / count;
          passes.push(
            runPass(tf, this.#model, this.#layers, { inputs, labels, share, isBackward }),
          );
        }
        const frame = { samples: count, minRows, ends: this.#ends };
        return measureProbe(passes, this.#statistics, this.#unitEngine(), frame);
      } finally {
        passes.forEach(releasePass);
      }
    });
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

/** `size` samples from number `from` on, as a tensor. */
function tensorOf(
  tf: TfNamespace,
  { shape, dtype, values }: Samples,
  from: number,
  size: number,
): Tensor {
  const length = shape.reduce((a, b) => a * b, 1);
  const part = values.subarray(from * length, (from + size) * length);
  return tf.tensor(part, [size, ...shape], dtype);
}
