// Where non-finite values came from: the first tensor that has them, in the order of a training
// step: forward pass, loss, backward pass (from the last layer), update.
import type { TensorSummary } from '../stepRecord';
import { finiteCount, nonFiniteCount } from '../summary';
import type { Breakage, DiagnosisWindow, LayerTrace } from './window';

/** The stage of a training step that produced the first non-finite value. */
export type Stage = 'forward' | 'loss' | 'backward' | 'update';

/** The first non-finite tensor. */
export interface Culprit {
  stage: Stage;
  layer?: string;
  /** Variable name, for gradients and weights. */
  tensor?: string;
  /** Absent for the loss, which is one number. */
  summary?: TensorSummary;
  /** True where the layer is the first of the net. */
  isFirstLayer: boolean;
  /** True where the outputs of all layers were recorded, so that `forward` can be excluded. */
  knowsForward: boolean;
}

/** How many values of a tensor are not finite. */
export type NonFiniteCounts = Pick<TensorSummary, 'nans' | 'posInfs' | 'negInfs'>;

type Part = 'gradient' | 'weight';

/** The layer's first tensor whose gradient or weight is non-finite. */
function brokenTensor(
  window: DiagnosisWindow,
  { record }: Breakage,
  layer: string,
  part: Part,
): { tensor?: string; summary?: TensorSummary } {
  for (const { name } of window.infoOf(layer)?.tensors ?? []) {
    const summary = record.tensors[name]?.[part];
    if (summary && nonFiniteCount(summary) > 0) return { tensor: name, summary };
  }
  const summary = record.layers[layer]?.[part];
  return summary ? { summary } : {};
}

function firstWith(
  traces: readonly LayerTrace[],
  breakage: Breakage,
  part: Part | 'activation',
): string | undefined {
  return traces.find(({ name }) => {
    const summary = breakage.record.layers[name]?.[part];
    return summary !== undefined && nonFiniteCount(summary) > 0;
  })?.name;
}

/** Finds the first non-finite tensor of the step that broke. */
export function findCulprit(window: DiagnosisWindow, breakage: Breakage): Culprit | undefined {
  const { traces } = window;
  const { record } = breakage;
  const outputs = traces.map(({ name }) => record.layers[name]?.activation);
  const knowsForward = traces.length > 0 && outputs.every((output) => output !== undefined);
  const firstLayer = traces[0]?.name;
  const at = (stage: Stage, layer: string | undefined): Culprit => ({
    stage,
    ...(layer !== undefined && { layer }),
    isFirstLayer: layer !== undefined && layer === firstLayer,
    knowsForward,
  });

  const forward = firstWith(traces, breakage, 'activation');
  if (forward !== undefined) {
    const summary = record.layers[forward]?.activation;
    return { ...at('forward', forward), ...(summary && { summary }) };
  }
  if (record.loss !== undefined && !Number.isFinite(record.loss)) return at('loss', undefined);
  const backward = firstWith([...traces].reverse(), breakage, 'gradient');
  if (backward !== undefined) {
    return {
      ...at('backward', backward),
      ...brokenTensor(window, breakage, backward, 'gradient'),
    };
  }
  const update = firstWith(traces, breakage, 'weight');
  if (update === undefined) return undefined;
  return { ...at('update', update), ...brokenTensor(window, breakage, update, 'weight') };
}

/** `3 NaN, 1 +Infinity`. */
export function nonFiniteWords({ nans, posInfs, negInfs }: NonFiniteCounts): string {
  const parts = [
    nans > 0 && `${nans} NaN`,
    posInfs > 0 && `${posInfs} +Infinity`,
    negInfs > 0 && `${negInfs} -Infinity`,
  ];
  return parts.filter((part) => part !== false).join(', ');
}

/** True where the layer's outputs grow from layer to layer up to the overflow. */
export function outputGrowth(
  window: DiagnosisWindow,
  { record }: Breakage,
): { from: string; to: string; factor: number } | undefined {
  const levels: { name: string; rms: number }[] = [];
  for (const { name } of window.traces) {
    const output = record.layers[name]?.activation;
    if (!output || nonFiniteCount(output) > 0 || !(output.norm > 0)) break;
    levels.push({ name, rms: output.norm / Math.sqrt(finiteCount(output)) });
  }
  const [from, to] = [levels[0], levels.at(-1)];
  if (!from || !to || levels.length < 2) return undefined;
  return {
    from: from.name,
    to: to.name,
    factor: (to.rms / from.rms) ** (1 / (levels.length - 1)),
  };
}
