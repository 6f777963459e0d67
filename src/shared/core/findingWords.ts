// What rules and severities are called, in every surface.
import type { RuleId, Severity } from './finding';

/** Names of the rules, as titles. */
export const RULE_WORDS: Record<RuleId, string> = {
  'vanishing-gradient': 'Vanishing gradient',
  'exploding-gradient': 'Exploding gradient',
  'non-finite': 'NaN or infinity',
  'dead-units': 'Dead units',
  'saturated-units': 'Saturated units',
  'update-ratio': 'Update ratio',
  'poor-initialization': 'Poor initialization',
  'loss-plateau': 'Loss plateau',
  'loss-oscillation': 'Loss oscillation',
  'loss-divergence': 'Loss divergence',
  overfitting: 'Overfitting',
  'unchanged-weights': 'Unchanged weights',
  'loss-activation-mismatch': 'Loss and activation mismatch',
  'data-range': 'Data range',
  'class-imbalance': 'Class imbalance',
  'framework-defect': 'Framework defect',
};

export const SEVERITY_WORDS: Record<Severity, string> = {
  error: 'Error',
  warning: 'Warning',
  information: 'Information',
};

/** For sorting, the gravest first. */
export const SEVERITY_RANK: Record<Severity, number> = { error: 0, warning: 1, information: 2 };
