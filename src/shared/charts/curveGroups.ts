// Which curves share a chart: a metric with its validation twin (`acc` and `val_acc`), the loss with
// `val_loss`, and the learning rate where it is known and changes.
import type { ChartCurves } from './curves';
import { valuesOf } from './columns';

export interface CurveGroup {
  /** Stable name: `loss`, the metric's name, or `learning rate`. */
  name: string;
  training: { x: Float64Array; y: Float64Array } | undefined;
  /** One point per epoch. */
  validation: { x: Float64Array; y: Float64Array } | undefined;
}

export const LEARNING_RATE = 'learning rate';
const VALIDATION = 'val_';
const OWN_COLUMN = new Set(['loss']);

function validationOf(curves: ChartCurves, metric: string): CurveGroup['validation'] {
  const key = VALIDATION + metric;
  const points = new Map<number, number>();
  // Values on step records, then those of the epochs, which know better where both speak.
  const column = curves.metrics[key];
  if (column !== undefined) {
    const steps = valuesOf(curves.step);
    valuesOf(column).forEach((value, i) => {
      if (!Number.isNaN(value)) points.set(steps[i] ?? 0, value);
    });
  }
  const epochs = curves.epochs.filter((epoch) => epoch.metrics[key] !== undefined);
  if (epochs.length > 0) points.clear();
  for (const epoch of epochs) points.set(epoch.step, epoch.metrics[key] ?? NaN);
  if (points.size === 0) return undefined;
  const sorted = [...points].sort(([a], [b]) => a - b);
  return {
    x: Float64Array.from(sorted, ([step]) => step),
    y: Float64Array.from(sorted, ([, value]) => value),
  };
}

function trainingOf(curves: ChartCurves, metric: string): CurveGroup['training'] {
  const column = metric === 'loss' ? curves.loss : curves.metrics[metric];
  if (column !== undefined) {
    const values = valuesOf(column);
    if (values.some((value) => !Number.isNaN(value)))
      return { x: valuesOf(curves.step), y: values };
  }
  // A metric that only the ends of epochs know.
  const epochs = curves.epochs.filter((epoch) => epoch.metrics[metric] !== undefined);
  if (epochs.length === 0) return undefined;
  return {
    x: Float64Array.from(epochs, (epoch) => epoch.step),
    y: Float64Array.from(epochs, (epoch) => epoch.metrics[metric] ?? NaN),
  };
}

function changes(values: Float64Array): boolean {
  let seen = NaN;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    if (!Number.isNaN(seen) && value !== seen) return true;
    seen = value;
  }
  return false;
}

/** Names of the groups that have a curve, the loss always first. */
export function groupNames(curves: ChartCurves): string[] {
  const names = new Set<string>(['loss']);
  const add = (name: string): void => {
    const metric = name.startsWith(VALIDATION) ? name.slice(VALIDATION.length) : name;
    if (!OWN_COLUMN.has(metric)) names.add(metric);
  };
  Object.keys(curves.metrics).forEach(add);
  curves.epochs.forEach((epoch) => Object.keys(epoch.metrics).forEach(add));
  if (changes(valuesOf(curves.learningRate))) names.add(LEARNING_RATE);
  return [...names];
}

/** The curves of one group. */
export function curveGroup(curves: ChartCurves, name: string): CurveGroup {
  if (name === LEARNING_RATE) {
    return {
      name,
      training: { x: valuesOf(curves.step), y: valuesOf(curves.learningRate) },
      validation: undefined,
    };
  }
  return { name, training: trainingOf(curves, name), validation: validationOf(curves, name) };
}
