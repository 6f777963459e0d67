// Variables that a loss is computed with and that no optimizer is given: which are told, and which are not.
import assert from 'node:assert/strict';
import * as tfjs from '@tensorflow/tfjs';
import type { TappedLayer, TfNamespace } from '../../../src/shared/tap/types';
import { numbers, withTap, type Site } from './tapped';

/** The tape is first looked at in the computation before the 128th step. */
const LOOKED_AT = 128;

interface Net {
  /** Variables of the two layers. */
  first: tfjs.Variable;
  last: tfjs.Variable;
}

/** The kernels of a net of two layers without biases. */
const drawn = (tf: TfNamespace): Net => ({
  first: tf.variable(tf.randomNormal([3, 4], 0, 0.5, 'float32', 1), true, 'first'),
  last: tf.variable(tf.randomNormal([4, 1], 0, 0.5, 'float32', 2), true, 'last'),
});

type LossOf = (tf: TfNamespace, net: Net, xs: tfjs.Tensor2D) => tfjs.Scalar;

const composed: LossOf = (tf, { first, last }, xs) =>
  tf
    .matMul(tf.tanh(tf.matMul(xs, first)), last)
    .square()
    .mean();

interface Setting {
  make?: (tf: TfNamespace) => Net;
  loss?: LossOf;
  steps?: number;
  /** Which variables the optimizer gets at a step, from 0. */
  list?: (net: Net, step: number) => tfjs.Variable[] | undefined;
}

interface Outcome {
  layers: readonly TappedLayer<Site>[];
  values: number[];
  lists: number;
  tensors: number;
}

/** Trains, under the tap, with a list of variables: the last one alone where nothing else is said. */
function train({ make = drawn, loss = composed, steps = LOOKED_AT, list }: Setting = {}) {
  let lists = 0;
  const layers: TappedLayer<Site>[] = [];
  const onLayers = (told: TappedLayer<Site>[]): void => {
    lists++;
    layers.splice(0, layers.length, ...told);
  };
  return withTap(
    ({ tf, tap }): Outcome => {
      const net = make(tf);
      const xs = tf.tensor2d(numbers(15, 7), [5, 3]);
      const optimizer = tf.train.sgd(0.05);
      let before = 0;
      for (let step = 0; step < steps; step++) {
        const variables = list ? list(net, step) : [net.last];
        optimizer.minimize(() => loss(tf, net, xs), false, variables);
        tap.poll();
        if (step === 9) before = tf.memory().numTensors;
      }
      tap.flush();
      const tensors = tf.memory().numTensors - before;
      const values = [...net.first.dataSync(), ...net.last.dataSync()];
      tf.dispose([xs, net.first, net.last]);
      return { layers: [...layers], values, lists, tensors };
    },
    { onLayers },
  );
}

const leftOutOf = ({ layers }: Outcome): [string, string[] | undefined][] =>
  layers.map(({ name, leftOutOf }) => [name, leftOutOf]);

