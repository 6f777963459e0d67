// A probe: the same samples, again and again, sent forward (and, where it says so, backward) through the
// model without training it. Unlike the user's batch it has enough samples to judge single units by.
import type { TensorSummary } from './stepRecord';

/**
 * One layer on the probe. A unit is an entry of the last dimension: a neuron, or a channel. Counts of
 * units are there where a unit was seen on 100 samples times positions, or on the whole set.
 */
export interface LayerProbe {
  units: number;
  /** Output of the layer. */
  activation: TensorSummary;
  /** What goes into its activation function, where it has one that can saturate or be dead. */
  preActivation?: TensorSummary;
  /** Gradient of the mean loss with respect to the output; only on backward probes. */
  delta?: TensorSummary;
  /** Units whose output is zero (or at the lower bound of its activation) on at least 99 % of the samples. */
  deadUnits?: number;
  /** Units whose activation function is flat on at least 99 % of the samples. */
  saturatedUnits?: number;
  /**
   * Units that equal the first one on every sample, itself not counted: by what goes into their activation
   * function where that is seen, so that dead units are not equal for being dead.
   */
  identicalUnits?: number;
}

/** What a probe found, before the update of the step whose record carries it. */
export interface ProbeRecord {
  /** Samples sent through. */
  samples: number;
  /** Mean loss of the samples. */
  loss?: number;
  /** By layer name; layers without weights too, where units can be told. */
  layers: Record<string, LayerProbe>;
}
