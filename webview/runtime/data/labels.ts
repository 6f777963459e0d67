// Class labels as rows of numbers: one-hot, or the class index.
import { optionError } from './dataError';
import type { Rows } from './rows';

export type LabelEncoding = 'one-hot' | 'integer';

/** Refuses anything else that JavaScript code may have passed. */
export function checkEncoding(encoding: string): asserts encoding is LabelEncoding {
  if (encoding !== 'one-hot' && encoding !== 'integer') {
    throw optionError(
      `labels: '${encoding}' is not known`,
      "Use 'one-hot' for categoricalCrossentropy or 'integer' for sparseCategoricalCrossentropy.",
    );
  }
}

/** Labels as `[classCount]` one-hot rows or `[1]` class indices. */
export class ClassRows implements Rows {
  readonly shape: readonly number[];

  constructor(
    readonly classes: ArrayLike<number>,
    private readonly classCount: number,
    private readonly encoding: LabelEncoding,
  ) {
    this.shape = [encoding === 'one-hot' ? classCount : 1];
  }

  get count(): number {
    return this.classes.length;
  }

  gather(indices: ArrayLike<number>, out: Float32Array): undefined {
    for (let i = 0; i < indices.length; i++) {
      const label = this.classes[indices[i] ?? 0] ?? 0;
      if (this.encoding === 'one-hot') out[i * this.classCount + label] = 1;
      else out[i] = label;
    }
  }
}

/** Which samples to keep, and their new class numbers, where only some classes are wanted. */
export function selectClasses(
  labels: ArrayLike<number>,
  classCount: number,
  wanted: readonly number[] | undefined,
): { labels: ArrayLike<number>; classCount: number; order: Uint32Array | undefined } {
  if (!wanted) return { labels, classCount, order: undefined };
  const renumbered = new Map(wanted.map((label, index) => [label, index]));
  for (const label of wanted) {
    if (!Number.isInteger(label) || label < 0 || label >= classCount) {
      throw optionError(
        `classes: ${label} is not a class`,
        `Use class numbers from 0 to ${classCount - 1}.`,
      );
    }
  }
  if (renumbered.size < 2 || renumbered.size < wanted.length) {
    throw optionError(
      `classes: [${wanted.join(', ')}] does not name two or more different classes`,
      'Name each class once.',
    );
  }
  const order: number[] = [];
  const kept = new Uint8Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    const label = renumbered.get(labels[i] ?? -1);
    if (label === undefined) continue;
    kept[i] = label;
    order.push(i);
  }
  return { labels: kept, classCount: wanted.length, order: Uint32Array.from(order) };
}
