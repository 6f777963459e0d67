// Steps recorded in full: every tensor that they were made of, in order, readable page by page; and the
// training computes the same bits with and without.
import assert from 'node:assert/strict';
import { DATA, FIT, MINIMIZE } from './programs';
import { DebuggedRun } from './debugRun';
import { RuntimeBench } from './harness';

const EXPERIMENT = `${DATA}
export const model = () => tf.sequential({ layers: [
  tf.layers.dense({ units: 8, inputShape: [4], activation: 'relu', name: 'hidden' }),
  tf.layers.dropout({ rate: 0.3 }),
  tf.layers.dense({ units: 3, activation: 'softmax', name: 'out' }),
] });
export const data = () => ({ train: { xs, ys } });
export const training = { epochs: 50, batchSize: 16, optimizer: { name: 'adam', learningRate: 0.01 }, loss: 'categoricalCrossentropy', metrics: ['accuracy'] };
`;
/** Thinned as a user may have it: a recorded step has everything all the same. */
const sampling = { everySteps: 4, activationEverySteps: 8 };

describe('a step recorded in full', function () {
  this.timeout(120_000);
  let bench: RuntimeBench;
  before(async () => {
    bench = await RuntimeBench.open();
  });
  after(() => bench.close());

  const experiment = { kind: 'experiment' } as const;

  it('has its batch, layers, variables and slots, in order, with their statistics', async () => {
    const debugged = await DebuggedRun.start(bench, EXPERIMENT, { ...experiment, sampling });
    const recording = await debugged.record(3);
    const { run } = debugged;
    assert.equal(recording.step, 3);
    const at = (type: string): number => run.messages.findLastIndex((one) => one.type === type);
    assert.ok(at('steps') < at('recording') && at('recording') < at('state'));
    const calls = (names: string[]) => names.map((layer) => ({ layer, call: 0 }));
    assert.deepEqual(recording.forward, calls(['hidden', 'out']));
    assert.deepEqual(recording.backward, calls(['out', 'hidden']));
    assert.equal(recording.optimizer.className, 'AdamOptimizer');
    const { learningRate, beta1, iterations } = recording.optimizer.numbers;
    assert.deepEqual(
      { learningRate, beta1, iterations },
      { learningRate: 0.01, beta1: 0.9, iterations: 3 },
    );
    const kernel = ['gradient', 'previousWeight', 'weight'].map((role) => `${role} hidden/kernel`);
    const names = recording.tensors.map(({ role, name }) => `${role} ${name}`);
    const first = ['input 0', 'label 0', 'activation hidden', 'activation out'];
    assert.deepEqual(names.slice(0, 9), [...first, 'delta out', 'delta hidden', ...kernel]);
    assert.ok(
      names.includes('slot hidden/kernel/m') && names.includes('slot out/bias/v'),
      names.join(),
    );
    for (const tensor of recording.tensors) {
      const values = await debugged.values(tensor);
      assert.equal(
        values.length,
        tensor.shape.reduce((product, size) => product * size, 1),
      );
      assert.equal(tensor.summary.count, values.length);
      assert.equal(
        Math.fround(tensor.summary.max),
        Math.max(...values),
        `${tensor.role} ${tensor.name}`,
      );
      assert.equal(tensor.summary.zeros, values.filter((value) => value === 0).length);
    }
    // The record of the step tells the same, though sampling would have left the step out.
    const layer = debugged.recordOf(3)!.layers['hidden']!;
    const activation = recording.tensors.find(({ role }) => role === 'activation')!;
    assert.deepEqual(layer.activation, activation.summary);
    // Adam by hand: the first moment moves the weight against the gradient's sign where it began at zero.
    const labels = await debugged.values({ role: 'label', name: '0' });
    assert.equal(
      labels.reduce((sum, value) => sum + value, 0),
      16,
    );
    await run.terminate();
  });

  it('shows the very update: weight − previous = −rate · gradient for plain gradient descent', async () => {
    const source = EXPERIMENT.replace(
      "{ name: 'adam', learningRate: 0.01 }",
      "{ name: 'sgd', learningRate: 0.5 }",
    );
    const debugged = await DebuggedRun.start(bench, source, experiment);
    await debugged.record(2);
    const of = (role: 'gradient' | 'weight' | 'previousWeight') =>
      debugged.values({ role, name: 'out/kernel' });
    const [gradient, weight, previous] = [
      await of('gradient'),
      await of('weight'),
      await of('previousWeight'),
    ];
    weight.forEach((value, i) => {
      assert.equal(value, Math.fround(previous[i]! + Math.fround(-0.5 * gradient[i]!)));
    });
    await debugged.run.terminate();
  });

  it('is read page by page, and says what cannot be read', async () => {
    const debugged = await DebuggedRun.start(bench, EXPERIMENT, { ...experiment, backend: 'wasm' });
    await assert.rejects(
      debugged.values({ name: 'out/kernel' }),
      /No step is recorded: take one step/,
    );
    await debugged.record();
    const all = await debugged.values({ name: 'out/kernel' });
    assert.equal(all.length, 24);
    assert.deepEqual(await debugged.values({ name: 'out/kernel' }, 5, 7), all.slice(5, 12));
    assert.deepEqual(await debugged.values({ name: 'out/kernel' }, 20, 100), all.slice(20));
    assert.equal((await debugged.values({ name: 'out/kernel' }, 24, 1)).length, 0);
    await assert.rejects(
      debugged.values({ name: 'out/kernel' }, 25, 1),
      /out of range.*24 elements/,
    );
    await assert.rejects(debugged.values({ name: 'other' }), /step 1 has no weight "other"/);
    await debugged.step();
    await assert.rejects(debugged.values({ name: 'out/kernel' }), /No step is recorded/);
    await debugged.run.terminate();
  });

  for (const backend of ['cpu', 'wasm', 'webgl'] as const) {
    it(`changes no bit of the training, and holds no memory: ${backend}`, async () => {
      const debugged = await DebuggedRun.start(bench, EXPERIMENT, {
        ...experiment,
        backend,
        sampling,
      });
      const steps = backend === 'webgl' ? 8 : 20;
      const { run } = debugged;
      const memory: { numTensors: number; numBytes: number }[] = [];
      for (let step = 1; step <= steps; step++) {
        const { tensors } = await debugged.record();
        // Looking at a tensor leaves it where it is.
        if (step % 3 === 0) for (const tensor of tensors) await debugged.values(tensor);
        if (step > 2) memory.push(run.all('steps').at(-1)!.memory);
      }
      // At most the batch that is taken in advance comes and goes: 16 samples of 4 numbers and 3 labels.
      const least = Math.min(...memory.map(({ numTensors }) => numTensors));
      const leastBytes = Math.min(...memory.map(({ numBytes }) => numBytes));
      for (const { numTensors, numBytes } of memory) {
        const more = numTensors > least ? { tensors: 2, bytes: 16 * (4 + 3) * 4 } : undefined;
        assert.equal(numTensors - least, more?.tensors ?? 0);
        assert.equal(numBytes - leastBytes, more?.bytes ?? 0);
      }
      // The other run records its last step only, to compare the weights.
      const plain = await DebuggedRun.start(bench, EXPERIMENT, {
        ...experiment,
        backend,
        sampling,
      });
      await plain.step(steps - 1);
      await plain.record();
      assert.deepEqual(run.losses, plain.run.losses);
      assert.deepEqual(await debugged.weights(), await plain.weights());
      // And without any debugger.
      const free = await bench.finish(EXPERIMENT, {
        options: { ...experiment, backend, sampling, maxSteps: steps },
      });
      assert.deepEqual(free.losses, run.losses);
      await run.terminate();
      await plain.run.terminate();
    });
  }

  it('tells the calls of shared layers apart, and follows δ through branches', async () => {
    const source = `${DATA}
      export const model = () => {
        const shared = tf.layers.dense({ units: 4, activation: 'tanh', name: 'shared' });
        const side = tf.layers.dense({ units: 4, name: 'side' });
        const input = tf.input({ shape: [4] });
        const twice = shared.apply(shared.apply(input));
        const sum = tf.layers.add().apply([twice, side.apply(input)]);
        return tf.model({ inputs: input, outputs: tf.layers.dense({ units: 3, activation: 'softmax', name: 'out' }).apply(sum) });
      };
      export const data = () => ({ train: { xs, ys } });
      export const training = { epochs: 2, batchSize: 32, loss: 'categoricalCrossentropy', optimizer: 'sgd' };`;
    const debugged = await DebuggedRun.start(bench, source, experiment);
    const { forward, backward } = await debugged.record();
    const calls = (list: typeof forward) => list.map(({ layer, call }) => `${layer} ${call}`);
    assert.deepEqual(calls(forward).sort(), ['out 0', 'shared 0', 'shared 1', 'side 0']);
    assert.equal(calls(forward).at(-1), 'out 0');
    assert.equal(calls(backward)[0], 'out 0');
    assert.deepEqual(calls(backward).sort(), calls(forward).sort());
    const order = calls(backward);
    assert.ok(order.indexOf('shared 1') < order.indexOf('shared 0'), order.join());
    const first = await debugged.values({ role: 'activation', name: 'shared', call: 0 });
    const second = await debugged.values({ role: 'activation', name: 'shared', call: 1 });
    assert.notDeepEqual(first, second);
    await debugged.run.terminate();
  });

  it('shows whole numbers and numbers that are not finite', async () => {
    const source = `${DATA}
      const model = tf.sequential({ layers: [
        tf.layers.embedding({ inputDim: 5, outputDim: 2, inputLength: 3, name: 'words' }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 3, activation: 'softmax', name: 'out' }),
      ] });
      model.compile({ loss: 'categoricalCrossentropy', optimizer: tf.train.sgd(1e39) });
      const words = tf.tensor2d(Array.from({ length: 96 * 3 }, (_, i) => i % 5), [96, 3], 'int32');
      for (;;) await model.trainOnBatch(words, ys);`;
    const debugged = await DebuggedRun.start(bench, source);
    const { tensors } = await debugged.record(3);
    const input = tensors.find(({ role }) => role === 'input')!;
    assert.equal(`${input.dtype} ${input.shape.join()}`, 'int32 96,3');
    assert.deepEqual([input.summary.min, input.summary.max, input.summary.zeros], [0, 4, 58]);
    assert.deepEqual([...(await debugged.values(input, 3, 4))], [3, 4, 0, 1]);
    const weight = tensors.find(({ role, name }) => role === 'weight' && name === 'out/kernel')!;
    const values = await debugged.values(weight);
    assert.equal(weight.summary.nans, values.filter(Number.isNaN).length);
    assert.ok(weight.summary.nans > 0);
    await debugged.run.terminate();
  });

  it('of a program that fits has its batch, too', async () => {
    const debugged = await DebuggedRun.start(bench, FIT);
    const { tensors, optimizer } = await debugged.record(7);
    const roles = new Set(tensors.map(({ role }) => role));
    assert.deepEqual([...roles].sort(), [
      'activation',
      'delta',
      'gradient',
      'input',
      'label',
      'previousWeight',
      'slot',
      'weight',
    ]);
    assert.deepEqual(tensors[0]!.shape, [16, 4]);
    assert.equal(optimizer.className, 'AdamOptimizer');
    await debugged.run.terminate();
  });

  it('of a loop of bare operations has its variables', async () => {
    const source = `${MINIMIZE(0)}\nfor (;;) { optimizer.minimize(() => tf.losses.softmaxCrossEntropy(ys, xs.matMul(w))); await tf.nextFrame(); }`;
    const debugged = await DebuggedRun.start(bench, source);
    const { tensors, forward, optimizer } = await debugged.record(2);
    assert.deepEqual(
      tensors.map(({ role, name }) => `${role} ${name}`),
      ['gradient w', 'previousWeight w', 'weight w'],
    );
    assert.deepEqual(forward, []);
    assert.equal(optimizer.className, 'SGDOptimizer');
    await debugged.run.terminate();
  });

  it('is what a fresh worker holds at, for a program and an experiment', async () => {
    for (const [source, kind] of [
      [FIT, 'program'],
      [EXPERIMENT, 'experiment'],
    ] as const) {
      const debugged = await DebuggedRun.start(
        bench,
        source,
        { kind },
        { replayTo: 5, changes: [] },
      );
      const [{ recording } = { recording: undefined }] = debugged.run.all('recording');
      assert.equal(recording?.step, 5);
      assert.equal(debugged.run.records.at(-1)?.step, 5);
      assert.equal(await debugged.step(), 6);
      await debugged.run.terminate();
    }
    const before = await DebuggedRun.start(bench, FIT, {}, { replayTo: 0, changes: [] });
    assert.equal(before.run.all('state')[0]?.step, 0);
    assert.equal(before.run.all('recording').length, 0);
    await before.run.terminate();
  });

  it('is not asked of a run that no debugger started', async () => {
    const run = await bench.start(FIT, { options: { paused: true } });
    await run.next('state');
    const params = { role: 'weight', name: 'w', call: 0, start: 0, count: 1 } as const;
    await run.send({ type: 'ask', id: 7, question: 'values', params });
    const answer = await run.next('answer');
    assert.ok(!answer.ok && answer.message.includes('was not started by a debugger'));
    await run.send({ type: 'rewind', step: 1 });
    assert.equal((await run.next('cannotRewind')).step, 1);
    await run.terminate();
  });
});
