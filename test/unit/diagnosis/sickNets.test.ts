// Nets that fail, trained for real: each must give exactly the finding that names its failure.
import assert from 'node:assert/strict';
import type { Finding, RuleId } from '../../../src/shared/core/finding';
import {
  blobs,
  denseNet,
  heUniform,
  linearTarget,
  normalWeights,
  tf,
  train,
  type Batch,
  type Trial,
} from './nets';

const SEEDS = [1, 2, 3];
const CROSS_ENTROPY = 'categoricalCrossentropy';
const SQUARED_ERROR = 'meanSquaredError';
const classes = blobs(8, 4, 32);
const softmaxNet = { inputs: 8, units: 32, outputs: 4, outputActivation: 'softmax' } as const;
const regressionNet = { inputs: 8, units: 32, outputs: 1 } as const;

interface Case {
  name: string;
  /** The root cause, and what must be told as its consequences. */
  rule: RuleId;
  consequences?: readonly RuleId[];
  trial: Omit<Trial, 'seed'>;
  /** Layer that the finding must name. */
  layer?: RegExp;
  message: RegExp;
  remedy: string;
  /** `error` where absent. */
  severity?: 'warning';
}

const cases: Case[] = [
  {
    name: 'ten sigmoid layers with SGD',
    rule: 'vanishing-gradient',
    trial: {
      steps: 50,
      model: denseNet({ ...softmaxNet, depth: 10, activation: 'sigmoid' }),
      batch: classes,
      optimizer: () => tf.train.sgd(0.1),
      loss: CROSS_ENTROPY,
    },
    layer: /^hidden_1_/,
    message:
      /^Gradients shrink ×0\.2\d per layer from output_\d+ to hidden_1_\d+ \(11 layers; theory for sigmoid with this initialization says ×0\.2[34]\d?\)/,
    remedy: 'change-activation',
  },
  {
    name: 'ten sigmoid layers with Adam',
    rule: 'vanishing-gradient',
    trial: {
      steps: 60,
      model: denseNet({ ...softmaxNet, depth: 10, activation: 'sigmoid' }),
      batch: classes,
      optimizer: () => tf.train.adam(0.001),
      loss: CROSS_ENTROPY,
    },
    layer: /^hidden_1_/,
    message: /shrink ×0\.2\d per layer/,
    remedy: 'change-activation',
    // Its updates do not vanish.
    severity: 'warning',
  },
  {
    name: 'six sigmoid layers, the mild case',
    rule: 'vanishing-gradient',
    trial: {
      steps: 120,
      model: denseNet({ ...softmaxNet, depth: 6, activation: 'sigmoid' }),
      batch: classes,
      optimizer: () => tf.train.sgd(0.1),
      loss: CROSS_ENTROPY,
    },
    layer: /^hidden_1_/,
    message: /shrink ×0\.2\d per layer/,
    remedy: 'change-activation',
  },
  {
    name: 'twenty sigmoid layers whose output bias still learns',
    rule: 'vanishing-gradient',
    trial: {
      steps: 80,
      model: denseNet({ ...regressionNet, units: 16, depth: 20, activation: 'sigmoid' }),
      batch: linearTarget(8, 32, 1, 0.1, 5),
      optimizer: () => tf.train.sgd(0.05),
      loss: SQUARED_ERROR,
    },
    layer: /^hidden_1_/,
    message: /shrink ×0\.2\d per layer/,
    remedy: 'change-activation',
  },
  {
    name: 'twelve ReLU layers with weights that are too small',
    rule: 'poor-initialization',
    consequences: ['vanishing-gradient'],
    trial: {
      steps: 90,
      model: denseNet({
        ...softmaxNet,
        depth: 12,
        activation: 'relu',
        initializer: normalWeights(0.02),
      }),
      batch: classes,
      optimizer: () => tf.train.sgd(0.1),
      loss: CROSS_ENTROPY,
    },
    layer: /^hidden_1_/,
    message:
      /^The initial weights let \S+ of a signal through.* outputs shrink ×0\.0\d+ per layer; theory for relu with this initialization says ×0\.0\d+\. The loss does not improve/,
    remedy: 'change-initializer',
  },
  {
    name: 'a learning rate that is far too large',
    rule: 'exploding-gradient',
    trial: {
      steps: 20,
      model: denseNet({ ...regressionNet, depth: 3, activation: 'relu', initializer: heUniform }),
      batch: linearTarget(8, 32),
      optimizer: () => tf.train.sgd(1),
      loss: SQUARED_ERROR,
    },
    message: /until values overflow to NaN or infinity in .* at step \d+/,
    remedy: 'lower-learning-rate',
  },
  {
    name: 'a learning rate just beyond stability',
    rule: 'exploding-gradient',
    trial: {
      steps: 60,
      model: denseNet({ ...regressionNet, depth: 0, activation: 'linear' }),
      batch: linearTarget(8, 32),
      optimizer: () => tf.train.sgd(1.1),
      loss: SQUARED_ERROR,
    },
    layer: /^output_/,
    message: /The gradient norm grows ×/,
    remedy: 'lower-learning-rate',
  },
  {
    name: 'a large rate with momentum in a tanh net',
    rule: 'exploding-gradient',
    trial: {
      steps: 50,
      model: denseNet({ ...regressionNet, depth: 3, activation: 'tanh' }),
      batch: linearTarget(8, 32),
      optimizer: () => tf.train.momentum(0.5, 0.9),
      loss: SQUARED_ERROR,
    },
    message: /grows ×/,
    remedy: 'lower-learning-rate',
  },
  {
    name: 'sixteen layers with weights twice too large',
    rule: 'poor-initialization',
    consequences: ['exploding-gradient', 'non-finite'],
    trial: {
      steps: 15,
      model: denseNet({
        ...regressionNet,
        units: 64,
        depth: 16,
        activation: 'relu',
        initializer: normalWeights(0.36),
      }),
      batch: linearTarget(8, 32),
      optimizer: () => tf.train.sgd(0.001),
      loss: SQUARED_ERROR,
    },
    message: /^The initial weights let signals grow ×.* outputs grow ×2.* Training has blown up/,
    remedy: 'change-initializer',
  },
  {
    name: 'a classifier whose weights one step throws off',
    rule: 'exploding-gradient',
    trial: {
      steps: 40,
      model: denseNet({ ...softmaxNet, depth: 4, activation: 'relu', initializer: heUniform }),
      batch: classes,
      optimizer: () => tf.train.sgd(10),
      loss: CROSS_ENTROPY,
    },
    message: /the loss leapt from \S+ to \S+ and has not come back/,
    remedy: 'lower-learning-rate',
  },
  {
    name: 'weights so large that the first forward pass overflows',
    rule: 'poor-initialization',
    consequences: ['exploding-gradient', 'non-finite'],
    trial: {
      steps: 5,
      model: denseNet({
        ...regressionNet,
        depth: 20,
        activation: 'relu',
        initializer: normalWeights(30),
      }),
      batch: linearTarget(8, 32),
      optimizer: () => tf.train.sgd(0.01),
      loss: SQUARED_ERROR,
    },
    message: /^The initial weights let signals grow ×.* outputs grow ×1\d\d per layer/,
    remedy: 'change-initializer',
  },
];

