// One optimizer step, measured: which tensors are summarized, in which order, and how the step
// record is made of their summaries.
import type { LayerRecord, StepRecord, TensorRecord, TensorSummary } from '../core/stepRecord';
import { mergeSummaries } from '../core/summary';
import { TapError } from './errors';
import type { Capture } from './computations';
import type { Measured, Tensor } from './types';

/** A trained variable and its tensors of one step. `weight` is its value after the update, `before` the one before. */
export interface MeasuredVariable<Owner> {
  name: string;
  weight: Tensor;
  owner: Owner;
  gradient: Tensor;
  before: Tensor;
}

/** The numbers of a step that are known without a summary. */
export type StepFrame = Pick<StepRecord, 'step' | 'epoch' | 'learningRate' | 'seconds'>;

/** What a step yields: what to summarize, and the record made of the summaries. */
export interface Measurement {
  items: Measured[];
  assemble: (summaries: readonly TensorSummary[]) => StepRecord;
}

/** Everything that one layer's record is merged of. */
interface LayerParts {
  gradients: TensorSummary[];
  weights: TensorSummary[];
  /** ‖Δw‖ of each tensor. */
  updates: number[];
  activations: TensorSummary[];
  deltas: TensorSummary[];
}

/** Plans the measurement of one step. Layers are named when the record is assembled. */
export function planMeasurement<Owner extends { name: string }>(
  frame: StepFrame,
  loss: Tensor | undefined,
  variables: readonly MeasuredVariable<Owner>[],
  captures: readonly Capture<Owner>[],
  scalarOf: (summary: TensorSummary) => number,
): Measurement {
  const items: Measured[] = [];
  const add = (item: Measured): number => items.push(item) - 1;
  const lossIndex = loss === undefined ? undefined : add(loss);
  const trained = variables.map(({ name, weight, owner, gradient, before }) => ({
    name,
    owner,
    gradient: add(gradient),
    weight: add(weight),
    update: add({ minuend: weight, subtrahend: before }),
  }));
  const owners = new Set(variables.map(({ owner }) => owner));
  const captured = captures
    .filter(({ owner }) => owners.has(owner))
    .map(({ owner, activation, deltas }) => ({
      owner,
      activation: add(activation.tensor),
      deltas: deltas.map(({ tensor }) => add(tensor)),
    }));
  const assemble = (summaries: readonly TensorSummary[]): StepRecord => {
    const at = summaryAt(summaries, items.length, frame.step);
    const record: StepRecord = { ...frame, metrics: {}, layers: {}, tensors: {} };
    if (lossIndex !== undefined) record.loss = scalarOf(at(lossIndex));
    const parts = new Map<Owner, LayerParts>();
    for (const { name, owner, ...indices } of trained) {
      const gradient = at(indices.gradient);
      const weight = at(indices.weight);
      const update = at(indices.update).norm;
      record.tensors[name] = tensorRecord(gradient, weight, update);
      const layer = partsOf(parts, owner);
      layer.gradients.push(gradient);
      layer.weights.push(weight);
      layer.updates.push(update);
    }
    for (const { owner, activation, deltas } of captured) {
      const layer = partsOf(parts, owner);
      layer.activations.push(at(activation));
      layer.deltas.push(...deltas.map(at));
    }
    for (const [owner, layer] of parts) record.layers[owner.name] = layerRecord(layer);
    return record;
  };
  return { items, assemble };
}

/** Checked access: an engine that answers short would otherwise shift one tensor's numbers to another. */
function summaryAt(
  summaries: readonly TensorSummary[],
  expected: number,
  step: number,
): (index: number) => TensorSummary {
  return (index) => {
    const summary = summaries[index];
    if (summary === undefined || summaries.length !== expected) {
      throw new TapError(
        'statistics-incomplete',
        `The statistics of step ${step} are incomplete: ${summaries.length} of ${expected} tensors. ` +
          'Restart the run; if it happens again, choose another backend.',
      );
    }
    return summary;
  };
}

function partsOf<Owner>(parts: Map<Owner, LayerParts>, owner: Owner): LayerParts {
  let layer = parts.get(owner);
  if (layer === undefined) {
    layer = { gradients: [], weights: [], updates: [], activations: [], deltas: [] };
    parts.set(owner, layer);
  }
  return layer;
}

function tensorRecord(
  gradient: TensorSummary,
  weight: TensorSummary,
  update: number,
): TensorRecord {
  return { gradient, weight, updateRatio: ratio(update, weight.norm) };
}

function layerRecord(parts: LayerParts): LayerRecord {
  const record: LayerRecord = tensorRecord(
    mergeSummaries(parts.gradients),
    mergeSummaries(parts.weights),
    Math.hypot(...parts.updates),
  );
  if (parts.activations.length > 0) record.activation = mergeSummaries(parts.activations);
  if (parts.deltas.length > 0) record.activationGradient = mergeSummaries(parts.deltas);
  return record;
}

/** ‖Δw‖ / ‖w‖; 0 where nothing moved, also where all weights are zero. */
function ratio(update: number, weight: number): number {
  return update === 0 ? 0 : update / weight;
}
