// Dead and saturated units in real nets, beside their healthy twins, by the real probe.
import assert from 'node:assert/strict';
import type * as tfjs from '@tensorflow/tfjs';
import { Diagnosis, RULES } from '../../../src/shared/core/diagnosis/engine';
import { deadUnits } from '../../../src/shared/core/diagnosis/rules/deadUnits';
import { saturatedUnits } from '../../../src/shared/core/diagnosis/rules/saturatedUnits';
import type { Finding } from '../../../src/shared/core/finding';
import { summarize } from '../../../src/shared/core/summary';
import { draw, factsOf, stepOf } from './facts';
import {
  blobs,
  denseNet,
  heUniform,
  linearTarget,
  normalWeights,
  tf,
  train,
  type Trial,
} from './nets';

const classes = blobs(8, 4, 32);
const CROSS_ENTROPY = 'categoricalCrossentropy';
const softmaxNet = { inputs: 8, units: 16, outputs: 4, outputActivation: 'softmax' } as const;
const relu = denseNet({ ...softmaxNet, depth: 2, activation: 'relu', initializer: heUniform });
const SEEDS = [1, 2];

/** What the rule says of a net that trains for `steps`. */
async function judge(trial: Partial<Trial> & Pick<Trial, 'rules'>, seed: number) {
  return train({
    steps: 120,
    model: relu,
    batch: classes,
    optimizer: () => tf.train.sgd(0.1),
    loss: CROSS_ENTROPY,
    ...trial,
    seed,
  });
}

function only(findings: readonly Finding[]): Finding {
  assert.equal(findings.length, 1);
  return findings[0]!;
}

/** Layer names are new in every net. */
let count = 0;

/** Two hidden layers, the second as `options` say; `skips`: and a way around it. */
function withSecond(
  options: Partial<Parameters<typeof tfjs.layers.dense>[0]>,
  skips = false,
): (seed: () => number) => tfjs.LayersModel {
  return (seed) => {
    const id = String(++count);
    const layer = (name: string, more: Partial<typeof options> = {}) =>
      tf.layers.dense({
        name: `${name}_${id}`,
        units: 16,
        activation: 'relu',
        kernelInitializer: heUniform(seed()),
        ...more,
      });
    const input = tf.input({ shape: [8] });
    const first = layer('first').apply(input) as tfjs.SymbolicTensor;
    const second = layer('second', options).apply(first) as tfjs.SymbolicTensor;
    const last = skips ? (tf.layers.add().apply([first, second]) as tfjs.SymbolicTensor) : second;
    const output = layer('output', { units: 4, activation: 'softmax' }).apply(last);
    return tf.model({ inputs: input, outputs: output as tfjs.SymbolicTensor });
  };
}

describe('dead units', () => {
  const rules = [deadUnits];

  for (const seed of SEEDS) {
    it(`biases that start far below zero: the layer, an error, the bias (seed ${String(seed)})`, async () => {
      const model = withSecond({ biasInitializer: tf.initializers.constant({ value: -20 }) });
      const { findings } = await judge({ rules, model }, seed);
      const { layer, severity, firstStep, closedStep, message, remedies } = only(findings);
      assert.match(layer ?? '', /^second_/);
      assert.equal(severity, 'error');
      assert.equal(closedStep, undefined);
      assert.ok(firstStep <= 20, String(firstStep));
      assert.match(message, /All 16 units of second_\d+ \(relu\) .* its bias starts at -20/);
      assert.deepEqual(remedies[0]?.values, { initializer: 'zeros', option: 'biasInitializer' });
      assert.deepEqual(remedies[0].layers, [layer]);
    });

    it(`the same beside a way around it is a warning (seed ${String(seed)})`, async () => {
      const model = withSecond({ biasInitializer: tf.initializers.constant({ value: -20 }) }, true);
      const { findings, losses } = await judge({ rules, model }, seed);
      assert.equal(only(findings).severity, 'warning');
      assert.ok(losses.at(-1)! < 0.5 * losses[0]!);
    });

    it(`killed by an update: when, by how much, and the rate (seed ${String(seed)})`, async () => {
      const target = linearTarget(8, 256, 1, 0.1, 8);
      const { findings } = await judge(
        {
          rules,
          model: (next) => {
            const kernelInitializer = heUniform(next());
            const name = `positive_${String(++count)}`;
            return tf.sequential({
              layers: [
                tf.layers.dense({
                  name,
                  units: 1,
                  inputShape: [8],
                  activation: 'relu',
                  kernelInitializer,
                }),
              ],
            });
          },
          // One batch with labels far off.
          batch: (random, step) => {
            const { xs, ys } = target(random);
            return { xs, ys: step === 60 ? tf.fill([256, 1], -1e4) : ys };
          },
          loss: 'meanSquaredError',
          steps: 200,
        },
        seed,
      );
      const { layer, severity, firstStep, message, remedies } = only(findings);
      assert.match(layer ?? '', /^positive_/);
      assert.equal(severity, 'error');
      assert.ok(firstStep > 60);
      assert.match(message, /since training began: the update of step 60 changed the weights of/);
      assert.equal(remedies[0]?.id, 'lower-learning-rate');
    });
  }

  it('nothing in their healthy twins: plain, with a high rate, with Adam, deep and narrow', async () => {
    const deep = denseNet({
      ...softmaxNet,
      units: 8,
      depth: 12,
      activation: 'relu',
      initializer: heUniform,
    });
    for (const trial of [
      {},
      { optimizer: () => tf.train.sgd(0.3) },
      { optimizer: () => tf.train.adam(0.01) },
      { model: deep, optimizer: () => tf.train.adam(0.003) },
    ]) {
      const { findings } = await judge({ rules, ...trial }, 1);
      assert.deepEqual(
        findings.filter(({ severity }) => severity !== 'information'),
        [],
      );
    }
  });
});

