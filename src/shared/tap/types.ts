// What the tap needs from its host (a worker or Node), and what it gives back. The tap is handed a
// tf namespace and never imports one, so that it can tap whichever instance the program loaded.
import type * as tfjs from '@tensorflow/tfjs';
import type { StepRecord, TensorSummary } from '../core/stepRecord';
import type { StepDebugger } from './fullStep';
import type { LayerLike, NamedGradients, OptimizerLike } from './internals';

export type TfNamespace = typeof tfjs;
export type Tensor = tfjs.Tensor;

/** Summaries under way: queued on the device at `measure`, fetched at `take`. */
export interface PendingSummaries {
  /** True when `take` will not wait for the device; not before it was submitted. */
  isReady(): boolean;
  /** One summary per tensor given to `measure`, in that order. Waits for the device if it must. Once. */
  take(): TensorSummary[];
  /** Frees the slot without reading it. */
  discard(): void;
}

/**
 * The difference of two tensors of one shape, which no engine needs as a tensor of its own. Only `count`
 * and `norm` are asked of it; cheapest right after its minuend in the list of what is measured.
 */
export interface Difference {
  minuend: Tensor;
  subtrahend: Tensor;
}

/** What an engine summarizes. */
export type Measured = Tensor | Difference;

/** Computes tensor summaries where the tensors live. Never changes them, never leaks a tensor. */
export interface StatisticsEngine {
  /** Queues the summaries of `items`; their tensors may be disposed as soon as this returns. */
  measure(items: readonly Measured[]): PendingSummaries;
  /**
   * Sends what was measured since the last call on its way back. Several steps may share one way; `take`
   * submits by itself what was not.
   */
  submit(): void;
  dispose(): void;
}

export interface TapSampling {
  everySteps: number;
  activationEverySteps: number;
}

/** A layer the tap has met. `site` is whatever `captureSite` returned at its construction. */
export interface TappedLayer<Site> {
  name: string;
  className: string;
  activation?: string;
  tensors: { name: string; shape: number[] }[];
  /** Of a layer that is not trained: see `LayerInfo`. */
  leftOutOf?: string[];
  site: Site | undefined;
}

export interface TapOptions<Site> {
  statistics: StatisticsEngine;
  sampling: TapSampling;
  /** Steps taken before, where a training goes on; 0 where absent. */
  stepsBefore?: number;
  /** Of the steps before this one only the loss is recorded; 1 where absent. */
  recordFrom?: number;
  /** Called while a layer or variable is constructed, to note where the user's code did so. */
  captureSite(): Site;
  /** Finished step records, in step order. May be called inside the user's training step: never throw. */
  onRecords(records: StepRecord[]): void;
  /** The complete list, in forward order, whenever it changed. */
  onLayers(layers: TappedLayer<Site>[]): void;
  /**
   * Called after every optimizer step has been applied, synchronously, with the number of the step.
   * May throw to end the user's program (stop, maxSteps).
   */
  onStep(step: number): void;
  /**
   * Called in the place of the update of an optimizer's class, innermost of all that wraps it: updates the variables
   * to the same bits, or returns false with nothing done.
   */
  update?: (optimizer: OptimizerLike, gradients: NamedGradients) => boolean;
  /**
   * True where a step is not measured at once but when `measureNow` is called, at the latest at the next step: a
   * program that waits for its loss need not wait for the statistics, which the device computes meanwhile.
   */
  defers?(): boolean;
  /** Monotonic seconds of training time, pauses taken off. */
  now(): number;
  /**
   * Where given, nothing but `onStep` throws into the program: what goes wrong in the tap is told here,
   * and the training goes on. Called again with every further failure, until `uninstall`.
   */
  onFailure?(error: unknown): void;
  /** Present where a debugger follows the training. */
  debug?: StepDebugger;
}

export interface Tap {
  /** Optimizer steps seen so far. */
  readonly step: number;
  /** Number of steps recorded but not yet delivered. */
  readonly pending: number;
  /** Name by which the records list the layer that owns `variable`; undefined until it is trained. */
  layerNameOf(variable: Tensor): string | undefined;
  /**
   * Watches another copy of tfjs, or a part of one that was loaded later, on the engine that all copies
   * in a process share. What is watched already is left alone.
   */
  attach(tf: TfNamespace): void;
  /** Takes over layers of tfjs that were built before the tap was there, in the order of their building. */
  adopt(layers: readonly LayerLike[]): void;
  /** The record of the latest step, without its metrics, where the device has its statistics ready. */
  newest(): StepRecord | undefined;
  /**
   * Goes on counting after `step`, to which the training was put back. All records have to be delivered,
   * and one set of variables to be trained: sampling goes on as it did after that step.
   */
  rewind(step: number): void;
  /** Epoch (from 1) that the following steps belong to. */
  setEpoch(epoch: number | undefined): void;
  /**
   * Adds metrics (numbers, or scalar tensors still on the device, which are cloned) to the record of
   * the latest step. The record is delivered once they are known.
   */
  addMetrics(metrics: Record<string, number | Tensor>): void;
  /** Measures the latest step, where that was deferred. */
  measureNow(): void;
  /** Delivers what is ready, without waiting for the device. */
  poll(): void;
  /** Delivers everything, waiting for the device. */
  flush(): void;
  /** Restores every patched function. */
  uninstall(): void;
}
