// Steps that break, computed again: the operation that made the first value that is not finite, in real
// nets on tfjs's cpu backend.
import assert from 'node:assert/strict';
import type * as tfjs from '@tensorflow/tfjs';
import { CountedRandom } from '../../../webview/runtime/countedRandom';
import { watchBreaks, type RawAutopsy } from '../../../webview/runtime/diagnosis/autopsy';
import { Diagnosis } from '../../../src/shared/core/diagnosis/engine';
import type { Finding } from '../../../src/shared/core/finding';
import { seededRandom, randomNormal } from '../../../src/shared/core/random';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import { installTap } from '../../../src/shared/tap';
import { createTypedArrayStatistics } from '../../../webview/runtime/statistics/typedArray';
import { tf } from './nets';

type Loss = (labels: tfjs.Tensor, predictions: tfjs.Tensor) => tfjs.Tensor;

interface Broken {
  /** Layers between input (4) and output (2). */
  layers?: tfjs.layers.Layer[];
  output?: 'linear' | 'softmax' | 'sigmoid' | 'relu';
  loss?: Loss | string;
  rate?: number;
  steps?: number;
  /** Changes the data of a step. */
  spoil?: (step: number, xs: Float32Array, ys: Float32Array) => unknown;
  random?: CountedRandom;
  maxBytes?: number;
}

interface Outcome {
  found: RawAutopsy[];
  records: StepRecord[];
  findings: readonly Finding[];
  weights: number[];
  numTensors: number[];
  numBuffers: number[];
}

/** Trains a net; `watched: false`: the same without autopsy. */
async function train(broken: Broken, watched = true): Promise<Outcome> {
  await tf.setBackend('cpu');
  const statistics = createTypedArrayStatistics((tensor) => tensor.dataSync());
  const records: StepRecord[] = [];
  const found: RawAutopsy[] = [];
  const diagnosis = new Diagnosis();
  const tap = installTap<object>(tf, {
    statistics,
    sampling: { everySteps: 1, activationEverySteps: 1 },
    captureSite: () => ({}),
    onRecords: (list) => {
      records.push(...list);
      watch?.observe(list);
    },
    onLayers: (layers) => void diagnosis.setLayers(layers),
    onStep: () => undefined,
    now: () => 0,
  });
  const { random, maxBytes } = broken;
  const watch = watched
    ? watchBreaks(tf, tap, {
        onAutopsy: (one) => found.push(one),
        ...(random && { random }),
        ...(maxBytes !== undefined && { maxBytes }),
      })
    : undefined;
  const drawn = Math.random;
  const numTensors: number[] = [];
  const numBuffers: number[] = [];
  let weights: number[];
  try {
    if (random) Math.random = random.next;
    const draw = seededRandom(3);
    const input = tf.input({ shape: [4], name: `input_${String(names++)}` });
    let x: tfjs.SymbolicTensor = input;
    for (const layer of broken.layers ?? []) x = layer.apply(x) as tfjs.SymbolicTensor;
    const output = tf.layers
      .dense({
        name: `output_${String(names++)}`,
        units: 2,
        activation: broken.output ?? 'linear',
        kernelInitializer: tf.initializers.glorotUniform({ seed: 4 }),
      })
      .apply(x) as tfjs.SymbolicTensor;
    const model = tf.model({ inputs: input, outputs: output });
    const { loss = 'meanSquaredError' } = broken;
    model.compile({
      optimizer: tf.train.sgd(broken.rate ?? 0.01),
      loss,
      metrics: ['mse'],
    });
    for (let step = 1; step <= (broken.steps ?? 6); step++) {
      const xs = Float32Array.from({ length: 32 }, () => randomNormal(draw));
      const ys = Float32Array.from({ length: 16 }, (_, i) => (i % 2 === step % 2 ? 1 : 0));
      broken.spoil?.(step, xs, ys);
      const batch = [tf.tensor2d(xs, [8, 4]), tf.tensor2d(ys, [8, 2])] as const;
      await model.trainOnBatch(batch[0], batch[1]);
      tf.dispose([...batch]);
      numTensors.push(tf.memory().numTensors);
      numBuffers.push(tf.memory().numDataBuffers);
    }
    tap.flush();
    watch?.perform();
    weights = model.getWeights().flatMap((weight) => [...weight.dataSync()]);
    model.dispose();
  } finally {
    Math.random = drawn;
    watch?.uninstall();
    tap.uninstall();
  }
  for (const record of records) diagnosis.observe(record);
  for (const { autopsy } of found) diagnosis.setAutopsy(autopsy);
  return { found, records, findings: diagnosis.findings, weights, numTensors, numBuffers };
}

