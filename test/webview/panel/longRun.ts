// A run of any length for the host's classes: the layers of a few synthetic steps in turn, with losses
// and learning rates of their own, and events of a single step at random places.
import type { LayerRecord, StepRecord } from '../../../src/shared/core/stepRecord';
import { emptySummary } from '../../../src/shared/core/summary';
import { randomNormal, seededRandom } from '../../../src/shared/core/random';
import { syntheticRun, type SyntheticRun } from './syntheticRun';

const NO_ELEMENTS = emptySummary();

/** Synthetic steps that are made; computing one costs more than all that a test measures. */
const TEMPLATES = 12;

export type StepEvent =
  | { kind: 'loss'; value: number }
  | { kind: 'norm'; layer: number; value: number }
  | { kind: 'nan'; layer: number };

export class LongRun {
  readonly base: SyntheticRun;
  /** What happens at a step and at no other. */
  readonly events = new Map<number, StepEvent[]>();
  private readonly noise: Float64Array;

  constructor({ layers, seed = 1 }: { layers: number; seed?: number }) {
    this.base = syntheticRun({ layers, steps: TEMPLATES, seed, depthFactor: 0.99 });
    const random = seededRandom(seed);
    this.noise = Float64Array.from({ length: 4096 }, () => randomNormal(random));
  }

  get layerNames(): string[] {
    return this.base.layers.map(({ name }) => name);
  }

  /** Scatters `count` events of each kind over steps [1, steps]. */
  scatter(steps: number, count: number, seed: number): void {
    const random = seededRandom(seed);
    const at = () => 2 + Math.floor(random() * (steps - 2));
    const layer = () => Math.floor(random() * this.base.layers.length);
    const add = (step: number, event: StepEvent): void => {
      this.events.set(step, [...(this.events.get(step) ?? []), event]);
    };
    for (let i = 0; i < count; i++) {
      add(at(), { kind: 'loss', value: 1000 + i });
      add(at(), { kind: 'loss', value: -1000 - i });
      add(at(), { kind: 'loss', value: NaN });
      add(at(), { kind: 'norm', layer: layer(), value: 1e6 + i });
      add(at(), { kind: 'nan', layer: layer() });
    }
  }

  /**
   * The record of a step. Of the layers only the gradients have elements: what else a step may carry
   * takes most of a test's time and, past the record itself, goes no further than the gradients.
   */
  record(step: number): StepRecord {
    const template = this.base.records[step % TEMPLATES];
    if (!template) throw new Error(`There is no template for step ${step}.`);
    const layers: Record<string, LayerRecord> = {};
    for (const [name, { gradient, updateRatio }] of Object.entries(template.layers)) {
      layers[name] = { gradient, weight: NO_ELEMENTS, updateRatio };
    }
    const loss = 0.2 + 2 / Math.sqrt(step) + 0.02 * (this.noise[step % 4096] ?? 0);
    const record: StepRecord = {
      step,
      epoch: Math.ceil(step / 500),
      loss,
      metrics: { acc: 1 - loss / 3 },
      learningRate: 0.001,
      seconds: step * 0.01,
      layers,
      tensors: {},
    };
    for (const event of this.events.get(step) ?? []) this.apply(record, event);
    return record;
  }

  private apply(record: StepRecord, event: StepEvent): void {
    if (event.kind === 'loss') {
      record.loss = event.value;
      return;
    }
    const name = this.layerNames[event.layer] ?? '';
    const layer = record.layers[name];
    if (!layer) return;
    const gradient =
      event.kind === 'nan'
        ? { ...layer.gradient, nans: layer.gradient.nans + 1, zeros: layer.gradient.zeros - 1 }
        : { ...layer.gradient, norm: event.value };
    record.layers[name] = { ...layer, gradient };
  }
}
