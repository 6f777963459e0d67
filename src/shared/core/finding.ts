// The finding: what a rule states about a run. Surfaces show it; nothing else interprets it.
import type { SourceLocation } from './run';

export type RuleId =
  | 'vanishing-gradient'
  | 'exploding-gradient'
  | 'non-finite'
  | 'dead-units'
  | 'saturated-units'
  | 'update-ratio'
  | 'poor-initialization'
  | 'loss-plateau'
  | 'loss-oscillation'
  | 'loss-divergence'
  | 'overfitting'
  | 'unchanged-weights'
  | 'loss-activation-mismatch'
  | 'data-range'
  | 'class-imbalance'
  | 'framework-defect';

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

/** A cure, in words, most effective first. Edits of the source come with a later surface. */
export interface Remedy {
  id: string;
  title: string;
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
  /** Where the threshold or theory comes from. */
  reference: string;
  location?: SourceLocation;
}
