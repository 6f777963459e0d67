// Initial weights, good and bad, on real nets under tap, facts and probes; the rule alone is asked.
import assert from 'node:assert/strict';
import type * as tfjs from '@tensorflow/tfjs';
import { poorInitialization } from '../../../src/shared/core/diagnosis/rules/poorInitialization';
import type { Finding } from '../../../src/shared/core/finding';
import {
  blobs,
  denseNet,
  glorotUniform,
  heUniform,
  images,
  linearTarget,
  normalWeights,
  tf,
  train,
  type Trial,
} from './nets';

/** tfjs does not export the class. */
type Initializer = NonNullable<Parameters<typeof tfjs.layers.dense>[0]['kernelInitializer']>;

const classes = blobs(8, 4, 32);
const classifier = { inputs: 8, units: 32, outputs: 4, outputActivation: 'softmax' } as const;
const adam = () => tf.train.adam(0.003);
const constant = (value: number) => () => tf.initializers.constant({ value });

async function findings(trial: Partial<Trial>, seed = 1): Promise<readonly Finding[]> {
  const outcome = await train({
    steps: 1,
    batch: classes,
    optimizer: adam,
    loss: 'categoricalCrossentropy',
    model: () => {
      throw new Error('A trial needs a model.');
    },
    rules: [poorInitialization],
    ...trial,
    seed,
  });
  return outcome.findings;
}

async function only(trial: Partial<Trial>, seed = 1): Promise<Finding> {
  const found = await findings(trial, seed);
  assert.equal(found.length, 1);
  return found[0]!;
}

/** Two hidden layers; each part as given, sound ones elsewhere. */
function twoLayers(
  options: {
    activation?: 'relu' | 'tanh' | 'sigmoid';
    first?: Initializer;
    second?: Initializer;
    output?: Initializer;
    bias?: number;
    dropout?: boolean;
  } = {},
): Trial['model'] {
  return (seed) => {
    const { activation = 'relu', first, second, output, bias = 0 } = options;
    const shared = { units: 16, activation, biasInitializer: constant(bias)() };
    return tf.sequential({
      layers: [
        tf.layers.dense({
          ...shared,
          name: 'first',
          inputShape: [8],
          kernelInitializer: first ?? heUniform(seed()),
        }),
        ...(options.dropout ? [tf.layers.dropout({ rate: 0.5, seed: seed() })] : []),
        tf.layers.dense({
          ...shared,
          name: 'second',
          kernelInitializer: second ?? heUniform(seed()),
        }),
        tf.layers.dense({
          name: 'output',
          units: 4,
          activation: 'softmax',
          kernelInitializer: output ?? glorotUniform(seed()),
        }),
      ],
    });
  };
}

describe('initial weights that are all equal', () => {
  it('in two layers that follow each other: an error before the first update, for ever', async () => {
    const same = constant(0.1)();
    const model = twoLayers({ activation: 'tanh', first: same, second: same });
    const finding = await only({ model, steps: 30 });
    assert.equal(finding.severity, 'error');
    assert.equal(finding.layer, 'first');
    assert.deepEqual(finding.relatedLayers, ['second']);
    assert.equal(finding.firstStep, 1);
    assert.match(finding.message, /start at 0\.1.*its 16 units are copies of each other/);
    assert.deepEqual(finding.remedies[0]?.values, {
      initializer: 'glorotUniform',
      option: 'kernelInitializer',
    });
  });

  it('zero, with ReLU: no gradient at all', async () => {
    const finding = await only({ model: twoLayers({ second: tf.initializers.zeros() }) });
    assert.equal(finding.severity, 'error');
    assert.equal(finding.layer, 'second');
    assert.match(finding.message, /relu has neither output nor slope/);
  });

  it('are nothing where random weights, dropout or labels tell the units apart', async () => {
    const zeros = tf.initializers.zeros();
    const same = constant(0.1)();
    for (const model of [
      twoLayers({ output: zeros }),
      twoLayers({ activation: 'tanh', first: same }),
      twoLayers({ activation: 'tanh', first: same, second: same, dropout: true }),
      twoLayers({ first: zeros, bias: 0.1 }),
    ]) {
      assert.deepEqual(await findings({ model }), []);
    }
  });

  it('are nothing at the end of a residual branch', async () => {
    const model: Trial['model'] = (seed) => {
      const input = tf.input({ shape: [8] });
      const dense = (units: number, kernelInitializer: Initializer) =>
        tf.layers.dense({ units, kernelInitializer, activation: 'relu' });
      const x = dense(16, heUniform(seed())).apply(input) as tfjs.SymbolicTensor;
      const branch = dense(16, tf.initializers.zeros()).apply(x) as tfjs.SymbolicTensor;
      const sum = tf.layers.add().apply([x, branch]) as tfjs.SymbolicTensor;
      const output = tf.layers.dense({ units: 4, activation: 'softmax' }).apply(sum);
      return tf.model({ inputs: input, outputs: output as tfjs.SymbolicTensor });
    };
    assert.deepEqual(await findings({ model }), []);
  });

  it('unit by unit, as only the probes can tell', async () => {
    const model: Trial['model'] = (seed) => {
      const made = twoLayers({ activation: 'tanh' })(seed);
      // Each input has its weight, the same for all units; and each unit is read alike.
      const [first, second] = [made.getLayer('first'), made.getLayer('second')];
      tf.tidy(() => {
        first.setWeights([
          tf.tile(tf.randomNormal([8, 1], 0, 0.5, 'float32', 3), [1, 16]),
          tf.zeros([16]),
        ]);
        second.setWeights([
          tf.tile(tf.randomNormal([1, 16], 0, 0.1, 'float32', 4), [16, 1]),
          tf.zeros([16]),
        ]);
      });
      return made;
    };
    const finding = await only({ model, steps: 25 });
    assert.equal(finding.severity, 'error');
    assert.equal(finding.layer, 'first');
    assert.match(
      finding.message,
      /The 16 units of first started as copies of each other and still are/,
    );
  });
});

