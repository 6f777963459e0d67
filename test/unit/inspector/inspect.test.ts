// What "Show in Gradient Lens" tells of values of a stopped program, on real tensors of the cpu backend.
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { inspect, installInspector, setTraining } from '../../../node/inspector/inspect';
import { summarize } from '../../../src/shared/core/summary';
import { INSPECT_GLOBAL, type Inspection } from '../../../src/shared/protocol/inspection';
import { parseInspection } from '../../../src/shared/protocol/inspectionGuard';

/** What the host makes of what the program returns. */
function look(value: unknown): Inspection {
  const found = parseInspection(inspect(value), ({ message }) => assert.fail(message));
  assert.ok(found);
  return found;
}

function tensorIn(value: unknown) {
  const found = look(value);
  assert.ok(found.kind === 'tensor', found.kind);
  return found.tensor;
}

describe('inspector', () => {
  before(async () => {
    await tf.setBackend('cpu');
  });
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it('tells shape, type and exact statistics of a tensor, and leaves no tensor behind', () => {
    const values = Float32Array.from({ length: 600 }, (_, i) => Math.sin(i) * 10 ** -(i % 5));
    const tensor = tf.tensor(values, [20, 30]);
    const { numTensors } = tf.memory();
    const told = tensorIn(tensor);
    assert.equal(tf.memory().numTensors, numTensors);
    assert.deepEqual([told.shape, told.dtype, told.className], [[20, 30], 'float32', 'Tensor']);
    const expected = summarize(values);
    assert.deepEqual(told.summary?.histogram, expected.histogram);
    for (const key of ['count', 'zeros', 'min', 'max'] as const) {
      assert.equal(told.summary[key], expected[key]);
    }
    assert.ok(Math.abs(told.summary.norm / expected.norm - 1) < 1e-6);
    assert.deepEqual(told.columns, { count: 30, zero: 0, constant: 0, nonFinite: 0 });
  });

  it('finds dead and constant columns, and the place of the first NaN', () => {
    const kernel = tf.tensor2d([
      [1, 0, 5, 2],
      [2, 0, 5, NaN],
      [3, 0, 5, Infinity],
    ]);
    const told = tensorIn(kernel);
    assert.deepEqual(told.columns, { count: 4, zero: 1, constant: 1, nonFinite: 1 });
    assert.deepEqual(told.firstNonFinite, [1, 3]);
    assert.deepEqual([told.summary?.nans, told.summary?.posInfs], [1, 1]);
  });

  it('is a few kilobytes, whatever the size of the tensor', () => {
    const json = inspect(tf.randomNormal([400, 500], 0, 1, 'float32', 7));
    assert.ok(json.length < 2048, `${json.length} bytes`);
    const model = tf.sequential();
    for (let i = 0; i < 150; i++) {
      model.add(tf.layers.dense({ units: 4, ...(i === 0 && { inputShape: [4] }) }));
    }
    const table = inspect(model);
    assert.ok(table.length < 25_000, `${table.length} bytes`);
  });

  it('shows a layer with its weights and last gradients, and a model as a table', () => {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ units: 3, inputShape: [2], activation: 'relu', name: 'first' }),
        tf.layers.dropout({ rate: 0.5 }),
        tf.layers.dense({ units: 1, name: 'last', trainable: false }),
      ],
    });
    model.compile({ optimizer: tf.train.sgd(0.25), loss: 'meanSquaredError' });
    const kernel = (model.layers[0] as unknown as { kernel: { read(): tf.Variable } }).kernel;
    const gradient = { step: 12, summary: summarize(Float32Array.of(3, 4)) };
    setTraining({ gradientOf: (of) => (of === kernel.read() ? gradient : undefined) });
    try {
      const layer = look(model.layers[0]);
      assert.ok(layer.kind === 'layer');
      const { name, className, outputShape, activation, parameters, weights } = layer.layer;
      assert.deepEqual([name, className, outputShape], ['first', 'Dense', [-1, 3]]);
      assert.deepEqual([activation, parameters], ['relu', 9]);
      assert.deepEqual(
        weights.map((weight) => [weight.name, weight.shape, weight.gradient?.step]),
        [
          ['kernel', [2, 3], 12],
          ['bias', [3], undefined],
        ],
      );
      const found = look(model);
      assert.ok(found.kind === 'model');
      const { layers, step, ...rest } = found.model;
      assert.equal(step, 12);
      assert.deepEqual(rest, {
        ...{ name: model.name, className: 'Sequential', optimizer: 'SGD', learningRate: 0.25 },
        ...{ loss: 'meanSquaredError', parameters: 13, trainableParameters: 9, more: 0 },
      });
      assert.deepEqual(
        layers.map((row) => [row.name, row.parameters, row.trainable, row.gradientNorm]),
        [
          ['first', 9, true, 5],
          [model.layers[1]!.name, 0, true, undefined],
          ['last', 4, false, undefined],
        ],
      );
    } finally {
      setTraining(undefined);
    }
  });

  it('takes variables, weights of layers, typed arrays, symbolic tensors, lists and records', () => {
    const variable = tf.variable(tf.zeros([2, 2]), true, 'mine');
    assert.deepEqual([tensorIn(variable).name, tensorIn(variable).className], ['mine', 'Variable']);
    assert.deepEqual(tensorIn(Float64Array.of(1, 2, 3)).shape, [3]);
    const symbolic = tensorIn(tf.input({ shape: [5] }));
    assert.deepEqual(symbolic.shape, [-1, 5]);
    assert.match(symbolic.problem!, /no values/);
    const record = look({ a: tf.ones([2]), b: tf.zeros([3]) });
    assert.ok(record.kind === 'tensors');
    assert.deepEqual(
      record.tensors.map(({ key, tensor }) => [key, tensor.shape]),
      [
        ['a', [2]],
        ['b', [3]],
      ],
    );
    variable.dispose();
  });

  it('says in a sentence what has no statistics', () => {
    const gone = tf.ones([3]);
    gone.dispose();
    assert.match(tensorIn(gone).problem!, /disposed/);
    assert.match(tensorIn(tf.tensor(['a', 'b'])).problem!, /string/);
    const messages = [42, 'text', null, undefined, { a: 1 }, [1, 2], () => 1, new Date(0)].map(
      (value) => {
        const found = look(value);
        assert.ok(found.kind === 'other');
        return found.message;
      },
    );
    for (const message of messages) {
      assert.match(
        message,
        /^This is .+: no tensor, variable, layer or model of TensorFlow\.js\.$/,
      );
    }
    const trap = new Proxy(
      {},
      {
        get: () => {
          throw new Error('hands off');
        },
      },
    );
    const found = look(trap);
    assert.ok(found.kind === 'other');
    assert.match(found.message, /hands off/);
  });

  it('is a global that nobody stumbles over', () => {
    installInspector();
    assert.equal(Object.keys(globalThis).includes(INSPECT_GLOBAL), false);
    const installed = (globalThis as Record<string, unknown>)[INSPECT_GLOBAL];
    assert.equal(installed, inspect);
    installInspector();
    Reflect.deleteProperty(globalThis, INSPECT_GLOBAL);
  });
});
