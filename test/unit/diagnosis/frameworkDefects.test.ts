// Known faults of tfjs: that they are still there in the version that is installed, and that the models
// that meet them are told, and no others.
import assert from 'node:assert/strict';
import type * as tfjs from '@tensorflow/tfjs';
import { coarseEpsilon } from '../../../src/shared/core/diagnosis/defects/coarseEpsilon';
import { frameworkDefect } from '../../../src/shared/core/diagnosis/rules/frameworkDefect';
import { DiagnosisWindow } from '../../../src/shared/core/diagnosis/window';
import type { ModelFacts } from '../../../src/shared/core/facts';
import type { Finding } from '../../../src/shared/core/finding';
import { blobs, denseNet, tf, train, type Batch, type Trial } from './nets';

const classes = blobs(8, 4, 8);
const classifier = { inputs: 8, units: 16, outputs: 4, outputActivation: 'softmax' } as const;

async function findings(trial: Partial<Trial>): Promise<readonly Finding[]> {
  const outcome = await train({
    steps: 1,
    seed: 1,
    batch: classes,
    optimizer: () => tf.train.sgd(0.01),
    loss: 'categoricalCrossentropy',
    model: () => {
      throw new Error('A trial needs a model.');
    },
    rules: [frameworkDefect],
    ...trial,
  });
  return outcome.findings;
}

describe('the variance of normal initializers', () => {
  const deep = (name: 'heNormal' | 'heUniform' | 'glorotNormal' | 'leCunNormal', depth: number) =>
    denseNet({
      ...classifier,
      depth,
      activation: 'relu',
      initializer: (seed) => tf.initializers[name]({ seed }),
    });

  for (const name of ['heNormal', 'glorotNormal', 'leCunNormal'] as const) {
    it(`is too small with ${name}: information in a deep net, with what was measured`, async () => {
      const [finding, ...more] = await findings({ model: deep(name, 10) });
      assert.equal(more.length, 0);
      assert.equal(finding?.severity, 'information');
      assert.equal(finding.relatedLayers?.length, 9);
      const { measured, expected } = finding.expectation!;
      assert.ok(Math.abs(measured / expected - 1) < 0.05, String(measured));
      assert.match(finding.message, new RegExp(`'${name}' 2\\d % too little variance: 10 layers`));
      assert.equal(finding.remedies[0]?.values?.['initializer'], name.replace('Normal', 'Uniform'));
    });
  }

  it('is nothing in shallow nets, of uniform weights, or where normalization follows', async () => {
    assert.deepEqual(await findings({ model: deep('heNormal', 3) }), []);
    assert.deepEqual(await findings({ model: deep('heUniform', 10) }), []);
    const normalized = denseNet({
      ...classifier,
      depth: 10,
      activation: 'relu',
      initializer: (seed) => tf.initializers.heNormal({ seed }),
      batchNormalization: true,
    });
    assert.deepEqual(await findings({ model: normalized }), []);
  });

  it('is a warning where a net is so deep that nothing gets through, and the loss does not move', async () => {
    const { findings: found } = await train({
      steps: 64,
      seed: 2,
      batch: classes,
      optimizer: () => tf.train.sgd(1e-3),
      loss: 'categoricalCrossentropy',
      model: deep('heNormal', 60),
      rules: [frameworkDefect],
    });
    assert.deepEqual(
      found.map(({ severity }) => severity),
      ['warning'],
    );
    assert.match(found[0]!.message, /the loss does not improve/);
  });
});

