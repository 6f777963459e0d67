// How many trials fit on this machine at a time.

/** Memory that a training thread with tfjs takes before its model, bytes: about 150 MB were measured. */
const BASE_BYTES = 150 * 2 ** 20;
/** Tensors, activations and the history of a run, as a multiple of what tfjs counts as its tensors. */
const TENSOR_FACTOR = 4;
/** Where nothing is known of a model yet. */
const UNKNOWN_TENSOR_BYTES = 50 * 2 ** 20;
/** Part of the free memory that trials may take. */
const SHARE = 0.5;

/** What a machine has. */
export interface Machine {
  cores: number;
  /** Free memory, bytes. */
  free: number;
}

/** Trials at a time by cores: one core is left to the editor. */
export function mostTrials({ cores }: Pick<Machine, 'cores'>): number {
  return Math.max(1, cores - 1);
}

/**
 * Trials at a time by memory, those that train already among them. `tensorBytes`: what tfjs counts of a trial's
 * tensors, where that is known.
 */
export function roomFor(
  { free }: Pick<Machine, 'free'>,
  running: number,
  tensorBytes?: number,
): number {
  const each = BASE_BYTES + TENSOR_FACTOR * (tensorBytes ?? UNKNOWN_TENSOR_BYTES);
  return Math.max(1, running + Math.floor((SHARE * free) / each));
}
