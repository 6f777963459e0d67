// Update ratios and layers that never move, in real nets beside their healthy twins.
import assert from 'node:assert/strict';
import type * as tfjs from '@tensorflow/tfjs';
import { Diagnosis } from '../../../src/shared/core/diagnosis/engine';
import { roundRate } from '../../../src/shared/core/diagnosis/rates';
import { unchangedWeights } from '../../../src/shared/core/diagnosis/rules/unchangedWeights';
import { updateRatio } from '../../../src/shared/core/diagnosis/rules/updateRatio';
import type { Finding } from '../../../src/shared/core/finding';
import { blobs, denseNet, heUniform, linearTarget, tf, train, type Trial } from './nets';

const classes = blobs(8, 4, 32);
const softmaxNet = { inputs: 8, units: 16, outputs: 4, outputActivation: 'softmax' } as const;
const relu = denseNet({ ...softmaxNet, depth: 2, activation: 'relu', initializer: heUniform });
const tanhRegression = denseNet({ inputs: 8, units: 32, outputs: 1, depth: 3, activation: 'tanh' });
const SEEDS = [1, 2];

/** Trains a classifier, unless `trial` says otherwise. */
async function judge(trial: Partial<Trial> & Pick<Trial, 'rules'>, seed = 1) {
  return train({
    steps: 220,
    model: relu,
    batch: classes,
    optimizer: () => tf.train.sgd(0.05),
    loss: 'categoricalCrossentropy',
    ...trial,
    seed,
  });
}

function open(findings: readonly Finding[]): Finding {
  const [finding, ...more] = findings.filter(({ closedStep }) => closedStep === undefined);
  assert.ok(finding && more.length === 0, `${String(findings.length)} findings`);
  return finding;
}

describe('update ratio', () => {
  const rules = [updateRatio];

  for (const seed of SEEDS) {
    for (const [name, optimizer] of [
      ['SGD at 1e-5', () => tf.train.sgd(1e-5)],
      ['Adam at 1e-6', () => tf.train.adam(1e-6)],
    ] as const) {
      it(`too small: ${name} (seed ${String(seed)})`, async () => {
        const { findings } = await judge({ rules, optimizer, steps: 260 }, seed);
        const { severity, layer, evidence, message, remedies } = open(findings);
        assert.equal(severity, 'warning');
        assert.match(layer ?? '', /^(hidden|output)_/);
        assert.ok(evidence.measured < evidence.threshold);
        assert.match(message, /The largest updates, .* and the loss hardly moves/);
        const rate = Number(remedies[0]?.values?.['rate']);
        assert.equal(remedies[0]?.id, 'raise-learning-rate');
        assert.ok(rate >= 1e-4 && rate <= 1e-2, String(rate));
      });
    }

    it(`thrown off by the first update of Adam (seed ${String(seed)})`, async () => {
      const { findings } = await judge({ rules, optimizer: () => tf.train.adam(0.4) }, seed);
      const { severity, evidence, message, remedies } = open(findings);
      assert.notEqual(severity, 'information');
      assert.ok(evidence.measured > 0.3);
      assert.match(message, /The update of step 1 changed the weights of .* worse than a constant/);
      assert.equal(remedies[0]?.id, 'lower-learning-rate');
    });

    it(`too large all the time (seed ${String(seed)})`, async () => {
      const { findings } = await judge(
        {
          rules,
          model: tanhRegression,
          batch: linearTarget(8, 32),
          loss: 'meanSquaredError',
          optimizer: () => tf.train.adam(1),
          steps: 260,
        },
        seed,
      );
      assert.ok(findings.some(({ message }) => /Each step changes the weights of/.test(message)));
      for (const { severity, evidence } of findings) {
        assert.equal(severity, 'warning');
        assert.ok(evidence.measured > evidence.threshold);
      }
    });
  }

  it('no step at all: a rate of zero is an error', async () => {
    const { findings } = await judge({ rules, optimizer: () => tf.train.sgd(0), steps: 130 });
    const { severity, layer, message } = open(findings);
    assert.deepEqual([severity, layer], ['error', undefined]);
    assert.match(message, /No step has changed any weight at learning rate 0/);
  });

  it('nothing in nets that learn, or have learnt, at rates from 0.001 to 0.3', async () => {
    for (const trial of [
      {},
      { optimizer: () => tf.train.sgd(0.001) },
      { optimizer: () => tf.train.sgd(0.3) },
      { optimizer: () => tf.train.adam(0.03) },
      { batch: blobs(8, 4, 32, 0.05), optimizer: () => tf.train.sgd(0.3), steps: 300 },
      { batch: blobs(8, 4, 1), optimizer: () => tf.train.sgd(0.005), steps: 500 },
    ]) {
      const { findings } = await judge({ rules, ...trial });
      assert.deepEqual(findings, []);
    }
  });

  it('nothing while a schedule warms up', async () => {
    const optimizer = tf.train.sgd(0);
    let step = 0;
    const { findings } = await judge({
      rules,
      steps: 200,
      optimizer: () => optimizer,
      batch: (random) => {
        optimizer.setLearningRate(1e-8 * ++step);
        return classes(random);
      },
    });
    assert.deepEqual(findings, []);
  });

  it('rates are round: 1, 2 or 5 times a power of ten', () => {
    const rates = [3e-5, 0.0011, 0.004, 0.9, 7].map(roundRate);
    assert.deepEqual(rates, [2e-5, 0.001, 0.005, 1, 5]);
  });
});

