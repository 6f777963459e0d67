// Meets every optimizer: those of tfjs by their classes, those that user code defines when they are
// constructed or first used. Wraps `applyGradients` where each class defines it, so that a class that
// clips and then calls its parent is seen from outside, before the clipping.
import type { ClassLike, NamedGradients, OptimizerLike } from './internals';
import type { Patches } from './patches';
import type { Tensor, TfNamespace } from './types';

/** The gradients of one step by variable name; unused variables are left out. */
export type GradientMap = ReadonlyMap<string, Tensor>;

/**
 * Called for the outermost `applyGradients`; must call `apply` exactly once, with other gradients in the
 * place of `given` where those are to be applied.
 */
export type OnApply = (
  optimizer: OptimizerLike,
  gradients: GradientMap,
  apply: (instead?: NamedGradients) => unknown,
  given: NamedGradients,
) => unknown;

/** Classes of the namespace that optimizers are made of, or that user code may extend. */
const CLASSES = [
  'Optimizer',
  'SGDOptimizer',
  'MomentumOptimizer',
  'AdagradOptimizer',
  'AdadeltaOptimizer',
  'AdamOptimizer',
  'AdamaxOptimizer',
  'RMSPropOptimizer',
] as const;

/** What is told of optimizers. */
export interface OptimizerListener {
  onApply: OnApply;
  /** Updates the variables in the place of a class's own update; false, with nothing done, where it does not. */
  update?: (optimizer: OptimizerLike, gradients: NamedGradients) => boolean;
}

/** Calls `onApply` around every optimizer step, once per step however classes nest. */
export function watchOptimizers(
  tf: TfNamespace,
  patches: Patches,
  { onApply, update }: OptimizerListener,
): void {
  const met = new WeakSet();
  let applying = false;
  const wrap = (target: OptimizerLike): void => {
    patches.replace(target, 'applyGradients', (original) => {
      return function applyGradients(this: OptimizerLike, gradients: NamedGradients): unknown {
        const apply = (instead = gradients): unknown =>
          update?.(this, instead) === true ? undefined : original.call(this, instead);
        if (applying) return apply();
        applying = true;
        try {
          return onApply(this, toMap(gradients), apply, gradients);
        } finally {
          applying = false;
        }
      };
    });
  };
  /** Wraps what an instance or prototype, and each of its ancestors, defines itself. */
  const meet = (optimizer: object): void => {
    let at: object | null = optimizer;
    for (
      ;
      at !== null && at !== Object.prototype;
      at = Object.getPrototypeOf(at) as object | null
    ) {
      if (met.has(at) || !Object.hasOwn(at, 'applyGradients')) continue;
      met.add(at);
      wrap(at as OptimizerLike);
    }
  };
  const namespace = tf as unknown as Record<(typeof CLASSES)[number], ClassLike | undefined>;
  for (const name of CLASSES) {
    const optimizerClass = namespace[name];
    if (optimizerClass === undefined) continue;
    meet(optimizerClass.prototype);
    // A class that user code derives calls this as its super constructor.
    const constructed = new Proxy(optimizerClass, {
      construct(target, args, newTarget) {
        const optimizer = Reflect.construct(target, args, newTarget) as object;
        meet(optimizer);
        return optimizer;
      },
    });
    patches.define(namespace, name, { value: constructed, writable: true });
  }
  const base = tf.Optimizer.prototype as unknown as OptimizerLike;
  for (const method of ['minimize', 'computeGradients'] as const) {
    patches.replace(base, method, (original) => {
      return function metOnUse(this: OptimizerLike, ...args: unknown[]): unknown {
        meet(this);
        return original.apply(this, args);
      };
    });
  }
}

function toMap(gradients: NamedGradients): GradientMap {
  const entries: readonly (readonly [string, Tensor | null | undefined])[] = Array.isArray(
    gradients,
  )
    ? (gradients as readonly { name: string; tensor: Tensor | null | undefined }[]).map(
        ({ name, tensor }) => [name, tensor] as const,
      )
    : Object.entries(gradients);
  const map = new Map<string, Tensor>();
  for (const [name, tensor] of entries) if (tensor) map.set(name, tensor);
  return map;
}
