// The contract between data and training: whatever can hand out batches by index can be trained on.
// The types are those that users see, in the npm package `gradient-lens`.
export type { Batch, BatchesOptions, BatchSource, Samples, Split } from '../../../npm';
import type { BatchSource } from '../../../npm';

/** Whether a value can hand out batches by index: a reader's samples or an object of the user. */
export function isBatchSource(value: unknown): value is BatchSource {
  if (typeof value !== 'object' || value === null) return false;
  const source = value as Partial<Record<keyof BatchSource, unknown>>;
  return (
    typeof source.batch === 'function' &&
    typeof source.size === 'number' &&
    Array.isArray(source.featureShape) &&
    Array.isArray(source.labelShape)
  );
}
