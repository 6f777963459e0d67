// Every optimizer class, those that user code defines among them, against gradients and updates that
// are computed beside the tap.
import assert from 'node:assert/strict';
import type * as tfjs from '@tensorflow/tfjs';
import { summarize } from '../../../src/shared/core/summary';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { numbers, withTap } from './tapped';

const LEARNING_RATE = 0.05;

const OPTIMIZERS: Record<string, (tf: TfNamespace) => tfjs.Optimizer> = {
  sgd: (tf) => tf.train.sgd(LEARNING_RATE),
  momentum: (tf) => tf.train.momentum(LEARNING_RATE, 0.9, true),
  adagrad: (tf) => tf.train.adagrad(LEARNING_RATE),
  adadelta: (tf) => tf.train.adadelta(LEARNING_RATE),
  adam: (tf) => tf.train.adam(LEARNING_RATE),
  adamax: (tf) => tf.train.adamax(LEARNING_RATE),
  rmsprop: (tf) => tf.train.rmsprop(LEARNING_RATE, 0.9, 0.5, undefined, true),
  'a class of its own': (tf) => new (signDescentOf(tf))(),
  'a class that clips and calls its parent': (tf) => new (clippingOf(tf))(LEARNING_RATE),
};

type Gradients = tfjs.NamedTensorMap | { name: string; tensor: tfjs.Tensor }[];

const entriesOf = (gradients: Gradients): [string, tfjs.Tensor][] =>
  Array.isArray(gradients)
    ? gradients.map(({ name, tensor }) => [name, tensor])
    : Object.entries(gradients);

/** An optimizer that shares nothing with those of tfjs but the base class. */
function signDescentOf(tf: TfNamespace): new () => tfjs.Optimizer {
  return class SignDescent extends tf.Optimizer {
    static className = 'SignDescent';
    learningRate = LEARNING_RATE;
    applyGradients(gradients: Gradients): void {
      const { registeredVariables } = tf.engine();
      for (const [name, gradient] of entriesOf(gradients)) {
        const variable = registeredVariables[name]!;
        tf.tidy(() => variable.assign(variable.sub(gradient.sign().mul(this.learningRate))));
        gradient.dispose(); // some optimizers free their gradients themselves
      }
    }
    getConfig(): tfjs.serialization.ConfigDict {
      return {};
    }
  };
}

/** Clips inside applyGradients, then lets SGD apply. */
function clippingOf(tf: TfNamespace): new (learningRate: number) => tfjs.Optimizer {
  return class Clipping extends tf.SGDOptimizer {
    override applyGradients(gradients: Gradients): void {
      tf.tidy(() =>
        super.applyGradients(
          Object.fromEntries(
            entriesOf(gradients).map(([name, g]) => [name, tf.clipByValue(g, -0.001, 0.001)]),
          ),
        ),
      );
    }
  };
}

describe('tap: optimizers', () => {
  for (const [name, make] of Object.entries(OPTIMIZERS)) {
    for (const how of ['minimize', 'applyGradients'] as const) {
      it(`${name}, by ${how}`, () =>
        withTap(({ tf, flushed }) => {
          const w = tf.variable(tf.tensor2d(numbers(12, 1), [4, 3]), true, `w ${name} ${how}`);
          const x = tf.tensor2d(numbers(20, 2), [5, 4]);
          const y = tf.tensor2d(numbers(15, 3), [5, 3]);
          const f = (): tfjs.Scalar => tf.losses.meanSquaredError(y, x.matMul(w)).asScalar();
          const optimizer = make(tf);
          const expected: { gradient: Float32Array; update: Float32Array; after: Float32Array }[] =
            [];
          for (let i = 0; i < 3; i++) {
            const before = w.dataSync().slice() as Float32Array;
            const gradient = tf.tidy(() => tf.variableGrads(f, [w]).grads[w.name]!.dataSync());
            if (how === 'minimize') optimizer.minimize(f, false, [w]);
            else optimizer.applyGradients(tf.variableGrads(f, [w]).grads);
            const after = w.dataSync().slice() as Float32Array;
            const update = after.map((v, k) => v - before[k]!);
            expected.push({ gradient: gradient.slice() as Float32Array, update, after });
          }
          const records = flushed();
          assert.equal(records.length, 3);
          records.forEach((record, i) => {
            const seen = record.tensors[w.name]!;
            assert.deepEqual(seen.gradient, summarize(expected[i]!.gradient));
            assert.deepEqual(seen.weight, summarize(expected[i]!.after));
            const ratio = summarize(expected[i]!.update).norm / summarize(expected[i]!.after).norm;
            assert.equal(seen.updateRatio, ratio);
            assert.equal(record.learningRate, LEARNING_RATE);
          });
          tf.dispose([w, x, y]);
        }));
    }
  }

  it('reads the learning rate at the time of each step', () =>
    withTap(({ tf, flushed }) => {
      const w = tf.variable(tf.scalar(1), true, 'scheduled');
      const optimizer = tf.train.sgd(0.1);
      for (const rate of [0.1, 0.01, 0.001]) {
        (optimizer as unknown as { setLearningRate(rate: number): void }).setLearningRate(rate);
        optimizer.minimize(() => w.square().asScalar());
      }
      assert.deepEqual(
        flushed().map(({ learningRate }) => learningRate),
        [0.1, 0.01, 0.001],
      );
      w.dispose();
    }));

  it('a failing step leaves no record and no tensor', () =>
    withTap(({ tf, flushed, tap }) => {
      const w = tf.variable(tf.scalar(1), true, 'failing');
      const optimizer = tf.train.sgd(0.1);
      const { value, grads } = tf.variableGrads(() => w.square().asScalar());
      const wrong = { [w.name]: tf.tensor1d([1, 2, 3]) };
      const before = tf.memory();
      assert.throws(() => optimizer.applyGradients(wrong), /shape of the new value/);
      assert.equal(tf.memory().numTensors, before.numTensors);
      assert.equal(tap.step, 0);
      assert.equal(flushed().length, 0);
      tf.dispose([value, grads, wrong]);
      // The loss, the gradient and the weight that were retained for the step are freed with it.
      assert.equal(tf.memory().numDataBuffers, before.numDataBuffers - 3);
      w.dispose();
    }));

  it('keeps records of NaN and infinite losses', () =>
    withTap(({ tf, flushed }) => {
      const w = tf.variable(tf.scalar(1), true, 'blown');
      const optimizer = tf.train.sgd(1e30);
      for (let i = 0; i < 4; i++) optimizer.minimize(() => w.square().square().asScalar());
      const records = flushed();
      assert.deepEqual(
        records.map(({ loss }) => loss),
        [1, Infinity, Infinity, NaN],
      );
      assert.equal(records[3]!.tensors['blown']!.gradient.nans, 1);
      w.dispose();
    }));
});
