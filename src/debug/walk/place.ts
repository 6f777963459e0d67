// Where the walk stands: a step of the training, and the phase of it that is shown.
import type { StepRecord } from '../../shared/core/stepRecord';
import type { Mark, StopMark } from '../breakpoints/mark';
import type { Phase } from './phases';

/** A place in the training. */
export interface Place {
  /** The step that is walked through; 0 before the first. */
  step: number;
  record: StepRecord | undefined;
  /** The phases of the step; none before the first. */
  phases: readonly Phase[];
  /** What stands on the walk through the step, by phase. */
  marks: readonly Mark[];
  /** Index of the phase; −1 before the first of the step. */
  index: number;
}

export const START: Place = { step: 0, record: undefined, phases: [], marks: [], index: -1 };

/** The phase that a place shows. */
export function phaseOf({ phases, index }: Place): Phase | undefined {
  return phases[index];
}

/** True where the step has been walked through. */
export function isAtEnd({ phases, index }: Place): boolean {
  return index >= phases.length - 1;
}

/** Why the walk halted. */
export type Halt =
  | { type: 'stopped'; reason: 'entry' | 'step' | 'pause' }
  | { type: 'stopped'; reason: StopMark['reason']; marks: readonly StopMark[] }
  /** The run has ended. */
  | { type: 'ended' }
  /** The run ended before it could be held at a step where it should have been. */
  | { type: 'missed'; step: number };
