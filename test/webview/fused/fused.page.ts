// Runs in Chromium: the same training by `trainOnBatch` and by our step, with tfjs's updates and with
// fused ones.
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { seededRandom } from '../../../src/shared/core/random';
import { withClipping } from '../../../webview/runtime/experiment/clipping';
import { setLearningRate } from '../../../webview/runtime/experiment/optimizer';
import { completeWasmKernels } from '../../../webview/runtime/backends/wasmKernels';
import { createTrainStep } from '../../../webview/runtime/experiment/trainStep';
import { fuseUpdates } from '../../../webview/runtime/fused';
import { fold, type Expression, type Formulas } from '../../../webview/runtime/fused/formula';
import { recipeOf } from '../../../webview/runtime/fused/recipes';
import { expose } from '../harness/page';
import { CHANGES } from './changes';
import { NETS, OPTIMIZERS } from './nets';

type Loop = 'trainOnBatch' | 'step' | 'fused';

interface Training {
  net: string;
  optimizer: string;
  steps: number;
  clipNorm?: number;
  clipValue?: number;
  /** Learning rate of each step. */
  rates?: number[];
  /** At this step the inputs hold a NaN. */
  poisonAt?: number;
}

interface Outcome {
  /** Losses and metrics of each step. */
  losses: number[][];
  /** Bits of the weights, and of the optimizer's slots. */
  weights: number[][];
  slots: number[][];
  fused: boolean;
  fusedSteps: number;
  /** tf.memory().numDataBuffers after each step. */
  numDataBuffers: number[];
}

async function start(backend: string): Promise<void> {
  tf.env().set('SOFTWARE_WEBGL_ENABLED', true);
  setWasmPaths('/');
  await tf.setBackend(backend);
  if (backend === 'wasm') completeWasmKernels();
  tf.backend().epsilon = () => 1e-7;
}

async function train(loop: Loop, training: Training): Promise<Outcome> {
  const { net, steps, rates, poisonAt } = training;
  const { inputShape } = NETS[net]!;
  const model = NETS[net]!.make(tf);
  const inner = OPTIMIZERS[training.optimizer]!(tf);
  const optimizer = withClipping(tf, inner, training);
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const random = seededRandom(5);
  const outcome: Outcome = {
    losses: [],
    weights: [],
    slots: [],
    fused: false,
    fusedSteps: 0,
    numDataBuffers: [],
  };
  const ours =
    loop === 'trainOnBatch' ? undefined : createTrainStep(tf, model, { fused: loop === 'fused' });
  outcome.fused = ours?.fused ?? false;
  for (let i = 0; i < steps; i++) {
    const values = Float32Array.from({ length: 8 * size(inputShape) }, () => random() * 2 - 1);
    if (i === poisonAt) values[3] = NaN;
    const labels = Int32Array.from({ length: 8 }, () => Math.floor(random() * 3));
    const xs = tf.tensor(values, [8, ...inputShape]);
    const ys = tf.tidy(() => tf.oneHot(tf.tensor1d(labels, 'int32'), 3).toFloat());
    if (rates) setLearningRate(optimizer, rates[i]!);
    if (ours) {
      const scalars = ours.step([xs], [ys]);
      outcome.losses.push(scalars.map((scalar) => scalar.dataSync()[0]!));
      tf.dispose(scalars);
    } else {
      outcome.losses.push((await model.trainOnBatch(xs, ys)) as number[]);
    }
    tf.dispose([xs, ys]);
    outcome.numDataBuffers.push(tf.memory().numDataBuffers);
  }
  outcome.weights = model.getWeights().map(bits);
  outcome.fusedSteps = ours?.fusedSteps ?? 0;
  ours?.dispose();
  const slots = recipeOf(inner, tf)?.slots() ?? [];
  outcome.slots = slots.flatMap(({ list }) => list.map(({ variable }) => bits(variable)));
  model.dispose();
  inner.dispose();
  return outcome;
}

function size(shape: number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** NaN of any payload counts as one. */
function bits(tensor: tf.Tensor): number[] {
  const values = Float32Array.from(tensor.dataSync(), (value) => (value === value ? value : NaN));
  return [...new Uint32Array(values.buffer)];
}

/** Whether an optimizer is fused when a formula is changed so; and the tensors left behind. */
function fuseChanged(name: string, changed?: string): { fused: boolean; left: number } {
  const optimizer = OPTIMIZERS[name]!(tf);
  const before = tf.memory().numTensors;
  const updates = fuseUpdates(tf, optimizer, (found) => {
    const recipe = recipeOf(found, tf);
    if (!recipe || changed === undefined) return recipe;
    const formulas = replaced(recipe.formulas, CHANGES[changed]!.change);
    if (JSON.stringify(formulas) === JSON.stringify(recipe.formulas)) throw new Error('no change');
    return { ...recipe, formulas };
  });
  updates?.dispose();
  const left = tf.memory().numTensors - before;
  optimizer.dispose();
  return { fused: updates !== undefined, left };
}

/** Formulas with every expression, from the leaves up, as `change` gives it. */
function replaced(formulas: Formulas, change: (found: Expression) => Expression): Formulas {
  const walk = (value: Expression): Expression =>
    fold<Expression>(value, change, (name, [a, b]) =>
      change({ name, of: b === undefined ? [a!] : [a!, b] }),
    );
  return formulas.map(([name, value]) => [name, walk(value)] as const);
}

expose({ start, train, fuseChanged });
