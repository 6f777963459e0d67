// Choice of the backend, and the completed wasm backend: every kind of layer trains on it, with the
// gradients of the cpu backend.
import assert from 'node:assert/strict';
import { RuntimeBench, type RunSetup } from './harness';
import { FIT } from './programs';

/** Layers as code, with the shape of their input. */
const LAYERS: readonly [code: string, shape: readonly number[]][] = [
  ['conv2d({ filters: 3, kernelSize: 3 })', [7, 6, 2]],
  ["conv2d({ filters: 3, kernelSize: 3, padding: 'same' })", [7, 6, 2]],
  ['conv2d({ filters: 3, kernelSize: [2, 3], strides: 2 })', [8, 7, 2]],
  ["conv2d({ filters: 3, kernelSize: [3, 2], strides: [2, 3], padding: 'same' })", [8, 9, 2]],
  ['conv2d({ filters: 4, kernelSize: 1 })', [5, 5, 3]],
  ['conv2d({ filters: 2, kernelSize: 5, strides: 3 })', [12, 11, 1]],
  ["conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, padding: 'same' })", [4, 5, 3]],
  ['depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 })', [6, 7, 2]],
  ["depthwiseConv2d({ kernelSize: 3, strides: 2, padding: 'same' })", [6, 6, 3]],
  ["separableConv2d({ filters: 3, kernelSize: 3, padding: 'same' })", [6, 6, 2]],
  ['conv1d({ filters: 3, kernelSize: 3 })', [9, 2]],
  ['conv3d({ filters: 2, kernelSize: 2 })', [4, 4, 4, 2]],
  ['maxPooling2d({ poolSize: 2 })', [6, 6, 2]],
  ["maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' })", [7, 6, 2]],
  ['maxPooling3d({ poolSize: 2 })', [4, 4, 4, 2]],
  ["averagePooling3d({ poolSize: 2, padding: 'same' })", [5, 4, 4, 2]],
  [
    "conv2d({ filters: 2, kernelSize: 2, strides: 3, padding: 'same', activation: 'relu' })",
    [9, 9, 2],
  ],
  ["conv3d({ filters: 2, kernelSize: 2, strides: 2, padding: 'same' })", [5, 4, 4, 2]],
  ["averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' })", [6, 6, 2]],
  ['globalAveragePooling2d({})', [5, 5, 2]],
  ['globalMaxPooling1d({})', [5, 2]],
  ['batchNormalization({})', [6, 3]],
  ['layerNormalization({})', [6, 3]],
  ['upSampling2d({ size: [2, 2] })', [3, 3, 2]],
  ['lstm({ units: 4 })', [5, 3]],
  ['gru({ units: 4, returnSequences: true })', [5, 3]],
  ['simpleRNN({ units: 4 })', [5, 3]],
  ['bidirectional({ layer: tf.layers.lstm({ units: 3 }) })', [4, 2]],
  ['timeDistributed({ layer: tf.layers.dense({ units: 3 }) })', [4, 2]],
  ['embedding({ inputDim: 7, outputDim: 3 })', [5]],
  ['prelu({})', [4]],
  ['elu({})', [4]],
  ['leakyReLU({})', [4]],
  ["dense({ units: 3, activation: 'selu' })", [4]],
  ["dense({ units: 3, activation: 'softplus' })", [4]],
  ["dense({ units: 3, activation: 'swish' })", [4]],
  ["dense({ units: 3, activation: 'mish' })", [4]],
  ["dense({ units: 3, activation: 'gelu' })", [4]],
  ["dense({ units: 3, activation: 'hardSigmoid' })", [4]],
  ["dense({ units: 3, activation: 'softsign' })", [4]],
  ['dense({ units: 3, kernelRegularizer: tf.regularizers.l1l2({}) })', [4]],
  ['cropping2D({ cropping: [[1, 1], [0, 1]] })', [5, 5, 2]],
  ['zeroPadding2d({ padding: [[1, 0], [2, 1]] })', [4, 4, 2]],
  ['repeatVector({ n: 3 })', [4]],
  ['permute({ dims: [2, 1] })', [3, 4]],
];

/** Operations that layers do not use, as functions of `x` of shape [3, 4]. */
const OPERATIONS: readonly string[] = [
  'tf.cumsum(x, 1)',
  'tf.depthwiseConv2d(x.reshape([1, 3, 4, 1]), tf.ones([2, 2, 1, 2]), 3, "same")',
  'tf.conv2d(x.reshape([1, 3, 4, 1]), tf.ones([1, 2, 1, 2]), 3, "same")',
  'tf.squaredDifference(x, tf.ones([3, 4]))',
  'tf.gather(x, tf.tensor1d([2, 0, 0], "int32"))',
  'tf.logSumExp(x, 1)',
  'tf.logSoftmax(x)',
  'tf.unsortedSegmentSum(x, tf.tensor1d([0, 1, 0], "int32"), 2)',
  'tf.where(tf.isNaN(x), tf.zerosLike(x), x)',
  'tf.pow(x.abs().add(0.1), 2.5)',
  'tf.norm(x)',
  'tf.moments(x, 1).variance',
  'tf.stack([x, x.mul(3)], 1)',
  'tf.concat([x, x.square()], 0)',
  'tf.clipByValue(x, -0.5, 0.5)',
  'tf.prod(x.add(2), 1)',
  'tf.atan2(x, x.add(3))',
  'tf.localResponseNormalization(x.reshape([1, 1, 3, 4]))',
  'tf.dilation2d(x.reshape([1, 3, 4, 1]), tf.ones([2, 2, 1]), 1, "valid")',
];

