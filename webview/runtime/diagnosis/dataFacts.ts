// What the first samples show of a model's inputs.
import type { FeatureRange, InputFacts } from '../../../src/shared/core/facts';
import { summarize } from '../../../src/shared/core/summary';
import type { Samples, Values } from './samples';

/** Facts of the input `name`. */
export function inputFacts(name: string, { shape, values }: Samples): InputFacts {
  const features = shape.length === 1 ? featuresOf(values, shape[0] ?? 0) : [];
  const narrowest = features.find(({ std }) => std > 0);
  const widest = features.at(-1);
  const constant = features.filter(({ std }) => std === 0).length;
  return {
    name,
    shape,
    summary: summarize(values),
    ...(narrowest && { narrowest }),
    ...(widest && { widest }),
    ...(features.length > 0 && { constantFeatures: constant }),
    integers: areIntegers(values),
  };
}

/** True where all values are whole numbers from 0. */
export function areIntegers(values: Values): boolean {
  return values.length > 0 && values.every((x) => x >= 0 && Number.isInteger(x));
}

/** The columns of a table by their standard deviation; without those that hold non-finite values. */
function featuresOf(values: Values, columns: number): FeatureRange[] {
  const rows = columns > 0 ? values.length / columns : 0;
  if (rows < 2) return [];
  const features: FeatureRange[] = [];
  for (let index = 0; index < columns; index++) {
    // Deviations from the first value: a mean far above the deviation costs no digits.
    const pivot = values[index] ?? 0;
    let sum = 0;
    let squares = 0;
    for (let i = index; i < values.length; i += columns) {
      const d = (values[i] ?? 0) - pivot;
      sum += d;
      squares += d * d;
    }
    const std = Math.sqrt(Math.max(0, squares - (sum * sum) / rows) / rows);
    if (Number.isFinite(std)) features.push({ index, mean: pivot + sum / rows, std });
  }
  return features.sort((a, b) => a.std - b.std);
}