describe('saturated units', () => {
  const rules = [saturatedUnits];
  const tanh = denseNet({ ...softmaxNet, depth: 2, activation: 'tanh' });

  for (const seed of SEEDS) {
    it(`by inputs that nobody scaled: the first layer, and the data (seed ${String(seed)})`, async () => {
      const { findings } = await judge(
        {
          rules,
          model: tanh,
          batch: (random) => {
            const { xs, ys } = classes(random);
            return { xs: tf.tidy(() => tf.add(tf.mul(xs, 50), 1000)), ys };
          },
          optimizer: () => tf.train.sgd(0.01),
        },
        seed,
      );
      const { layer, severity, message, remedies } = only(findings);
      assert.match(layer ?? '', /^hidden_1_/);
      assert.notEqual(severity, 'information');
      assert.match(
        message,
        /units of hidden_1_\d+ \(tanh\) are saturated .* from the first step on/,
      );
      assert.match(message, /the input input\d+ has mean/);
      assert.equal(remedies[0]?.id, 'scale-data');
    });

    it(`an output that is sure of wrong answers: no gradient anywhere (seed ${String(seed)})`, async () => {
      const { findings } = await judge(
        { rules, optimizer: () => tf.train.adam(0.5), steps: 160 },
        seed,
      );
      const { layer, severity, message, remedies } = only(findings);
      assert.match(layer ?? '', /^output_/);
      assert.equal(severity, 'error');
      assert.match(message, /softmax of output_\d+ answers 0 or 1 and is wrong .* stands still/);
      assert.equal(remedies[0]?.id, 'lower-learning-rate');
      assert.ok(Number(remedies[0].values?.['rate']) <= 0.05);
    });
  }

  it('nothing in nets that learn, however sure they are, and whatever their weights', async () => {
    const sharp = blobs(8, 4, 32, 0.1);
    const large = denseNet({
      ...softmaxNet,
      depth: 2,
      activation: 'tanh',
      initializer: normalWeights(2),
    });
    for (const trial of [
      { model: tanh },
      { model: tanh, batch: sharp, optimizer: () => tf.train.adam(0.05), steps: 200 },
      { model: large, batch: sharp, optimizer: () => tf.train.sgd(0.1), steps: 200 },
    ]) {
      const { findings } = await judge({ rules, ...trial }, 1);
      assert.deepEqual(findings, []);
    }
  });

  it('of the start warn where the loss stops half way; those of the training do not, nor other layers', () => {
    const probed = (atFirst: number, later: number, layer = 'hidden'): readonly Finding[] => {
      const diagnosis = new Diagnosis(RULES);
      diagnosis.setFacts([factsOf()]);
      for (let step = 1; step <= 400; step++) {
        // From chance, ln 4, to two thirds of it, and no further.
        const loss = 0.92 + 0.46 * Math.exp(-step / 15) + 0.02 * Math.sin(7 * step);
        const saturatedUnits = step === 1 ? atFirst : later;
        const values = summarize(draw(64, (random) => Math.tanh(100 * (random() - 0.5))));
        const probe = {
          samples: 128,
          loss,
          layers: { [layer]: { activation: values, units: 24, saturatedUnits } },
        };
        diagnosis.observe({ ...stepOf(step, loss), ...(step % 50 === 1 && { probe }) });
      }
      return diagnosis.findings;
    };
    const named = (findings: readonly Finding[]) =>
      findings.map(({ rule, severity, layer }) => [rule, severity, layer]);
    assert.deepEqual(named(probed(20, 18)), [['saturated-units', 'warning', 'hidden']]);
    assert.deepEqual(named(probed(0, 20)), [['saturated-units', 'information', 'hidden']]);
    assert.deepEqual(named(probed(20, 0)), []);
    assert.deepEqual(named(probed(20, 20, 'output')), [
      ['saturated-units', 'information', 'output'],
    ]);
  });
});
