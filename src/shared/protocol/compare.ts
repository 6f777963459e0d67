// Messages between the host and the page that compares runs. The host owns the truth: the page says `ready`, gets the
// comparison and the series of each run, and both again when they change. Every message is bounded in size.
import type { EpochRecord } from '../core/run';
import type { RunSummary } from '../core/runSummary';
import type { TensorSummary } from '../core/stepRecord';

/** Runs that can be compared at a time: as many as can be told apart by colour and dash. */
export const MAX_COMPARED = 8;
/** Rows of the scalar series of a run: more than the chart has pixels. */
export const SERIES_ROWS = 1536;
/** Rows of the gradient norms of a run: more than its map has cells. */
export const NORM_ROWS = 384;
/** Layers of a run that are compared; those of larger nets beyond are left out. */
export const MAX_COMPARED_LAYERS = 512;

/** One of the compared runs. */
export interface ComparedRun {
  summary: RunSummary;
  /** 0 … {@link MAX_COMPARED} − 1: its colour and dash, for as long as it is compared. */
  slot: number;
  /** Names of its layers, in the order of the forward pass. */
  layers: readonly string[];
  /** Its series have yet to be read. */
  isLoading: boolean;
  /** Why it failed, or why it cannot be read. */
  problem?: string;
}

/** What is drawn of a run; all columns of a part have the same length. NaN: no value. */
export interface ComparedSeries {
  step: Float64Array;
  /** Training time of the steps. */
  seconds: Float64Array;
  loss: Float64Array;
  learningRate: Float64Array;
  metrics: Record<string, Float64Array>;
  nonFiniteSteps: number[];
  epochs: EpochRecord[];
  norms: {
    step: Float64Array;
    seconds: Float64Array;
    /** L2 norm of each layer's gradient; Infinity where it was not finite. */
    layers: Record<string, Float64Array>;
  };
}

/** What of a layer a histogram is of. */
export const HISTOGRAM_QUANTITIES = ['gradient', 'weight', 'activation'] as const;
export type HistogramQuantity = (typeof HISTOGRAM_QUANTITIES)[number];

/** The histogram of a layer at a step of a run. */
export interface ComparedHistogram {
  run: string;
  /** Step of the record that was found nearest; absent where the run has none. */
  step?: number;
  /** Absent where the record does not have it. */
  summary?: TensorSummary;
}

export type ToComparePage =
  /** Which runs are compared, in their order; replaces what was said before. */
  | { type: 'comparison'; runs: readonly ComparedRun[]; baseline?: string }
  /** Replaces the series of one run. */
  | { type: 'series'; run: string; series: ComparedSeries }
  /** Answers the newest `look`. */
  | {
      type: 'histograms';
      layer: string;
      quantity: HistogramQuantity;
      histograms: readonly ComparedHistogram[];
    };

export type FromComparePage =
  | { type: 'ready' }
  /** Asks for histograms: of each run at its step, or at its newest where it is not in the list. */
  | {
      type: 'look';
      layer: string;
      quantity: HistogramQuantity;
      at: readonly { run: string; step: number }[];
    }
  /** Compare more runs. */
  | { type: 'add' }
  | { type: 'open' | 'remove'; run: string }
  /** Differences are relative to this run from now on; to none where it is absent. */
  | { type: 'baseline'; run?: string }
  /** A failure of the page itself, for the log. */
  | { type: 'pageError'; message: string };