/** Prints output and gradients of every case: the gradients of a weighted sum of squares. */
const GRADIENTS = `
import * as tf from '@tensorflow/tfjs';
const wave = (shape, phase) => {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(Float32Array.from({ length: size }, (_, i) => Math.sin(1.3 * i * i + phase)), shape);
};
const cost = (y) => y.mul(wave(y.shape, 2)).sum().add(y.square().mean());
// The console carries 4000 characters a line: some elements, and sums over all.
const sample = (values) => {
  const stride = Math.ceil(values.length / 40);
  const sums = [values.reduce((a, b) => a + b, 0), values.reduce((a, b) => a + Math.abs(b), 0)];
  return [...values.filter((_, i) => i % stride === 0), ...sums].map((value) => Number(value.toPrecision(8)));
};
const report = (name, compute) => {
  let parts;
  try { parts = compute().map((t) => sample([...t.dataSync()])); } catch (error) { parts = String(error); }
  console.log(JSON.stringify([name, parts]));
};
for (const [code, shape, make] of [
${LAYERS.map(([code, shape]) => `  [${JSON.stringify(code)}, ${JSON.stringify(shape)}, () => tf.layers.${code}],`).join('\n')}
]) {
  report(code, () => {
    const layer = make();
    const integers = code.startsWith('embedding');
    const x = integers ? tf.tensor2d([[0, 1, 2, 1, 6], [3, 3, 3, 4, 5], [6, 0, 1, 2, 2]]) : wave([3, ...shape], 1);
    tf.tidy(() => layer.apply(x));
    layer.setWeights(layer.getWeights().map((w, i) => wave(w.shape, i + 3).abs().mul(0.5)));
    const weights = layer.trainableWeights.map((w) => w.read());
    const run = (x) => cost(layer.apply(x, { training: true }));
    const byInput = integers ? [] : [tf.grad(run)(x)];
    const byWeight = weights.length === 0 ? {} : tf.variableGrads(() => run(x), weights).grads;
    return [run(x), ...byInput, ...Object.values(byWeight)];
  });
}
for (const [code, run] of [
${OPERATIONS.map((code) => `  [${JSON.stringify(code)}, (x) => ${code}],`).join('\n')}
]) {
  report(code, () => {
    const { value, grad } = tf.valueAndGrad((x) => cost(run(x).toFloat()))(wave([3, 4], 1));
    return [value, grad];
  });
}
const w = tf.variable(tf.scalar(1));
tf.train.sgd(0.1).minimize(() => w.square());
`;

describe('backends of the worker', function () {
  this.timeout(90_000);
  let bench: RuntimeBench;
  before(async () => {
    bench = await RuntimeBench.open();
  });
  after(() => bench.close());

  async function started(options: RunSetup['options'], withoutWasm = false) {
    const run = await bench.finish(FIT, { ...(options && { options }), withoutWasm });
    assert.equal(run.all('finished')[0]?.steps, 12);
    return { ...run.all('started')[0]!, notices: run.all('notice') };
  }

  it('auto prefers wasm to a software WebGL, and says why', async () => {
    const { backend, reason, notices, tfjsVersion } = await started({ backend: 'auto' });
    assert.equal(backend, 'wasm');
    assert.match(reason!, /SwiftShader/);
    assert.deepEqual(notices, []);
    assert.equal(tfjsVersion, '4.22.0');
  });

  it('a forced WebGL is taken, software or not, with its renderer', async () => {
    const { backend, reason, renderer } = await started({ backend: 'webgl' });
    assert.equal(backend, 'webgl');
    assert.equal(reason, undefined);
    assert.match(renderer!, /SwiftShader/);
  });

  it('a forced cpu is taken', async () => {
    const { backend, reason } = await started({ backend: 'cpu' });
    assert.equal(backend, 'cpu');
    assert.equal(reason, undefined);
  });

  it('wasm trains on the completed backend like cpu, to 1e-5', async () => {
    const gradients = async (
      backend: 'cpu' | 'wasm',
    ): Promise<Map<string, number[][] | string>> => {
      const run = await bench.finish(GRADIENTS, { options: { backend } });
      assert.equal(run.error, undefined, JSON.stringify(run.error));
      const lines = run.all('console').filter(({ level }) => level === 'log');
      return new Map(lines.map(({ text }) => JSON.parse(text) as [string, number[][]]));
    };
    const cpu = await gradients('cpu');
    const wasm = await gradients('wasm');
    const problems: string[] = [];
    // The cpu backend's own gradient of nearest-neighbour resizing is wrong for batches above one.
    const cases = [...LAYERS.map(([code]) => code), ...OPERATIONS].filter(
      (code) => !code.startsWith('upSampling2d'),
    );
    for (const code of cases) {
      const expected = cpu.get(code) ?? 'missing';
      const found = wasm.get(code) ?? 'missing';
      if (typeof expected === 'string' || typeof found === 'string') {
        problems.push(
          `${code}: cpu ${String(expected).slice(0, 120)}; wasm ${String(found).slice(0, 200)}`,
        );
        continue;
      }
      expected.forEach((values, part) => {
        const scale = Math.max(1e-3, ...values.map(Math.abs));
        const gaps = values.map((value, i) => Math.abs(value - (found[part]?.[i] ?? NaN)) / scale);
        if (!gaps.every((gap) => gap < 1e-5))
          problems.push(`${code}, part ${part}: off by ${Math.max(...gaps)}`);
      });
    }
    assert.deepEqual(problems, []);
  });

  it('falls to cpu where the page cannot load the wasm binary', async function () {
    this.timeout(60_000);
    const { backend, reason, notices } = await started({ backend: 'wasm' }, true);
    assert.equal(backend, 'cpu');
    assert.match(reason!, /could not load the wasm binary/);
    assert.deepEqual(
      notices.map(({ notice }) => notice.code),
      ['backend-fallback'],
    );
  });
});
