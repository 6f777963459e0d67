// The gradient's profile over depth: how its size changes from the last layer to the first. RMS per
// element that is not zero, so that width, sparse embeddings and inactive units do not count.
import { PROFILE_LAYERS } from './thresholds';
import type { LayerTrace } from './window';

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
