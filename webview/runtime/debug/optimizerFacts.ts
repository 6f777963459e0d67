// What a recording tells of the optimizer.
import type { Optimizer } from '@tensorflow/tfjs';
import type { StepRecording } from '../../../src/shared/core/recording';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { clipControl, clippedOptimizer } from '../experiment/clipping';

/** Not by `constructor.name`, which the bundler shortens. */
const CLASSES = [
  'SGDOptimizer',
  'MomentumOptimizer',
  'AdagradOptimizer',
  'AdadeltaOptimizer',
  'AdamOptimizer',
  'AdamaxOptimizer',
  'RMSPropOptimizer',
] as const;

/** Class and numbers of the optimizer that updates the weights: its fields, without a last underscore. */
export function optimizerFacts(tf: TfNamespace, optimizer: Optimizer): StepRecording['optimizer'] {
  const inner = clippedOptimizer(optimizer);
  const prototype: unknown = Object.getPrototypeOf(inner);
  // tfjs derives momentum from SGD: only the very class counts.
  const known = CLASSES.find((name) => tf[name].prototype === prototype);
  const numbers: Record<string, number> = {};
  for (const [field, value] of Object.entries(inner)) {
    if (typeof value === 'number') numbers[field.replace(/_$/, '')] = value;
  }
  const { clipNorm, clipValue } = clipControl(optimizer) ?? {};
  if (clipNorm !== undefined) numbers['clipNorm'] = clipNorm;
  if (clipValue !== undefined) numbers['clipValue'] = clipValue;
  return { className: known ?? inner.constructor.name, numbers };
}