describe('unchanged weights', () => {
  const rules = [unchangedWeights];
  let count = 0;

  /** Gives its input back, and no gradient. */
  class Detached extends tf.layers.Layer {
    static readonly className = 'Detached';
    override computeOutputShape(shape: tfjs.Shape): tfjs.Shape {
      return shape;
    }
    override call(inputs: tfjs.Tensor | tfjs.Tensor[]): tfjs.Tensor {
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      return tf.tensor(x.dataSync(), x.shape);
    }
  }

  /** Two hidden layers; between them what `between` makes. */
  const chain =
    (between: () => tfjs.layers.Layer, trainable = true) =>
    (seed: () => number): tfjs.LayersModel => {
      const id = String(++count);
      const dense = (name: string, more: object = {}) =>
        tf.layers.dense({
          name: `${name}_${id}`,
          units: 12,
          activation: 'relu',
          kernelInitializer: heUniform(seed()),
          ...more,
        });
      return tf.sequential({
        layers: [
          dense('first', { inputShape: [8], trainable }),
          between(),
          dense('second'),
          dense('output', { units: 4, activation: 'softmax' }),
        ],
      });
    };
  const nothing = () => tf.layers.activation({ activation: 'linear' });

  it('behind values that were read back: no gradient is computed for the layer', async () => {
    const model = chain(() => new Detached({}));
    const { findings } = await judge({ rules, model, steps: 100 });
    const { layer, message, remedies, firstStep } = open(findings);
    assert.match(layer ?? '', /^first_/);
    assert.equal(firstStep, 1);
    assert.match(message, /have not changed in \d+ steps, .* no gradient is computed for them/);
    assert.deepEqual(
      remedies.map(({ id }) => id),
      ['unfreeze', 'check-graph'],
    );
  });

  it('a gradient that is exactly zero, and one that float32 loses', async () => {
    const scaled = (factor: number) =>
      chain(() => {
        /** Multiplies forward by 1 and backward by `factor`. */
        class Scaled extends Detached {
          override call(inputs: tfjs.Tensor | tfjs.Tensor[]): tfjs.Tensor {
            const x = Array.isArray(inputs) ? inputs[0]! : inputs;
            const scale = tf.customGrad((given) => ({
              value: (given as tfjs.Tensor).clone(),
              gradFunc: (dy: tfjs.Tensor) => tf.mul(dy, factor),
            }));
            return scale(x);
          }
        }
        return new Scaled({});
      });
    const zero = await judge({ rules, model: scaled(0), steps: 100 });
    assert.match(open(zero.findings).message, /their gradient is exactly zero/);
    const tiny = await judge({ rules, model: scaled(1e-20), steps: 100 });
    assert.match(
      open(tiny.findings).message,
      /RMS\) is too small to change its weights .* float32/,
    );
  });

  it('nothing where all layers learn, and nothing of a layer that is frozen on purpose', async () => {
    for (const model of [chain(nothing), chain(nothing, false)]) {
      const { findings } = await judge({ rules, model, steps: 100 });
      assert.deepEqual(findings, []);
    }
  });

  it('nothing of a net whose loss and gradients have become zero', async () => {
    const model = denseNet({ inputs: 1, units: 1, depth: 0, outputs: 1, activation: 'linear' });
    const { findings, losses } = await judge({
      rules: [unchangedWeights, updateRatio],
      model,
      batch: linearTarget(1, 16, 1, 0),
      loss: 'meanSquaredError',
      optimizer: () => tf.train.sgd(0.3),
      steps: 300,
    });
    assert.ok(losses.at(-1)! < 1e-9);
    assert.deepEqual(findings, []);
  });
});

describe('rules of units and updates', () => {
  it('are silent where nothing is known', () => {
    const diagnosis = new Diagnosis([unchangedWeights, updateRatio]);
    for (let step = 1; step <= 300; step++) {
      diagnosis.observe({ step, seconds: 0, metrics: {}, layers: {}, tensors: {}, loss: 1 });
    }
    assert.deepEqual(diagnosis.findings, []);
  });
});
