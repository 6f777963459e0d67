// Where the numbers of a step first became NaN or infinite: found by computing that step once more, on
// the same weights and batch, and looking at the result of every operation.
import type { SourceLocation } from './run';

/** The stage of a training step, in the order in which it is computed. */
export type Stage = 'data' | 'forward' | 'loss' | 'backward' | 'update';

/** What kind of operation made the first non-finite value out of finite ones. */
export type NonFiniteCause =
  | 'inputs'
  | 'labels'
  | 'log-of-zero'
  | 'log-of-negative'
  | 'exp-overflow'
  | 'division-by-zero'
  | 'root-of-negative'
  /** Finite operands whose sum, product or power exceeds float32. */
  | 'overflow'
  /** The program gave it a constant that is not finite. */
  | 'constant'
  /** The weights were not finite before the step. */
  | 'weights'
  /** The derivative of an operation that is finite itself, e.g. of a root at zero. */
  | 'infinite-derivative'
  | 'unknown';

/** The first operation of a step with a non-finite result. */
export interface Autopsy {
  /** Optimizer step of the run. */
  step: number;
  stage: Stage;
  cause: NonFiniteCause;
  /** Layer whose computation it belongs to; absent for data and loss. */
  layer?: string;
  /** Variable, for gradients and weights. */
  tensor?: string;
  /** Kernel of tfjs, e.g. `Log`, `Exp`, `RealDiv`. */
  operation?: string;
  /** Of the result. */
  nans: number;
  posInfs: number;
  negInfs: number;
  /** Elements of the result. */
  count: number;
  /** Of the operands that were finite. */
  operands?: readonly { min: number; max: number }[];
  /** Where the user's code called the operation, where it did. */
  location?: SourceLocation;
}