describe('tap: variables that are left out', () => {
  afterEach(() => {
    tfjs.disposeVariables();
  });

  it('a variable before or behind the trained one is told, with what is trained', async () => {
    assert.deepEqual(leftOutOf(await train()), [
      ['first', ['last']],
      ['last', undefined],
    ]);
    const firstOnly = await train({ list: ({ first }) => [first] });
    assert.deepEqual(leftOutOf(firstOnly), [
      ['first', undefined],
      ['last', ['first']],
    ]);
  });

  it('it is told at the 128th step, and as it stands: place, shape, kind', async () => {
    const early = await train({ steps: LOOKED_AT - 1 });
    assert.deepEqual(leftOutOf(early), [['last', undefined]]);
    const { layers } = await train();
    assert.deepEqual(layers[0]!.tensors, [{ name: 'first', shape: [3, 4] }]);
    assert.equal(layers[0]!.className, 'Variable');
    assert.match(layers[0]!.site?.stack ?? '', /drawn/);
  });

  it('layers of tfjs are told as layers, their biases with them being no matter', async () => {
    const layers: TappedLayer<Site>[] = [];
    const onLayers = (told: TappedLayer<Site>[]): void =>
      void layers.splice(0, layers.length, ...told);
    await withTap(
      ({ tf, tap }) => {
        const model = tf.sequential({
          layers: [
            tf.layers.dense({ units: 4, inputShape: [3], name: 'body', activation: 'tanh' }),
            tf.layers.dense({ units: 1, name: 'head' }),
          ],
        });
        const head = model.layers
          .slice(-1)
          .flatMap(({ trainableWeights }) => trainableWeights)
          .map((weight) => weight.read() as unknown as tfjs.Variable);
        const xs = tf.tensor2d(numbers(15, 7), [5, 3]);
        const optimizer = tf.train.adam(0.01);
        for (let step = 0; step < LOOKED_AT; step++) {
          const loss = (): tfjs.Scalar => (model.apply(xs) as tfjs.Tensor).square().mean();
          optimizer.minimize(loss, false, head);
        }
        tap.flush();
        tf.dispose([xs]);
        model.dispose();
      },
      { onLayers },
    );
    assert.deepEqual(
      layers.map(({ name, className, leftOutOf }) => [name, className, leftOutOf]),
      [
        ['body', 'Dense', ['head']],
        ['head', 'Dense', undefined],
      ],
    );
  });

  it('values of every initializer that draws count as random, and those of the others do not', async () => {
    const random = ['glorotNormal', 'heUniform', 'leCunNormal', 'orthogonal', 'randomUniform'];
    for (const name of [...random, 'ones', 'identity'] as ('orthogonal' | 'identity')[]) {
      const make = (tf: TfNamespace): Net => ({
        first: tf.variable(tf.initializers[name]({}).apply([3, 3]), true, 'first'),
        last: tf.variable(tf.randomNormal([3, 1]), true, 'last'),
      });
      const told = leftOutOf(await train({ make })).some(([, others]) => others !== undefined);
      assert.equal(told, random.includes(name), name);
      tfjs.disposeVariables();
    }
  });

  it('what is trained later is told no more', async () => {
    const late = await train({
      steps: LOOKED_AT + 3,
      list: ({ first, last }, step) => (step < LOOKED_AT ? [last] : [first]),
    });
    assert.deepEqual(leftOutOf(late), [
      ['first', undefined],
      ['last', undefined],
    ]);
  });

  const silent: [string, Setting][] = [
    ['trained with all others, without a list', { list: () => undefined }],
    [
      'values of the program’s own, loaded or computed',
      {
        make: (tf) => ({
          ...drawn(tf),
          first: tf.variable(tf.tensor2d(numbers(12, 3), [3, 4]), true, 'loaded'),
        }),
      },
    ],
    [
      'random first, assigned since',
      {
        make: (tf) => {
          const net = drawn(tf);
          net.first.assign(tf.tensor2d(numbers(12, 3), [3, 4]));
          return net;
        },
      },
    ],
    [
      'not trainable',
      {
        make: (tf) => ({
          ...drawn(tf),
          first: tf.variable(tf.randomNormal([3, 4]), false, 'frozen'),
        }),
      },
    ],
    [
      'beside the trained net: they meet in the loss only',
      {
        loss: (tf, { first, last }, xs) => {
          const target = tf.tanh(tf.matMul(xs, first)).mean(1, true);
          const prediction = tf.matMul(tf.pad(xs, [[0, 0], [0, 1]]), last); // prettier-ignore
          return tf.losses.meanSquaredError(target, prediction);
        },
      },
    ],
    [
      'in a penalty that is added to the loss',
      {
        loss: (tf, { first, last }, xs) => {
          const prediction = tf.matMul(tf.pad(xs, [[0, 0], [0, 1]]), last); // prettier-ignore
          return tf.add(prediction.square().mean(), first.square().sum());
        },
      },
    ],
    [
      'not part of the loss',
      {
        loss: (tf, { first, last }, xs) => {
          tf.matMul(xs, first);
          return tf.matMul(tf.pad(xs, [[0, 0], [0, 1]]), last).square().mean(); // prettier-ignore
        },
      },
    ],
  ];
  for (const [what, setting] of silent) {
    it(`silent: ${what}`, async () => {
      const told = leftOutOf(await train({ ...setting, steps: 2 * LOOKED_AT }));
      assert.deepEqual(
        told.filter(([, others]) => others),
        [],
      );
    });
  }

  it('training computes the same bits, and no tensor stays', async () => {
    const { values, tensors, lists } = await train({ steps: 2 * LOOKED_AT });
    assert.equal(tensors, 0);
    // The trained one, and once what was found: not again with every step.
    assert.equal(lists, 2);
    const plain = await withTap(({ tf, tap }) => {
      tap.uninstall();
      const net = drawn(tf);
      const xs = tf.tensor2d(numbers(15, 7), [5, 3]);
      const optimizer = tf.train.sgd(0.05);
      for (let step = 0; step < 2 * LOOKED_AT; step++) {
        optimizer.minimize(() => composed(tf, net, xs), false, [net.last]);
      }
      const result = [...net.first.dataSync(), ...net.last.dataSync()];
      tf.dispose([xs, net.first, net.last]);
      return result;
    });
    assert.deepEqual(values, plain);
  });
});