describe('initial biases', () => {
  it('that silence every unit: an error', async () => {
    // Units are counted once there are samples enough.
    const finding = await only({ model: twoLayers({ bias: -30 }), steps: 25 });
    assert.equal(finding.severity, 'error');
    assert.match(
      finding.message,
      /The bias of first starts at -30, .* 100 % of its units are dead/,
    );
    assert.deepEqual(finding.remedies[0]?.values, {
      initializer: 'zeros',
      option: 'biasInitializer',
    });
  });

  it('that drown the input: a warning once the loss does not get below a constant answer', async () => {
    const trial = { model: twoLayers({ bias: 1000 }), optimizer: () => tf.train.sgd(0.01) };
    assert.equal((await only(trial)).severity, 'information');
    const finding = await only({ ...trial, steps: 120 });
    assert.notEqual(finding.severity, 'information');
    assert.match(finding.message, /outputs hardly depend on the input, and the first loss is/);
  });

  it('of usual size are nothing', async () => {
    for (const bias of [0.01, 0.1, 1]) {
      assert.deepEqual(await findings({ model: twoLayers({ bias }) }), [], String(bias));
    }
  });
});

describe('the scale of initial weights', () => {
  it('too small: information while nothing is known, an error when nothing is learnt', async () => {
    const model = denseNet({
      ...classifier,
      depth: 4,
      activation: 'relu',
      initializer: normalWeights(1e-3),
    });
    const trial = { model, optimizer: () => tf.train.sgd(0.05) };
    assert.equal((await only(trial)).severity, 'information');
    const finding = await only({ ...trial, steps: 90 });
    assert.equal(finding.severity, 'error');
    assert.match(finding.layer ?? '', /^hidden_[12]_/);
    assert.equal(finding.relatedLayers?.length, 3);
    assert.equal(finding.remedies[0]?.values?.['initializer'], 'heUniform');
    assert.match(finding.message, /standard deviation of \S+, where \S+ suits relu/);
  });

  it('too small, but training gets out: information at most', async () => {
    const model = denseNet({
      ...classifier,
      depth: 3,
      activation: 'relu',
      initializer: normalWeights(1e-3),
    });
    const { findings: found, losses } = await train({
      steps: 200,
      seed: 1,
      model,
      batch: classes,
      optimizer: adam,
      loss: 'categoricalCrossentropy',
      rules: [poorInitialization],
    });
    assert.ok(losses.at(-1)! < 0.5 * losses[0]!);
    assert.deepEqual(
      found.map(({ severity }) => severity),
      ['information'],
    );
  });

  it('too large: the first loss is beside it, and a warning while it stays above guessing', async () => {
    const model = denseNet({
      ...classifier,
      depth: 3,
      activation: 'relu',
      initializer: normalWeights(1),
    });
    const finding = await only({ model, steps: 210, optimizer: () => tf.train.sgd(0.05) });
    assert.notEqual(finding.severity, 'information');
    assert.match(finding.message, /The first loss is \S+, ×\S+ that of a constant answer \(1\.4\)/);
  });

  it('of the output layer alone', async () => {
    const output = tf.initializers.randomNormal({ stddev: 30, seed: 5 });
    const finding = await only({ model: twoLayers({ output }) });
    assert.equal(finding.layer, 'output');
    assert.deepEqual(finding.relatedLayers ?? [], []);
    assert.equal(finding.remedies[0]?.values?.['initializer'], 'glorotUniform');
  });

  it('growing in a recurrent state, which only the probe sees', async () => {
    const model: Trial['model'] = (seed) =>
      tf.sequential({
        layers: [
          tf.layers.simpleRNN({
            name: 'state',
            units: 12,
            activation: 'relu',
            inputShape: [16, 2],
            kernelInitializer: heUniform(seed()),
            recurrentInitializer: tf.initializers.randomNormal({ stddev: 1.5, seed: seed() }),
          }),
          tf.layers.dense({ units: 1, kernelInitializer: glorotUniform(seed()) }),
        ],
      });
    const flat = linearTarget(32, 32);
    const finding = await only({
      model,
      loss: 'meanSquaredError',
      batch: (random) => {
        const { xs, ys } = flat(random);
        const sequence = xs.reshape([32, 16, 2]);
        xs.dispose();
        return { xs: sequence, ys };
      },
    });
    assert.equal(finding.layer, 'state');
    assert.match(finding.message, /its state grows in every step of the sequence/);
    assert.equal(finding.remedies[0]?.values?.['option'], 'recurrentInitializer');
  });
});

