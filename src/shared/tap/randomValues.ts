// Knows which variables still hold the random values that they were made with: nobody assigned to them,
// neither an optimizer nor a program that loads or copies weights.
import { engineOf, type EngineLike, type VariableLike } from './internals';
import type { Patches } from './patches';
import type { Tensor, TfNamespace } from './types';

/** Scopes of the operations of tfjs that draw values: every one makes its tensor within its own. */
const DRAWS = new Set(
  [
    ...['rand', 'randomGamma', 'randomNormal', 'randomStandardNormal', 'randomUniform'],
    'truncatedNormal',
  ].map((operation) => `${operation}__op`),
);

interface InitializerLike {
  apply(...args: unknown[]): Tensor;
}

/** Watches where random values come from, and which variables begin with them. */
export class RandomValues {
  /** Data that was drawn. */
  readonly #drawn = new WeakSet<object>();
  /** Data that a variable began with, where it was drawn. `assign` gives it other data. */
  readonly #first = new WeakMap<VariableLike, object>();

  /** Watches what is drawn, and the variables of the engine. */
  watchEngine(tf: TfNamespace, patches: Patches): void {
    const engine: EngineLike = engineOf(tf);
    patches.replace(engine, 'makeTensor', (original) => {
      const make = original.bind(engine);
      return (...args) => {
        const tensor = make(...args);
        if (DRAWS.has(engine.state.activeScope?.name ?? '')) this.#drawn.add(tensor.dataId);
        return tensor;
      };
    });
    patches.replace(engine, 'makeVariable', (original) => {
      const make = original.bind(engine);
      return (value, trainable, name, dtype) => {
        const variable = make(value, trainable, name, dtype);
        const { dataId } = variable;
        if (variable.trainable && this.#drawn.has(dataId)) this.#first.set(variable, dataId);
        return variable;
      };
    });
  }

  /** Watches the one initializer that computes on what it draws: it makes orthogonal rows of it. */
  watchInitializers(tf: TfNamespace, patches: Patches): void {
    const { initializers } = tf as Partial<TfNamespace>;
    if (initializers === undefined) return;
    const orthogonal = initializers.orthogonal({}) as unknown as InitializerLike;
    const prototype = Object.getPrototypeOf(orthogonal) as InitializerLike;
    const note = (tensor: Tensor): Tensor => {
      this.#drawn.add(tensor.dataId);
      return tensor;
    };
    patches.replace(prototype, 'apply', (original) => {
      return function apply(this: InitializerLike, ...args: unknown[]): Tensor {
        return note(original.apply(this, args));
      };
    });
  }

  /** True where `variable` holds the random values that it was made with, and is to be trained. */
  isUntouched(variable: VariableLike): boolean {
    return (
      variable.trainable && !variable.isDisposed && this.#first.get(variable) === variable.dataId
    );
  }
}