let names = 0;

function dense(
  name: string,
  options: Partial<Parameters<typeof tf.layers.dense>[0]> = {},
): tfjs.layers.Layer {
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
  return tf.layers.dense({ name, units: 6, kernelInitializer, ...options });
}

/** A layer of the program's own. */
class Apply extends tf.layers.Layer {
  static readonly className = 'Apply';
  constructor(
    name: string,
    private readonly compute: (x: tfjs.Tensor) => tfjs.Tensor,
  ) {
    super({ name });
  }
  override computeOutputShape(shape: tfjs.Shape): tfjs.Shape {
    return shape;
  }
  override call(inputs: tfjs.Tensor | tfjs.Tensor[]): tfjs.Tensor {
    return tf.tidy(() => this.compute(Array.isArray(inputs) ? inputs[0]! : inputs));
  }
}

/** A net whose loss takes the logarithm of zero. */
function logLossOf(name: string): Broken {
  return {
    layers: [dense(name, { units: 3, kernelInitializer: tf.initializers.ones() })],
    output: 'relu',
    spoil: (step, xs) => step === 4 && xs.fill(-4),
    loss: function crossEntropyByHand(labels, predictions) {
      return tf.neg(tf.sum(tf.mul(labels, tf.log(predictions)), -1));
    },
  };
}

/** The one autopsy of a run. */
async function autopsyOf(broken: Broken) {
  const { found, findings } = await train(broken);
  assert.equal(found.length, 1);
  const [{ autopsy, stack }] = found as [RawAutopsy];
  return { ...autopsy, stack, findings };
}

