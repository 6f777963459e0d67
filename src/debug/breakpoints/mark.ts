// Marks on the walk through a step: the places where breakpoints stop it or log.
import type { Finding } from '../../shared/core/finding';
import type { StepRecord } from '../../shared/core/stepRecord';
import type { NamedStep } from '../expression/names';
import type { Phase } from '../walk/phases';

/** A step as breakpoints look at it. */
export interface SteppedStep extends NamedStep {
  record: StepRecord;
  /** The step before, where its record is there. */
  previous: StepRecord | undefined;
  phases: readonly Phase[];
  /** Looked for in the past: nothing is counted, and hit counts are not asked. */
  isGlance?: boolean;
}

/** Something that happens at a phase of a step. */
export type Mark = {
  /** Index of the phase. */
  phase: number;
} & (
  | { type: 'log'; text: string; breakpoint: number }
  /** A condition or message that could not be computed; said once per breakpoint. */
  | { type: 'trouble'; text: string; breakpoint: number }
  | {
      type: 'stop';
      reason: 'breakpoint' | 'function breakpoint' | 'data breakpoint';
      breakpoint: number;
      /** For data breakpoints: what has changed, and how. */
      text?: string;
    }
  | { type: 'stop'; reason: 'exception'; exception: ExceptionStop }
);

/** What an exception filter has stopped at. */
export interface ExceptionStop {
  filter: string;
  text: string;
  layer?: string;
  finding?: Finding;
}

/** A mark that stops. */
export type StopMark = Extract<Mark, { type: 'stop' }>;
