// Knows which variables still hold the random values that they were made with: nobody assigned to them,
// neither an optimizer nor a program that loads or copies weights.
import { engineOf, type VariableLike } from './internals';
import type { Patches } from './patches';
import type { Tensor, TfNamespace } from './types';

/** Functions of the namespace that draw values. */
const DRAWS = [
  'rand',
  'randomGamma',
  'randomNormal',
  'randomStandardNormal',
  'randomUniform',
  'truncatedNormal',
] as const;

/** Factories of `tf.initializers`, one of each class that draws values; others derive from these. */
const INITIALIZERS = [
  'orthogonal',
  'randomNormal',
  'randomUniform',
  'truncatedNormal',
  'varianceScaling',
] as const;

type Draw = (...args: unknown[]) => Tensor;
interface InitializerLike {
  apply: Draw;
}
type Factory = (config: object) => InitializerLike;

/** Watches where random values come from, and which variables begin with them. */
export class RandomValues {
  /** Data that was drawn. */
  readonly #drawn = new WeakSet<object>();
  /** Data that a variable began with, where it was drawn. `assign` gives it other data. */
  readonly #first = new WeakMap<VariableLike, object>();

  /** Watches the variables of the engine. */
  watchVariables(tf: TfNamespace, patches: Patches): void {
    patches.replace(engineOf(tf), 'makeVariable', (original) => {
      const make = original.bind(engineOf(tf));
      return (value, trainable, name, dtype) => {
        const variable = make(value, trainable, name, dtype);
        const { dataId } = variable;
        if (variable.trainable && this.#drawn.has(dataId)) this.#first.set(variable, dataId);
        return variable;
      };
    });
  }

  /** Watches what draws values in `tf`. Parts that a build of tfjs lacks are left out. */
  watchDraws(tf: TfNamespace, patches: Patches): void {
    const namespace = tf as unknown as Partial<Record<(typeof DRAWS)[number], Draw>>;
    for (const name of DRAWS) {
      const draw = namespace[name];
      if (draw === undefined) continue;
      const value: Draw = (...args) => this.#note(draw(...args));
      patches.define(namespace, name, { value, writable: true });
    }
    const { initializers } = tf as unknown as { initializers?: Partial<Record<string, Factory>> };
    const note = (tensor: Tensor): Tensor => this.#note(tensor);
    const met = new Set<object>();
    for (const name of INITIALIZERS) {
      const initializer = initializers?.[name]?.({});
      const prototype = initializer && prototypeWithApply(initializer);
      if (prototype === undefined || met.has(prototype)) continue;
      met.add(prototype);
      patches.replace(prototype, 'apply', (original) => {
        return function apply(this: InitializerLike, ...args: unknown[]): Tensor {
          return note(original.apply(this, args));
        };
      });
    }
  }

  /** True where `variable` holds the random values that it was made with, and is to be trained. */
  isUntouched(variable: VariableLike): boolean {
    return (
      variable.trainable && !variable.isDisposed && this.#first.get(variable) === variable.dataId
    );
  }

  #note(tensor: Tensor): Tensor {
    this.#drawn.add(tensor.dataId);
    return tensor;
  }
}

/** The nearest ancestor that defines `apply` itself. */
function prototypeWithApply(initializer: InitializerLike): InitializerLike | undefined {
  let at = Object.getPrototypeOf(initializer) as InitializerLike | null;
  while (at !== null && !Object.hasOwn(at, 'apply')) {
    at = Object.getPrototypeOf(at) as InitializerLike | null;
  }
  return at ?? undefined;
}
