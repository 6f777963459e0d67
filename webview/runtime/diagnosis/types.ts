// What watching models needs of its host (a worker or Node), and what it gives.
import type { LayersModel } from '@tensorflow/tfjs';
import type { ModelFacts } from '../../../src/shared/core/facts';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import type { StatisticsEngine, Tensor } from '../../../src/shared/tap/types';

/** Settings of {@link ModelWatch}, and where its findings go. */
export interface ModelWatchOptions {
  /** The engine that the tap measures with. */
  statistics: StatisticsEngine;
  /** `off`: facts alone; no model is called but by its own program. */
  probe: 'auto' | 'off';
  /**
   * What is known of a model: before the record of its first step is complete, and again with more
   * samples where they come in small batches. Called within {@link ModelWatch.complete}.
   */
  onFacts(facts: ModelFacts): void;
  /** A model cannot be looked at (a layer that throws); it trains on, without. Once per model. */
  onGiveUp?(reason: string): void;
}

/** All that a model is about to be trained on, one tensor per input and per output. */
export interface TrainingData {
  xs: readonly Tensor[];
  ys: readonly Tensor[];
}

/** Looks at the models that train under a tap. */
export interface ModelWatch {
  /**
   * Tells of the data of a training that does not go through `fit`, before its first step. The tensors
   * must live until then; they are not kept.
   */
  announce(model: LayersModel, data: TrainingData): void;
  /** Completes records on their way from the tap: facts before them, probes on them. In step order. */
  complete(records: readonly StepRecord[]): StepRecord[];
  /** Puts everything back and frees what is held. */
  uninstall(): void;
}