describe('the autopsy of a step', () => {
  it('a loss that takes the logarithm of zero, at the line that does', async () => {
    const logLoss: Loss = function crossEntropyByHand(labels, predictions) {
      return tf.neg(tf.sum(tf.mul(labels, tf.log(predictions)), -1));
    };
    const spoil: Broken['spoil'] = (step, xs) => {
      if (step === 4) xs.fill(-4);
    };
    const kernel = tf.initializers.ones();
    const layers = [dense('first_a', { units: 3, kernelInitializer: kernel })];
    const { findings, ...found } = await autopsyOf({
      layers,
      output: 'relu',
      loss: logLoss,
      spoil,
    });
    assert.equal(found.stage, 'loss');
    assert.equal(found.cause, 'log-of-zero');
    assert.equal(found.operation, 'Log');
    assert.equal(found.operands?.[0]?.min, 0);
    assert.ok(found.stack.some((line) => line.includes('crossEntropyByHand')));
    assert.ok(!found.stack.some((line) => line.includes('trainOnBatch')));
    const [finding] = findings.filter(({ rule }) => rule === 'non-finite');
    assert.match(
      finding?.message ?? '',
      /Log in the loss, the first operation .* logarithm of zero/,
    );
    assert.equal(finding?.remedies[0]?.id, 'check-loss');
  });

  it('an exponential in a layer of the program', async () => {
    const layers = [dense('first_b'), new Apply('grow_b', (x) => tf.exp(tf.mul(x, 1000)))];
    const found = await autopsyOf({ layers });
    assert.deepEqual(
      [found.step, found.stage, found.cause, found.operation, found.layer],
      [1, 'forward', 'exp-overflow', 'Exp', 'grow_b'],
    );
    assert.ok((found.operands?.[0]?.max ?? 0) > 88.7);
    assert.ok(found.posInfs > 0 && found.nans === 0);
  });

  it('a root at zero, whose derivative is infinite while the loss is finite', async () => {
    const layers = [
      dense('first_c', { activation: 'relu' }),
      new Apply('root_c', (x) => tf.sqrt(x)),
    ];
    const found = await autopsyOf({ layers });
    assert.deepEqual(
      [found.stage, found.cause, found.operation, found.layer],
      ['backward', 'infinite-derivative', 'Sqrt', 'root_c'],
    );
    assert.equal(found.operands?.[0]?.min, 0);
    assert.match(found.tensor ?? '', /first_c/);
  });

  it('a division by zero in the loss', async () => {
    const loss: Loss = (labels, predictions) => tf.div(predictions, tf.sub(labels, labels));
    const found = await autopsyOf({ loss });
    assert.deepEqual([found.stage, found.cause], ['loss', 'division-by-zero']);
  });

  for (const part of ['inputs', 'labels'] as const) {
    it(`NaN in the ${part}`, async () => {
      const spoil: Broken['spoil'] = (step, xs, ys) => {
        if (step === 3) (part === 'inputs' ? xs : ys)[5] = NaN;
      };
      const found = await autopsyOf({ layers: [dense('first_' + part)], spoil });
      assert.deepEqual([found.step, found.stage, found.cause], [3, 'data', part]);
      assert.deepEqual([found.nans, found.operation], [1, undefined]);
    });
  }

  it('weights that overflow in a product', async () => {
    const layers = [1, 2, 3].map((i) =>
      dense(`wide_${String(i)}`, {
        kernelInitializer: tf.initializers.constant({ value: 1e15 }),
      }),
    );
    const found = await autopsyOf({ layers });
    assert.deepEqual([found.stage, found.cause, found.layer], ['forward', 'overflow', 'wide_3']);
  });

  it('not a mask of minus infinity that a softmax takes away', async () => {
    const mask = tf.tensor1d([0, 0, 0, 0, 0, -Infinity]);
    const layers = [
      dense('first_d'),
      new Apply('masked_d', (x) => tf.softmax(tf.add(x, mask))),
      new Apply('grow_d', (x) => tf.log(tf.sub(x, x))),
    ];
    const found = await autopsyOf({ layers });
    mask.dispose();
    assert.deepEqual([found.cause, found.layer], ['log-of-zero', 'grow_d']);
  });

  it('under the numbers that dropout drew', async () => {
    // Breaks only where dropout leaves a row without a single value.
    const layers = [
      tf.layers.dropout({ rate: 0.6 }),
      new Apply('norm_e', (x) => tf.div(x, tf.sum(tf.abs(x), -1, true))),
    ];
    const random = new CountedRandom(5);
    const found = await autopsyOf({ layers, random, steps: 40 });
    assert.deepEqual([found.cause, found.layer], ['division-by-zero', 'norm_e']);
  });

  it('is silent where the update overflows, and where nothing breaks', async () => {
    const { found, records } = await train({ layers: [dense('first_f')], rate: 3e38, steps: 1 });
    assert.equal(found.length, 0);
    assert.ok(Object.values(records[0]?.layers ?? {}).some(({ weight }) => weight.posInfs > 0));
    const sound = await train({ layers: [dense('first_g')] });
    assert.equal(sound.found.length, 0);
  });

  it('changes nothing in a run that goes on: weights, moving averages, random numbers, memory', async () => {
    const make = (): Broken => ({
      layers: [dense(`first_h${String(names++)}`), tf.layers.batchNormalization()],
      steps: 40,
      random: new CountedRandom(7),
      // Infinite at one step, with finite gradients.
      spoil: (step, _, ys) => step === 9 && ys.fill(200),
      loss: (labels, predictions) => {
        const error = tf.squaredDifference(tf.minimum(labels, 1), predictions);
        return tf.add(error, tf.where(tf.greater(labels, 100), Infinity, Math.random()));
      },
    });
    const watched = await train(make());
    const alone = await train(make(), false);
    assert.deepEqual(
      watched.found.map(({ autopsy }) => [autopsy.step, autopsy.stage, autopsy.cause]),
      [[9, 'loss', 'constant']],
    );
    assert.deepEqual(watched.weights, alone.weights);
    assert.deepEqual(
      watched.records.map(({ loss }) => loss),
      alone.records.map(({ loss }) => loss),
    );
    assert.deepEqual(new Set(watched.numTensors).size, 1);
    assert.deepEqual(watched.numBuffers.slice(20), new Array(20).fill(watched.numBuffers[39]));
    const held = (watched.numBuffers[39] ?? 0) - (watched.numBuffers[0] ?? 0);
    assert.ok(held <= 0, `${String(held)} buffers`);
  });

  it('holds no more than it may', async () => {
    // Weights and batch of a step are 284 bytes.
    const { found } = await train({ ...logLossOf('first_i'), maxBytes: 200 });
    assert.equal(found.length, 0);
    const within = await train({ ...logLossOf('first_j'), maxBytes: 1000 });
    assert.equal(within.found.length, 1);
  });
});
