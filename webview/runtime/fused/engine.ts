// What each backend brings to fused updates: it says which tensors it can read, and updates variables.
import type { Tensor, Variable } from '@tensorflow/tfjs';

/** A variable to update. */
export interface Update {
  weight: Variable;
  gradient: Tensor;
  /** In the order of the recipe's slots. */
  slots: readonly Variable[];
}

export type Role = 'weight' | 'slot' | 'gradient';

/** Updates by one recipe on one backend. Dispose it. */
export interface UpdateEngine {
  /** Whether a tensor of `weight` can be read where it is, or may be brought to where it can be. */
  canRead(tensor: Tensor, role: Role, weight: Variable): boolean;
  /** A slot was made, with this value in all its elements. */
  onNewSlot?(slot: Variable, initial: number): void;
  /** Assigns new values to weights and slots; within a tidy. `numbers` are the recipe's, for this step. */
  run(numbers: readonly number[], updates: readonly Update[]): void;
  dispose(): void;
}
