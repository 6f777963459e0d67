// Computes a step once more, on the weights and the batch that it had, up to its gradients: nothing is
// updated, drawn or kept. Looks at the first operation whose result is not finite.
import { Patches } from '../../../../src/shared/tap/patches';
import type { VariableLike } from '../../../../src/shared/tap/internals';
import type { Tensor, TfNamespace } from '../../../../src/shared/tap/types';
import type { ModelLike } from '../internals';
import type { HeldStep } from './held';
import { KernelWatch, type Origin } from './kernelWatch';
import { isFinite, scan } from './scan';

/** Names by which {@link Origin.source} tells what was given. */
export const INPUTS = 'inputs';
export const LABELS = 'labels';

/** A model's train function, as tfjs makes it. */
export type Train = (data: (Tensor | null)[]) => Tensor[];

/** Where it began. */
export interface Found {
  origin: Origin;
  /** Variable whose gradient shows it, where the loss is finite. */
  variable?: VariableLike;
  /** Frames at the end of each operation's stack that are not of the step. */
  outerFrames: number;
}

interface GradientsOfClass {
  gradients: (
    this: unknown,
    f: () => Tensor,
    xs: readonly Tensor[],
    dy: null,
    allowNoGradients: boolean,
  ) => { value: Tensor; grads: (Tensor | null | undefined)[] };
}

/** The parts of a model that a step goes through. */
interface StepModel extends ModelLike {
  optimizer_: unknown;
}

/** Something that takes the place of data for a while: tensors are handed around by their data. */
interface Swappable {
  dataId: object;
}

/** Finds where the values of a step that are not finite began; undefined where they do not come again. */
export function recompute(tf: TfNamespace, held: HeldStep, train: Train): Found | undefined {
  const model = held.model as StepModel;
  const given = givenOrigin(held);
  if (given) return { origin: given, outerFrames: 0 };
  const watch = new KernelWatch(tf);
  nameGiven(watch, held);
  const patches = new Patches();
  const swapped = held.weights.map(({ variable }) => (variable as unknown as Swappable).dataId);
  let found: Found | undefined;
  /** In the place of the optimizer: computes the gradients as it would, and applies none. */
  const optimizer = {
    minimize: (f: () => Tensor, _: boolean, variables: readonly VariableLike[]): Tensor => {
      const engine = tf.engine();
      // The one of the class: that of the instance records steps.
      const { gradients } = Object.getPrototypeOf(engine) as GradientsOfClass;
      const loss = (): Tensor => {
        const value = f();
        watch.stage = 'backward';
        return value;
      };
      const { value, grads } = gradients.call(engine, loss, variables, null, true);
      found = locate(watch, value, grads, variables);
      return value;
    },
  };
  try {
    held.weights.forEach(({ variable, value }) => {
      (variable as unknown as Swappable).dataId = value.tensor.dataId;
    });
    patches.replace(model, 'optimizer_', () => optimizer);
    // Moving averages of batch normalization stay where they are.
    patches.replace(tf.Variable.prototype, 'assign', () => () => undefined);
    const functions = model.lossFunctions;
    patches.replace(model, 'lossFunctions', () =>
      functions.map((lossOf) => (labels, predictions) => {
        watch.stage = 'loss';
        return lossOf(labels, predictions);
      }),
    );
    tf.tidy(() => {
      // Metrics are kept beyond the scope.
      tf.dispose(watch.run(() => train(held.data.map((item) => item && item.tensor))));
    });
  } finally {
    patches.restore();
    held.weights.forEach(({ variable }, i) => {
      (variable as unknown as Swappable).dataId = swapped[i] as object;
    });
  }
  return found;
}

/** Data or weights that were not finite to begin with. */
function givenOrigin({ model, data, weights }: HeldStep): Origin | undefined {
  for (const { variable, value } of weights) {
    const result = scan(value.tensor.dataSync());
    if (!isFinite(result)) return { result, source: variable.name };
  }
  const inputs = model.inputNames.length;
  for (const [i, item] of data.entries()) {
    if (item?.tensor.dtype !== 'float32') continue;
    const result = scan(item.tensor.dataSync());
    if (!isFinite(result)) return { result, source: i < inputs ? INPUTS : LABELS };
  }
  return undefined;
}

function nameGiven(watch: KernelWatch, { data, weights }: HeldStep): void {
  for (const item of data) if (item) watch.name(item.tensor, INPUTS);
  for (const { variable, value } of weights) watch.name(value.tensor, variable.name);
}

/** The origin of the loss, or else of the gradient that comes first in the backward pass. */
function locate(
  watch: KernelWatch,
  loss: Tensor,
  grads: readonly (Tensor | null | undefined)[],
  variables: readonly VariableLike[],
): Found | undefined {
  const { outerFrames } = watch;
  const ofLoss = watch.of(loss).origin;
  if (ofLoss) return { origin: ofLoss, outerFrames };
  for (let i = grads.length - 1; i >= 0; i--) {
    const [gradient, variable] = [grads[i], variables[i]];
    const origin = gradient ? watch.of(gradient).origin : undefined;
    if (origin && variable) return { origin, variable, outerFrames };
  }
  return undefined;
}