describe('usual initializations are sound', () => {
  const { initializers } = tf;
  const makers: Record<string, (seed: number) => Initializer> = {
    glorotUniform: (seed) => initializers.glorotUniform({ seed }),
    glorotNormal: (seed) => initializers.glorotNormal({ seed }),
    heUniform: (seed) => initializers.heUniform({ seed }),
    heNormal: (seed) => initializers.heNormal({ seed }),
    leCunUniform: (seed) => initializers.leCunUniform({ seed }),
    orthogonal: (seed) => initializers.orthogonal({ gain: 1, seed }),
    'normal, 0.1': (seed) => initializers.randomNormal({ stddev: 0.1, seed }),
    'uniform, ±0.05': (seed) => initializers.randomUniform({ minval: -0.05, maxval: 0.05, seed }),
  };
  for (const [name, initializer] of Object.entries(makers)) {
    it(`${name}, for three layers of any activation`, async () => {
      for (const activation of ['relu', 'tanh', 'sigmoid', 'elu', 'linear'] as const) {
        const model = denseNet({ ...classifier, depth: 3, activation, initializer });
        assert.deepEqual(await findings({ model }), [], activation);
      }
    });
  }

  it('for narrow, wide and uneven nets, and for convolutions', async () => {
    const stack =
      (units: readonly number[], activation: 'relu' | 'tanh'): Trial['model'] =>
      (seed) =>
        tf.sequential({
          layers: units.map((size, i) =>
            tf.layers.dense({
              units: size,
              activation: i === units.length - 1 ? 'linear' : activation,
              kernelInitializer: glorotUniform(seed()),
              ...(i === 0 && { inputShape: [8] }),
            }),
          ),
        });
    for (const units of [[1], [2, 1], [256, 1], [64, 16, 2, 16, 64, 1], [4, 64, 4, 64, 4, 1]]) {
      for (const activation of ['relu', 'tanh'] as const) {
        const trial = { model: stack(units, activation), batch: linearTarget(8, 32) };
        const found = await findings({ ...trial, loss: 'meanSquaredError' });
        assert.deepEqual(found, [], `${activation} ${String(units)}`);
      }
    }
    const conv: Trial['model'] = (seed) =>
      tf.sequential({
        layers: [
          tf.layers.conv2d({
            filters: 6,
            kernelSize: 3,
            activation: 'relu',
            inputShape: [8, 8, 1],
            kernelInitializer: glorotUniform(seed()),
          }),
          tf.layers.maxPooling2d({ poolSize: 2 }),
          tf.layers.conv2d({
            filters: 8,
            kernelSize: 2,
            activation: 'relu',
            kernelInitializer: glorotUniform(seed()),
          }),
          tf.layers.flatten(),
          tf.layers.dense({
            units: 4,
            activation: 'softmax',
            kernelInitializer: glorotUniform(seed()),
          }),
        ],
      });
    assert.deepEqual(await findings({ model: conv, batch: images(16) }), []);
  });
});
