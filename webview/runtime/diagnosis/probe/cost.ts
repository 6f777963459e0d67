// What a probe costs, in training steps, told from the sizes of the layers: not from the clock, so that
// the same run has the same probes on every machine.
import type { LayerEntry } from '../layerList';

/** Stands in for sizes that only the data know, such as a number of words. */
const UNKNOWN_SIZE = 64;
/** What calling a layer costs beyond its arithmetic, in multiplications: about 0.1 ms. */
const CALL = 1e5;
/** Passes of a step (forward, and twice that backward) and of a probe: with its statistics, measured. */
const STEP_PASSES = 3;
const PROBE_PASSES = 2.5;

function positionsOf(outputShape: readonly (number | null)[]): number {
  return outputShape.slice(0, -1).reduce<number>((a, b) => a * (b ?? UNKNOWN_SIZE), 1);
}

/** Values that all layers give for one sample. */
export function valuesPerSample(layers: readonly LayerEntry[]): number {
  return layers.reduce((sum, { outputShape }) => {
    return sum + positionsOf(outputShape) * (outputShape.at(-1) ?? 1);
  }, 1);
}

/** Multiplications of one sample, about. */
function workPerSample(layers: readonly LayerEntry[]): number {
  return layers.reduce((sum, { layer, outputShape }) => {
    const weights = layer.weights.reduce((count, weight) => count + weight.read().size, 0);
    const isRecurrent = layer.cell !== undefined || layer.forwardLayer !== undefined;
    // Steps in time are those of the output where it has them; else a usual number.
    const positions =
      isRecurrent && outputShape.length === 1 ? UNKNOWN_SIZE : positionsOf(outputShape);
    return sum + weights * positions;
  }, 0);
}

/** The cost of a probe of `samples`, in training steps of `batchSize`. */
export function probeCost(
  layers: readonly LayerEntry[],
  samples: number,
  batchSize: number,
): number {
  const work = workPerSample(layers);
  const calls = layers.length * CALL;
  const probe = PROBE_PASSES * (calls + samples * work);
  return probe / (STEP_PASSES * (calls + batchSize * work));
}