function assertSound(finding: Finding): void {
  const { evidence, remedies, reference, firstStep, lastStep, rule } = finding;
  const isBelow =
    rule === 'vanishing-gradient' || (rule === 'poor-initialization' && evidence.threshold < 1);
  const crossed = isBelow
    ? evidence.measured < evidence.threshold
    : evidence.measured >= evidence.threshold;
  assert.ok(crossed, `${String(evidence.measured)} against ${String(evidence.threshold)}`);
  assert.ok(firstStep >= 1 && lastStep >= firstStep);
  assert.ok(reference.length > 20 && remedies.length >= 2);
  for (const { id, layers, values } of remedies) {
    if (id === 'change-initializer') assert.ok(layers?.length && values?.['initializer']);
    if (id === 'lower-learning-rate') assert.ok(Number(values?.['rate']) > 0);
  }
  assert.doesNotMatch(finding.message, /NaN RMS|undefined|null/);
}

describe('nets that fail', () => {
  for (const { name, rule, consequences, trial, layer, message, remedy, severity } of cases) {
    for (const seed of SEEDS) {
      it(`${rule}: ${name} (seed ${String(seed)})`, async () => {
        const { findings } = await train({ ...trial, seed });
        assert.deepEqual(
          findings.map((finding) => finding.rule),
          [rule],
        );
        const [finding] = findings;
        assert.ok(finding);
        assertSound(finding);
        const folded = finding.consequences?.map((consequence) => consequence.rule) ?? [];
        for (const expected of consequences ?? []) assert.ok(folded.includes(expected), expected);
        assert.match(finding.message, message);
        if (layer) assert.match(finding.layer ?? '', layer);
        assert.equal(finding.remedies[0]?.id, remedy);
        assert.equal(finding.severity, severity ?? 'error');
        assert.equal(finding.closedStep, undefined);
      });
    }
  }
});

