// The finding: what a rule states about a run. Surfaces show it; nothing else interprets it.
import type { SourceLocation } from './run';

/** Every rule, in the order of the design. */
export const RULE_IDS = [
  'vanishing-gradient',
  'exploding-gradient',
  'non-finite',
  'dead-units',
  'saturated-units',
  'update-ratio',
  'poor-initialization',
  'loss-plateau',
  'loss-oscillation',
  'loss-divergence',
  'overfitting',
  'unchanged-weights',
  'loss-activation-mismatch',
  'data-range',
  'class-imbalance',
  'framework-defect',
] as const;

export type RuleId = (typeof RULE_IDS)[number];

/** error: training cannot succeed as it is. warning: it will likely fail or waste. */
export type Severity = 'error' | 'warning' | 'information';

/** The numbers a finding stands on. */
export interface Evidence {
  measured: number;
  threshold: number;
  /** Unit of both, in words, e.g. `mean |gradient|`. */
  unit: string;
  /** Number of steps the measurement covers. */
  window: number;
}

/** The cures. All but the `check-…` ones, and `fewer-layers`, are edits of the user's source. */
export type RemedyId =
  /** `values.activation`, and `values.initializer` where that has to follow. */
  | 'change-activation'
  /**
   * `values.initializer`, e.g. `heUniform`; `values.scale` for a varianceScaling; `values.option` where
   * it is not that of the weight matrix: `biasInitializer`.
   */
  | 'change-initializer'
  | 'batch-normalization'
  | 'residual'
  /** `values.rate`: the new learning rate. */
  | 'lower-learning-rate'
  | 'raise-learning-rate'
  /** `values.norm`. */
  | 'clip-norm'
  /** `values.value`. */
  | 'clip-value'
  /** The output layer becomes linear, for a loss that takes logits. */
  | 'drop-softmax'
  /** `values.loss`. */
  | 'switch-loss'
  /** `values.activation`, `values.units`: of the output layer. */
  | 'change-output'
  /** `values.offset`, `values.factor`: (x − offset) · factor; `values.of`: `inputs` (default) or `labels`. */
  | 'scale-data'
  /** `values.rate`. */
  | 'l2'
  | 'dropout'
  | 'early-stopping'
  | 'class-weights'
  | 'smaller-batch'
  | 'larger-batch'
  | 'shuffle'
  | 'unfreeze'
  | 'fewer-layers'
  | 'check-data'
  | 'check-labels'
  | 'check-loss'
  | 'check-graph'
  | 'check-variables';

/** True for a remedy that an edit of the source can carry out. */
export function isEdit(id: RemedyId): boolean {
  return id !== 'fewer-layers' && !id.startsWith('check-');
}

/** A cure, most effective first. */
export interface Remedy {
  id: RemedyId;
  /** What to do, in words. */
  title: string;
  /** Layers to edit, by name; absent where it is about the training or the data. */
  layers?: readonly string[];
  values?: Readonly<Record<string, number | string>>;
}

/** What theory says the measured number should be, for the net as it was initialized. */
export interface Expectation {
  /** In the unit of {@link measured}. */
  expected: number;
  measured: number;
  /** E.g. `gradient per layer`. */
  unit: string;
  /** One clause: `theory for sigmoid with this initialization says ×0.237`. */
  words: string;
  reference: string;
}

/** Something that is wrong because of what a finding states. */
export interface Consequence {
  rule: RuleId;
  layer?: string;
  message: string;
  firstStep: number;
}

export interface Finding {
  rule: RuleId;
  severity: Severity;
  /** Layer the finding is about, by name. */
  layer?: string;
  /** Tensor within the layer, by variable name. */
  tensor?: string;
  /** Other layers involved, by name. */
  relatedLayers?: readonly string[];
  firstStep: number;
  /** Last step at which it held. */
  lastStep: number;
  /** Step at which it stopped to hold; a closed finding is kept, not deleted. */
  closedStep?: number;
  evidence: Evidence;
  /** One or two sentences: what, where, with numbers. */
  message: string;
  remedies: readonly Remedy[];
  expectation?: Expectation;
  /** What follows from it, and is therefore no finding of its own. By first step. */
  consequences?: readonly Consequence[];
  /** Where the threshold or theory comes from. */
  reference: string;
  location?: SourceLocation;
}