describe('the gradient of UpSampling2D on the cpu backend', () => {
  const upsampling =
    (interpolation: 'nearest' | 'bilinear', first: 'conv' | 'none' = 'conv'): Trial['model'] =>
    (seed) => {
      const { conv2d, upSampling2d } = tf.layers;
      const initializer = () => tf.initializers.glorotUniform({ seed: seed() });
      const up = { size: [2, 2] as [number, number], interpolation, name: 'up' };
      const conv = { kernelSize: 3, padding: 'same' as const };
      return tf.sequential({
        layers: [
          ...(first === 'conv'
            ? [
                conv2d({
                  ...conv,
                  name: 'down',
                  filters: 2,
                  inputShape: [4, 4, 1],
                  kernelInitializer: initializer(),
                }),
                upSampling2d(up),
              ]
            : [upSampling2d({ ...up, inputShape: [4, 4, 1] })]),
          conv2d({ ...conv, name: 'end', filters: 1, kernelInitializer: initializer() }),
        ],
      });
    };
  const images = (size: number) => (): Batch => ({
    xs: tf.randomNormal([size, 4, 4, 1], 0, 1, 'float32', 1),
    ys: tf.randomNormal([size, 8, 8, 1], 0, 1, 'float32', 2),
  });
  const trial = { loss: 'meanSquaredError', batch: images(4) };

  it('is wrong from the second sample on, by finite differences; so is our premise still true', async () => {
    await tf.setBackend('cpu');
    tf.tidy(() => {
      const layer = tf.layers.upSampling2d({ size: [2, 2], inputShape: [3, 3, 1] });
      const x = tf.randomNormal<tfjs.Rank.R4>([2, 3, 3, 1], 0, 1, 'float32', 1);
      const factors = tf.randomNormal([2, 6, 6, 1], 0, 1, 'float32', 2);
      const f = (at: tfjs.Tensor): tfjs.Scalar =>
        tf.sum(tf.mul(layer.apply(at) as tfjs.Tensor, factors));
      const gradient = tf.grad(f)(x).dataSync();
      const values = x.dataSync();
      const errors = Array.from(values, (_, i) => {
        const moved = (by: number) => {
          const copy = values.slice();
          copy[i] = (copy[i] ?? 0) + by;
          return f(tf.tensor(copy, x.shape)).dataSync()[0] ?? 0;
        };
        return Math.abs(moved(0.5) - moved(-0.5) - (gradient[i] ?? 0));
      });
      assert.ok(Math.max(...errors.slice(0, 9)) < 1e-4, 'the first sample is right');
      assert.ok(Math.max(...errors.slice(9)) > 1, 'tfjs has been mended: remove the rule');
    });
  });

  it('is a warning, as it spoils this run: which layer, and which learn from it', async () => {
    const [finding] = await findings({ ...trial, model: upsampling('nearest') });
    assert.equal(finding?.severity, 'warning');
    assert.equal(finding.layer, 'up');
    assert.deepEqual(finding.relatedLayers, ['down']);
  });

  it('is right for one sample, for bilinear interpolation, and does not matter without layers before', async () => {
    assert.deepEqual(await findings({ ...trial, model: upsampling('bilinear') }), []);
    assert.deepEqual(await findings({ ...trial, model: upsampling('nearest', 'none') }), []);
    const one = { ...trial, batch: images(1) };
    assert.deepEqual(await findings({ ...one, model: upsampling('nearest') }), []);
  });
});

describe('the epsilon of WebGL', () => {
  /** Facts of a classifier, as they would be on WebGL. */
  async function onWebgl(own: number, shipped?: number, loss?: string): Promise<ModelFacts> {
    const seen: ModelFacts[] = [];
    await findings({
      model: denseNet({ ...classifier, depth: 1, activation: 'relu' }),
      rules: [
        {
          ...frameworkDefect,
          evaluate: ({ facts }) => {
            if (facts) seen.push(facts);
            return undefined;
          },
        },
      ],
    });
    const [facts] = seen;
    assert.ok(facts);
    return {
      ...facts,
      backend: 'webgl',
      epsilon: own,
      ...(shipped !== undefined && { shippedEpsilon: shipped }),
      outputs: facts.outputs.map((output) => ({ ...output, ...(loss !== undefined && { loss }) })),
    };
  }

  function at(losses: readonly number[]): DiagnosisWindow {
    const window = new DiagnosisWindow();
    losses.forEach((loss, i) =>
      window.note({ step: i + 1, seconds: 0, metrics: {}, loss, layers: {}, tensors: {} }),
    );
    return window;
  }

  it('is told where samples are missed so badly that tfjs as shipped would not teach them', async () => {
    const facts = await onWebgl(1e-7, 1e-4);
    assert.equal(coarseEpsilon(at([1.4]), facts), undefined);
    const statement = coarseEpsilon(at([7.5]), facts);
    assert.equal(statement?.severity, 'information');
    assert.match(statement.message, /below 1e-4 .* by an epsilon of 1e-7/);
  });

  it('is a warning where the run itself has it and does not learn', async () => {
    const facts = await onWebgl(1e-4);
    assert.equal(coarseEpsilon(at(Array<number>(40).fill(8)), facts)?.severity, 'warning');
  });

  it('is nothing for losses that need no epsilon, and with that of the other backends', async () => {
    const stuck = at([9]);
    assert.equal(coarseEpsilon(stuck, await onWebgl(1e-7, 1e-4, 'meanSquaredError')), undefined);
    assert.equal(coarseEpsilon(stuck, await onWebgl(1e-7)), undefined);
  });
});