describe('non-finite values', () => {
  const net = denseNet({ ...softmaxNet, depth: 3, activation: 'relu', initializer: heUniform });
  /** From step `from` on, one element of the batch is `value`. */
  const poisoned =
    (part: 'xs' | 'ys', value: number, from: number): Trial['batch'] =>
    (random, step) => {
      const batch = classes(random);
      if (step < from) return batch;
      const data = Float32Array.from(batch[part].dataSync());
      data[3] = value;
      const wrong: Batch = { ...batch, [part]: tf.tensor(data, batch[part].shape) };
      batch[part].dispose();
      return wrong;
    };
  const trial = {
    steps: 25,
    model: net,
    optimizer: () => tf.train.adam(0.001),
    loss: CROSS_ENTROPY,
  };

  it('in the data from the first step: the data themselves, once', async () => {
    const { findings } = await train({ ...trial, seed: 1, batch: poisoned('xs', NaN, 1) });
    assert.deepEqual(
      findings.map(({ rule, severity }) => [rule, severity]),
      [['data-range', 'error']],
    );
    assert.match(findings[0]?.message ?? '', /NaN/);
    assert.equal(findings[0]?.remedies[0]?.id, 'check-data');
  });
  it("in the data from step 7: the first layer's output, and the data once they were seen", async () => {
    const { findings } = await train({ ...trial, seed: 1, batch: poisoned('xs', NaN, 7) });
    const [finding, ...more] = findings;
    assert.ok(more.every(({ rule }) => rule === 'data-range'));
    assert.equal(finding?.rule, 'non-finite');
    assert.match(finding.layer ?? '', /^hidden_1_/);
    assert.equal(finding.firstStep, 7);
    assert.match(finding.message, /the input data of this batch has NaN or infinite values/);
    assert.equal(finding.remedies[0]?.id, 'check-data');
  });
  it('in the labels: the loss, while all outputs are finite', async () => {
    const { findings } = await train({ ...trial, seed: 1, batch: poisoned('ys', NaN, 5) });
    const [finding, ...more] = findings;
    const others = more.filter(({ rule }) => rule !== 'data-range').map(({ message }) => message);
    assert.deepEqual(others, []);
    assert.equal(finding?.rule, 'non-finite');
    assert.equal(finding.firstStep, 5);
    assert.equal(finding.layer, undefined);
    assert.match(finding.message, /the loss is NaN while all layer outputs are finite/);
    assert.equal(finding.remedies[0]?.id, 'check-labels');
  });
});
