// The gradient's profile over depth: how its size changes from the last layer to the first. RMS per
// element that is not zero, so that width, sparse embeddings and inactive units do not count.
import type { TensorSummary } from '../stepRecord';
import { finiteCount } from '../summary';
import { ESCAPE_GROWTH, PROFILE_LAYERS } from './thresholds';
import type { DiagnosisWindow, LayerTrace } from './window';

/** Stands for a gradient that is exactly zero: the smallest float32. */
export const ZERO_LOG = -45;

/** Averages below this are those of gradients that are mostly zero: the smallest normal float32. */
const UNDERFLOW_LOG = -38;

/** The profile of one net, from first to last layer with a weight matrix. */
export interface DepthProfile {
  first: LayerTrace;
  last: LayerTrace;
  /** Layers in it, in forward order. */
  layers: readonly LayerTrace[];
  /** Gradient of the first ÷ that of the last layer. */
  ratio: number;
  /** Median factor per layer towards the input. */
  factor: number;
  /** `gradient`: weight gradients; `delta`: gradients of the layers' outputs. */
  of: 'gradient' | 'delta';
  /** True where it is of the first probe, not of the newest steps. */
  isInitial?: true;
}

type Level = (trace: LayerTrace) => number | undefined;

const LEVELS: Record<DepthProfile['of'], Level> = {
  gradient: (trace) => trace.gradientLog,
  delta: (trace) => trace.deltaLog,
};

/** The profile, or undefined where the net is too shallow or the values are not recorded. */
export function depthProfile(
  traces: readonly LayerTrace[],
  of: DepthProfile['of'],
): DepthProfile | undefined {
  const level = LEVELS[of];
  const layers = traces.filter((trace) => trace.hasMatrix && level(trace) !== undefined);
  const first = layers[0];
  const last = layers.at(-1);
  if (!first || !last || layers.length < PROFILE_LAYERS) return undefined;
  const logs = layers.map((trace) => level(trace) ?? ZERO_LOG);
  const quotients: number[] = [];
  for (let i = 1; i < logs.length; i++) {
    const [before, after] = [logs[i - 1] ?? 0, logs[i] ?? 0];
    // Between two layers whose gradient has underflowed to zero there is no slope to see.
    if (before > UNDERFLOW_LOG || after > UNDERFLOW_LOG) quotients.push(before - after);
  }
  quotients.sort((a, b) => a - b);
  const middle = quotients.length >> 1;
  const factorLog =
    quotients.length % 2 === 1
      ? (quotients[middle] ?? 0)
      : ((quotients[middle - 1] ?? 0) + (quotients[middle] ?? 0)) / 2;
  return {
    first,
    last,
    layers,
    ratio: 10 ** ((logs[0] ?? 0) - (logs.at(-1) ?? 0)),
    factor: 10 ** factorLog,
    of,
  };
}

/** True where the layer's gradient grows so fast that it will leave the plateau by itself. */
export function isEscaping(layer: LayerTrace): boolean {
  return layer.gradientGrowth > ESCAPE_GROWTH;
}

/** The profile of δ that the first probe shows; what layers are worth now is in their traces. */
export function probeProfile(window: DiagnosisWindow): DepthProfile | undefined {
  const slope = probeSlope(window, 'delta');
  if (!slope) return undefined;
  const layers = window.traces.filter(({ name }) => slope.layers.includes(name));
  const [first, last] = [layers[0], layers.at(-1)];
  if (!first || !last) return undefined;
  return {
    first,
    last,
    layers,
    ratio: slope.total,
    factor: slope.factor,
    of: 'delta',
    isInitial: true,
  };
}

/** How outputs, or their gradients, change over the hidden layers of a probe. */
export interface ProbeSlope {
  /** Hidden layers with weights, in forward order. */
  layers: readonly string[];
  /** Median factor per layer: of outputs away from the input, of gradients towards it. */
  factor: number;
  /** From the first of the layers to the last one, in the same direction. */
  total: number;
}

function rms(summary: TensorSummary | undefined): number | undefined {
  const n = summary ? finiteCount(summary) : 0;
  if (!summary || n < summary.count || n === 0) return undefined;
  return summary.norm / Math.sqrt(n);
}

/**
 * The slope that the first probe shows, before training has changed anything; of all samples together,
 * unlike the user's batch. Undefined without a probe (for δ: a backward one), with fewer than
 * {@link PROFILE_LAYERS} hidden layers, or where values are zero or not finite.
 */
export function probeSlope(
  { firstProbe, facts, traces }: DiagnosisWindow,
  of: 'activation' | 'delta',
): ProbeSlope | undefined {
  if (!firstProbe) return undefined;
  const outputs = new Set(facts?.outputs.map(({ layer }) => layer));
  const levels: { name: string; log: number }[] = [];
  for (const { name, hasMatrix } of traces) {
    if (!hasMatrix || outputs.has(name)) continue;
    const level = rms(firstProbe.layers[name]?.[of]);
    if (level === undefined) continue;
    if (level === 0) return undefined;
    levels.push({ name, log: Math.log(level) });
  }
  if (levels.length < PROFILE_LAYERS) return undefined;
  const sign = of === 'activation' ? 1 : -1;
  const steps = levels
    .slice(1)
    .map(({ log }, i) => sign * (log - (levels[i]?.log ?? 0)))
    .sort((a, b) => a - b);
  const middle = steps.length >> 1;
  const upper = steps[middle] ?? 0;
  return {
    layers: levels.map(({ name }) => name),
    factor: Math.exp(steps.length % 2 === 1 ? upper : (upper + (steps[middle - 1] ?? 0)) / 2),
    total: Math.exp(sign * ((levels.at(-1)?.log ?? 0) - (levels[0]?.log ?? 0))),
  };
}
