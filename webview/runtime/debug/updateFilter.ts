// What of a step's gradients is applied: a frozen layer's are left out, and all are clipped, where a
// debugger asked for that.
import type { Optimizer, Tensor } from '@tensorflow/tfjs';
import type { InsteadOf } from '../../../src/shared/tap/fullStep';
import type { NamedGradients, OptimizerLike } from '../../../src/shared/tap/internals';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { isKnownOptimizer } from '../checkpoint/state';
import { clipControl, clipGradients, clippedOptimizer, gradientList } from '../experiment/clipping';
import type { Settings } from './changeLog';

/** Gradients to apply in the place of `gradients`; undefined where `settings` change nothing. */
export function filterUpdate(
  tf: TfNamespace,
  watched: OptimizerLike,
  gradients: NamedGradients,
  { frozen, clipNorm }: Settings,
  layerNameOf: (variable: Tensor) => string | undefined,
): InsteadOf | undefined {
  const optimizer = watched as unknown as Optimizer;
  const control = clipControl(optimizer);
  // One that clips by itself does so with another norm, before it limits the elements.
  if (control) control.clipNorm = clipNorm ? clipNorm.value : control.asked;
  const norm = control ? undefined : clipNorm?.value;
  const freezes = frozen.size > 0 && isKnownOptimizer(tf, clippedOptimizer(optimizer));
  if (!freezes && norm === undefined) return undefined;
  const { registeredVariables } = tf.engine();
  const isFrozen = (name: string): boolean => {
    const variable = (registeredVariables as Partial<typeof registeredVariables>)[name];
    const layer = variable && layerNameOf(variable);
    return layer !== undefined && frozen.has(layer);
  };
  const left = gradientList(gradients).map((entry) =>
    freezes && isFrozen(entry.name) ? { ...entry, tensor: null } : entry,
  );
  if (norm === undefined) return { gradients: left, release: () => undefined };
  const clipped = clipGradients(tf, left, { clipNorm: norm });
  return {
    gradients: clipped,
    release: () => tf.dispose(clipped.flatMap(({ tensor }) => tensor ?? [])),
  };
}
