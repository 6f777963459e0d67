// The proof that a fused update is allowed: on this device, over values that would show any difference
// in rounding, it gives the bits that tfjs's own update gives, for the weight and every slot.
import type { Optimizer, Tensor, Variable } from '@tensorflow/tfjs';
import { seededRandom } from '../../../src/shared/core/random';
import type { TfNamespace } from '../../../src/shared/tap/types';
import type { UpdateEngine } from './engine';
import type { RecipeFinder } from './recipe';
import { Updater } from './updater';

/**
 * Odd on both sides, so that blocks of textures stick out and elements are left over from fours, and above the 128
 * elements that tfjs keeps in memory.
 */
const ROWS = 37;
const COLUMNS = 29;
/** Enough for the bias corrections and the slots to take different values. */
const STEPS = 3;
const SEED = 2024;

interface OptimizerClass {
  fromConfig(constructor: unknown, config: unknown): Optimizer;
}

/** What the proof is about. */
export interface Claim {
  tf: TfNamespace;
  /** Its class and configuration count; the optimizer itself is not touched. */
  optimizer: Optimizer;
  findRecipe: RecipeFinder;
  /** The update of its class, as tfjs has it. */
  update: Optimizer['applyGradients'];
  /** That of its recipe. */
  engine: UpdateEngine;
}

/** Runs both updates side by side on optimizers of their own. Leaves nothing behind. */
export function provesEqual(claim: Claim): boolean {
  const { tf, optimizer, findRecipe, update, engine } = claim;
  const optimizerClass = optimizer.constructor as unknown as OptimizerClass;
  const twin = (): Optimizer => optimizerClass.fromConfig(optimizerClass, optimizer.getConfig());
  const [reference, fused] = [twin(), twin()];
  const recipe = findRecipe(fused);
  const referenceRecipe = findRecipe(reference);
  const updater = recipe && new Updater(tf, engine, recipe);
  const { variable, tensor, tidy } = tf;
  const start = adversarialValues(0);
  const weights = ['reference', 'fused'].map((name) =>
    tidy(() => variable(tensor(start, [ROWS, COLUMNS]), true, `gradientLens/proof/${name}`)),
  );
  const [expected, actual] = weights as [Variable, Variable];
  try {
    if (!updater || !referenceRecipe) return false;
    for (let step = 1; step <= STEPS; step++) {
      const done = tidy(() => {
        const gradient = tensor(adversarialValues(step), [ROWS, COLUMNS]);
        update.call(reference, [{ name: expected.name, tensor: gradient }]);
        return updater.apply(fused, [{ name: actual.name, tensor: gradient }]);
      });
      if (!done) return false;
    }
    const slots = (of: typeof recipe): Tensor[] =>
      of.slots().map(({ list }) => list[0]?.variable as Tensor);
    const pairs: [Tensor, Tensor][] = [[expected, actual]];
    slots(referenceRecipe).forEach((slot, i) => pairs.push([slot, slots(recipe)[i] as Tensor]));
    return pairs.every(([a, b]) => sameBits(a, b));
  } finally {
    for (const made of [expected, actual, reference, fused]) made.dispose();
    for (const twinned of [reference, fused]) disposeRate(twinned);
  }
}

/** MomentumOptimizer.dispose of tfjs 4.22 forgets the rate that it inherits from SGDOptimizer. */
function disposeRate(optimizer: Optimizer): void {
  (optimizer as { c?: Tensor }).c?.dispose();
}

/** NaN may carry any payload: which one depends on the order of operands, not on rounding. */
function sameBits(a: Tensor, b: Tensor): boolean {
  const [x, y] = [a, b].map((values) => values.dataSync() as Float32Array);
  return x !== undefined && y?.length === x.length && x.every((value, i) => Object.is(value, y[i]));
}

/**
 * Every magnitude of float32 with random digits and signs, most near 1; at fixed places zeros of both
 * signs, NaN, infinities, the largest and the smallest numbers.
 */
function adversarialValues(step: number): Float32Array {
  const random = seededRandom(SEED + step);
  const values = Float32Array.from({ length: ROWS * COLUMNS }, (_, i) => {
    const exponent = i % 2 === 0 ? random() * 278 - 150 : random() * 40 - 30;
    return (random() < 0.5 ? -1 : 1) * (1 + random()) * 2 ** Math.floor(exponent);
  });
  // A different stretch at each step: a NaN stays in the slots of its element.
  const special = [0, -0, 1, -1, NaN, Infinity, -Infinity, 3.4028235e38, 1e-38, 1e-45, 0, 0];
  values.set(special, step * 3 * special.length);
  return values;
}
