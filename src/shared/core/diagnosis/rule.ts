// A rule: one file that measures one thing, says when it is wrong, and what helps. The engine feeds
// it windows and turns what it states, step after step, into findings that open and close.
import type { Evidence, Expectation, Remedy, RuleId, Severity } from '../finding';
import type { SourceLocation } from '../run';
import type { DiagnosisWindow } from './window';

/** What a rule states about the newest step. */
export interface Statement {
  severity: Severity;
  layer?: string;
  tensor?: string;
  relatedLayers?: readonly string[];
  /** Step at which it began, where that is earlier than the newest. */
  since?: number;
  evidence: Evidence;
  message: string;
  remedies: readonly Remedy[];
  expectation?: Expectation;
  /** Place in the source, where it is not that of the layer. */
  location?: SourceLocation;
}

/** A check of a run. Rules are stateless: what they need of the past is in the window. */
export interface Rule {
  id: RuleId;
  /** Where thresholds and theory come from; shown with the finding. */
  reference: string;
  /** Consecutive steps for which the statement must hold before it becomes a finding. */
  openAfter: number;
  /** Consecutive steps without it after which the finding is closed. */
  closeAfter: number;
  /**
   * Rules whose open finding explains what this one states: one root cause, one finding. What is
   * explained becomes a consequence of that finding.
   */
  yieldsTo?: readonly RuleId[];
  /** The same, where both name the same layer. */
  yieldsAtSameLayer?: readonly RuleId[];
  /**
   * True where what was stated has turned out to be another rule's finding: it closes at once, before
   * {@link closeAfter} steps.
   */
  isWithdrawn?(window: DiagnosisWindow): boolean;
  /** True where a statement holds for good: it is about the start of the run, and is never closed. */
  lasting?: boolean;
  /** The statement that holds at the newest step, if one does. Called once per step: be quick. */
  evaluate(window: DiagnosisWindow): Statement | undefined;
}
