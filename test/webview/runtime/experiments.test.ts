// Experiment modules: every option of `training`, every form of data, and clear words where the
// module is not one.
import assert from 'node:assert/strict';
import { RuntimeBench, type RunSetup, type RuntimeRun } from './harness';
import { DATA } from './programs';

const MODULE = (training: string, rest = ''): string => `${DATA}
export const model = () => makeModel(false);
export const data = () => ({ train: { xs, ys } });
export const training = { epochs: 2, batchSize: 32, optimizer: { name: 'sgd', learningRate: 0.1 }, loss: 'categoricalCrossentropy', ${training} };
${rest}`;

describe('experiment modules in the worker', function () {
  this.timeout(60_000);
  let bench: RuntimeBench;
  before(async () => {
    bench = await RuntimeBench.open();
  });
  after(() => bench.close());

  const run = (source: string, options: RunSetup['options'] = {}): Promise<RuntimeRun> =>
    bench.finish(source, { options: { ...options, kind: 'experiment' } });

  async function trained(source: string, steps: number, options: RunSetup['options'] = {}) {
    const result = await run(source, options);
    assert.equal(result.error, undefined, JSON.stringify(result.error));
    assert.deepEqual(result.all('finished'), [{ type: 'finished', outcome: 'completed', steps }]);
    assert.equal(result.records.length, steps);
    return result;
  }

  async function refused(source: string, message: RegExp, options: RunSetup['options'] = {}) {
    const { error } = await run(source, options);
    assert.equal(error?.code, 'experiment-shape', JSON.stringify(error));
    assert.match(error.message, message);
  }

  it('reports epochs of a single step with their steps, at most 20 times a second', async () => {
    const result = await trained(
      `${DATA}
       export const model = () => makeModel(false);
       export const data = { train: { xs, ys } };
       export const training = { epochs: 600, batchSize: 96, loss: 'categoricalCrossentropy' };`,
      600,
    );
    assert.deepEqual(
      result.epochs.map(({ epoch, step }) => [epoch, step]),
      Array.from({ length: 600 }, (_, i) => [i + 1, i + 1]),
    );
    result.records.forEach(({ loss }, i) => assert.equal(result.epochs[i]!.metrics['loss'], loss));
    const sent = result.messages.flatMap(({ type }, i) =>
      type === 'steps' ? [result.times[i] ?? 0] : [],
    );
    const seconds = (sent.at(-1)! - sent[0]!) / 1000;
    // The first batch leaves at once, the last one with the end of the run.
    assert.ok(sent.length <= 20 * seconds + 3, `${sent.length} messages in ${seconds} s`);
  });

  it('trains, validates and reports epochs', async () => {
    const result = await trained(
      `${DATA}
       export const model = () => makeModel(false);
       export const data = async () => ({ train: { xs, ys }, validation: { xs: xs.slice(0, 50), ys: ys.slice(0, 50) } });
       export const training = { epochs: 3, batchSize: 40, loss: 'categoricalCrossentropy', metrics: ['accuracy'] };`,
      9,
    );
    assert.deepEqual(result.all('plan'), [{ type: 'plan', epochs: 3, stepsPerEpoch: 3 }]);
    assert.deepEqual(
      result.epochs.map(({ epoch, step }) => [epoch, step]),
      [
        [1, 3],
        [2, 6],
        [3, 9],
      ],
    );
    const { metrics } = result.epochs[0]!;
    assert.deepEqual(Object.keys(metrics).sort(), ['acc', 'loss', 'val_acc', 'val_loss']);
    const sizes = [40, 40, 16];
    const mean = sizes.reduce((sum, size, i) => sum + result.records[i]!.loss! * size, 0) / 96;
    assert.ok(Math.abs(mean - metrics['loss']!) < 1e-6, 'the mean weighs batches by their size');
    assert.ok(result.records.every(({ learningRate }) => learningRate === 0.001));
    assert.ok(
      result.layers.length === 2 && /units: 8/.test(result.lineOf(result.layers[0]!.frames)),
    );
  });

  it('validation equals evaluate on all samples', async () => {
    const result = await trained(
      `${DATA}
       export const model = () => makeModel(false);
       export const data = () => ({ train: { xs, ys }, validation: { xs, ys } });
       export const training = { epochs: 1, loss: 'categoricalCrossentropy', metrics: ['accuracy'],
         onEpochEnd: (epoch, metrics, model) => console.log(JSON.stringify(model.evaluate(xs, ys, { batchSize: 96 }).map((t) => t.dataSync()[0]))) };`,
      3,
    );
    const [loss, acc] = JSON.parse(result.all('console')[0]!.text) as [number, number];
    const { metrics } = result.epochs[0]!;
    assert.ok(Math.abs(metrics['val_loss']! - loss) < 1e-5);
    assert.ok(Math.abs(metrics['val_acc']! - acc) < 1e-6);
  });

  const RATES: readonly [schedule: string, rate: (step: number) => number][] = [
    ["{ type: 'constant' }", () => 0.1],
    ["{ type: 'exponential', decayRate: 0.5, decaySteps: 2 }", (t) => 0.1 * 0.5 ** (t / 2)],
    [
      "{ type: 'exponential', decayRate: 0.5, decaySteps: 2, staircase: true }",
      (t) => 0.1 * 0.5 ** Math.floor(t / 2),
    ],
    ["{ type: 'linear' }", (t) => 0.1 * (1 - t / 6)],
    ["{ type: 'linear', end: 0.02, steps: 4 }", (t) => 0.02 + 0.08 * (1 - Math.min(t / 4, 1))],
    ["{ type: 'cosine' }", (t) => (0.1 * (1 + Math.cos((Math.PI * t) / 6))) / 2],
    ["{ type: 'time-based', decay: 0.5 }", (t) => 0.1 / (1 + 0.5 * t)],
    ["{ type: 'step', factor: 0.1, everySteps: 3 }", (t) => 0.1 * 0.1 ** Math.floor(t / 3)],
    ['(step, rate) => rate / (step + 1) ** 2', (t) => 0.1 / (t + 1) ** 2],
  ];
  for (const [schedule, rate] of RATES) {
    it(`schedule ${schedule}`, async () => {
      const { records } = await trained(MODULE(`schedule: ${schedule}`), 6);
      records.forEach(({ learningRate, layers }, step) => {
        assert.ok(Math.abs(learningRate! - rate(step)) < 1e-9, `step ${step}: ${learningRate}`);
        // With plain SGD the update is the gradient times the rate: the rate is really used.
        const { gradient, weight, updateRatio } = layers['dense_Dense2']!;
        const used = (updateRatio * weight.norm) / gradient.norm;
        assert.ok(Math.abs(used - rate(step)) < 1e-4 * Math.max(rate(step), 0.01), `used ${used}`);
      });
    });
  }

  it('clipNorm scales all gradients together; the records hold them unclipped', async () => {
    const free = await trained(MODULE('epochs: 1'), 3);
    const clipped = await trained(MODULE('epochs: 1, clipNorm: 0.01'), 3);
    const first = clipped.records[0]!;
    assert.deepEqual(
      first.layers['dense_Dense1']!.gradient,
      free.records[0]!.layers['dense_Dense1']!.gradient,
    );
    const updates = Object.values(first.tensors).map(
      ({ updateRatio, weight }) => (updateRatio * weight.norm) / 0.1,
    );
    assert.ok(Math.abs(Math.hypot(...updates) - 0.01) < 1e-5);
  });

  it('clipValue clips every element', async () => {
    const clipped = await trained(MODULE('epochs: 1, clipValue: 1e-6'), 3);
    const { updateRatio, weight, gradient } = clipped.records[0]!.tensors['dense_Dense2/bias']!;
    assert.ok(gradient.norm > 1e-3);
    assert.ok(Math.abs((updateRatio * weight.norm) / 0.1 - Math.sqrt(3) * 1e-6) < 1e-8);
  });

  for (const optimizer of [
    "'adam'",
    "'rmsprop'",
    "{ name: 'sgd', momentum: 0.9, nesterov: true }",
    "{ name: 'adamax', learningRate: 0.01 }",
    "{ name: 'adagrad' }",
    "{ name: 'adadelta' }",
    "{ name: 'rmsprop', momentum: 0.5 }",
    'tf.train.adam(0.02)',
  ]) {
    it(`optimizer ${optimizer}, also scheduled and clipped`, async () => {
      const source = MODULE(`clipNorm: 1, schedule: { type: 'step', factor: 0.5, everySteps: 2 }`);
      const { records } = await trained(
        source.replace("optimizer: { name: 'sgd', learningRate: 0.1 }", `optimizer: ${optimizer}`),
        6,
      );
      assert.ok(records.every(({ loss }) => Number.isFinite(loss)));
      assert.ok(Math.abs(records[5]!.learningRate! - records[0]!.learningRate! / 4) < 1e-9);
    });
  }

  it('honours a model that is compiled already', async () => {
    const { records } = await trained(
      `${DATA}\nexport const model = makeModel();\nexport const data = { train: { xs, ys } };\nexport const training = { epochs: 1 };`,
      3,
    );
    assert.ok(
      records.every(({ learningRate, metrics }) => learningRate === 0.01 && 'acc' in metrics),
    );
  });

  it('stops early, with a notice', async () => {
    const result = await run(
      MODULE("epochs: 50, earlyStopping: { monitor: 'loss', patience: 2, minDelta: 10 }"),
    );
    assert.equal(result.all('finished')[0]?.steps, 9);
    assert.equal(result.all('notice')[0]?.notice.code, 'early-stopping');
  });

  it('passes hyperparameters, with their defaults, to every function', async () => {
    const source = `${DATA}
      export const hyperparameters = { rate: { default: 0.5, min: 0, max: 1 }, epochs: 2, name: 'x' };
      export const model = (h) => makeModel(false);
      export const data = async (h) => ({ train: { xs, ys } });
      export const training = (h) => ({ epochs: h.epochs, loss: 'categoricalCrossentropy', optimizer: { name: 'sgd', learningRate: h.rate } });`;
    const given = await trained(source, 3, { hyperparameters: { epochs: 1 } });
    assert.equal(given.records[0]!.learningRate, 0.5);
    await refused(source, /no hyperparameter "epoch".*"epochs"/, { hyperparameters: { epoch: 1 } });
  });

  describe('on WebGL', () => {
    const source = MODULE(
      "epochs: 3, optimizer: 'adam', clipNorm: 0.5, metrics: ['accuracy'], schedule: { type: 'cosine' }",
    );

    it('fused updates change no bit of losses, metrics, weights or gradients', async () => {
      const [fused, own] = [
        await trained(source, 9, { backend: 'webgl' }),
        await trained(source, 9, { backend: 'webgl', fusedUpdates: 'off' }),
      ];
      const bare = ({ records }: RuntimeRun) =>
        records.map((record) => ({ ...record, seconds: 0 }));
      assert.deepEqual(bare(fused), bare(own));
      assert.deepEqual(fused.epochs, own.epochs);
      const { loss, acc } = fused.epochs[0]!.metrics;
      const first = fused.records.slice(0, 3);
      assert.ok(Math.abs(loss! - first.reduce((sum, record) => sum + record.loss! / 3, 0)) < 1e-12);
      assert.ok(
        Math.abs(acc! - first.reduce((sum, record) => sum + record.metrics['acc']! / 3, 0)) < 1e-12,
      );
    });

    it('says what it does before the first step, and leaves no tensor behind', async () => {
      const run = await trained(MODULE('epochs: 100'), 300, { backend: 'webgl' });
      const messages = run.all('progress').map(({ message }) => message);
      const checking = messages.indexOf('Checking fused optimizer updates on this device');
      assert.equal(messages[checking + 1], 'Compiling shaders for the first step');
      // Between steps and within one, but no more at the end than at the beginning.
      const counts = run.all('steps').map(({ memory }) => memory.numTensors);
      assert.ok(Math.max(...counts) - Math.min(...counts) < 100, String(counts));
      const off = await trained(MODULE('epochs: 1'), 3, { backend: 'webgl', fusedUpdates: 'off' });
      assert.ok(off.all('progress').every(({ message }) => !/fused/.test(message)));
    });
  });

  describe('data', () => {
    const withData = (data: string, more = ''): string => `${DATA}
      ${more}
      export const model = () => makeModel(false);
      export const data = () => (${data});
      export const training = { epochs: 2, batchSize: 32, loss: 'categoricalCrossentropy', optimizer: 'sgd' };`;

    it('plain arrays', async () => {
      const { losses } = await trained(
        withData('{ train: { xs: xs.arraySync(), ys: ys.arraySync() } }'),
        6,
      );
      assert.deepEqual(losses, (await trained(withData('{ train: { xs, ys } }'), 6)).losses);
    });

    it('a tf.data.Dataset', async () => {
      const dataset =
        'tf.data.zip({ xs: tf.data.array(xs.arraySync()), ys: tf.data.array(ys.arraySync()) }).batch(40)';
      await trained(withData(`{ train: ${dataset}, validation: ${dataset} }`), 6);
    });

    it('a batch source: windows first, then all, the same whatever the timing', async () => {
      const source = (wait: string): string =>
        withData(
          `{ train: { size: 9000, featureShape: [4], labelShape: [3], async batch(indices) {
             console.log(Math.min(...indices) + ' ' + Math.max(...indices));
             ${wait}
             const rows = Array.from(indices, (i) => i % 96);
             return { xs: tf.gather(xs, rows), ys: tf.gather(ys, rows) };
           } } }`,
        ).replace('batchSize: 32', 'batchSize: 512');
      const quick = await trained(source(''), 36);
      const slow = await trained(
        source('await new Promise((r) => setTimeout(r, Math.min(...indices) % 7));'),
        36,
      );
      assert.deepEqual(slow.losses, quick.losses);
      const ranges = quick.all('console').map(({ text }) => text.split(' ').map(Number));
      assert.equal(ranges.length, 36);
      for (const [, most] of ranges.slice(0, 8)) assert.ok(most! < 4096);
      for (const [least] of ranges.slice(8, 16)) assert.ok(least! >= 4096);
      assert.ok(ranges[18]![1]! > 8192, 'the second epoch shuffles all');
    });

    it('shuffle: false keeps the order', async () => {
      const data = `{ train: { size: 96, featureShape: [4], labelShape: [3], async batch(indices) {
        console.log(indices[0]); const rows = [...indices]; return { xs: tf.gather(xs, rows), ys: tf.gather(ys, rows) }; } } }`;
      const result = await trained(
        withData(data).replace('epochs: 2', 'shuffle: false, epochs: 2'),
        6,
      );
      assert.deepEqual(
        result.all('console').map(({ text }) => text),
        ['0', '32', '64', '0', '32', '64'],
      );
    });

    it('several inputs, by name', async () => {
      await trained(
        `${DATA}
         export const model = () => {
           const a = tf.input({ shape: [4], name: 'left' });
           const b = tf.input({ shape: [4], name: 'right' });
           const y = tf.layers.dense({ units: 3, activation: 'softmax' }).apply(tf.layers.add().apply([a, b]));
           return tf.model({ inputs: [a, b], outputs: y });
         };
         export const data = () => ({ train: { xs: { right: xs, left: xs }, ys }, validation: { xs: [xs, xs], ys } });
         export const training = { epochs: 2, loss: 'categoricalCrossentropy' };`,
        6,
      );
    });

    it('leaves no tensor behind', async () => {
      const result = await trained(
        withData('{ train: { xs, ys }, validation: { xs, ys } }').replace(
          'epochs: 2',
          'epochs: 80, clipNorm: 1, onEpochEnd: (epoch) => { if (epoch % 20 === 10) console.log(tf.memory().numTensors); }',
        ),
        240,
      );
      const counts = result.all('console').map(({ text }) => text);
      assert.deepEqual(counts, [counts[0], counts[0], counts[0], counts[0]]);
    });

    for (const [what, data, message] of [
      [
        'fewer labels than samples',
        '{ train: { xs, ys: ys.slice(0, 90) } }',
        /ys has the shape \[90, 3\].*96 samples/,
      ],
      [
        'features of another shape',
        '{ train: { xs: xs.reshape([48, 8]), ys: ys.slice(0, 48) } }',
        /xs \[32, 8\].*\[batch, 4\]/,
      ],
      [
        'labels of another shape',
        '{ train: { xs, ys: ys.slice([0, 0], [96, 2]) } }',
        /ys \[32, 2\].*\[batch, 3\]/,
      ],
    ] as const) {
      it(`says what does not fit: ${what}`, async () => {
        const { error } = await run(withData(data));
        assert.equal(error?.code, 'shape-mismatch', JSON.stringify(error));
        assert.match(error.message, message);
      });
    }
  });

  describe('what is no experiment module', () => {
    const base = MODULE('');
    const cases: readonly [what: string, source: string, message: RegExp][] = [
      [
        'a misspelt export',
        base.replace('const training', 'const trainning'),
        /not export "training".*"trainning"/,
      ],
      ['a missing export', base.replace('export const data', 'const other'), /not export "data"/],
      [
        'a model that is none',
        base.replace('makeModel(false)', '({})'),
        /must be a tf\.LayersModel.*plain object/,
      ],
      [
        'a model function without return',
        base.replace('makeModel(false)', '{}'),
        /undefined \(is a return missing\?\)/,
      ],
      [
        'data without train',
        base.replace('train: {', 'training: {'),
        /\{ train, validation\? \}.*training/,
      ],
      ['a misspelt option', MODULE('batchsize: 3'), /no option "batchsize".*"batchSize"/],
      ['an unknown optimizer', MODULE("optimizer: 'adm'"), /"adm".*"adam"/],
      [
        'an unknown optimizer option',
        MODULE("optimizer: { name: 'adam', lr: 1 }"),
        /"lr".*"learningRate"/,
      ],
      ['an unknown loss', MODULE("loss: 'crossentropy'"), /does not compile.*crossentropy/i],
      [
        'no loss',
        base.replace("0.1 }, loss: 'categoricalCrossentropy',", '0.1 },'),
        /training\.loss is missing/,
      ],
      ['an unknown schedule', MODULE("schedule: { type: 'exp' }"), /"type":"exp".*exponential/],
      ['epochs that are no number', MODULE("epochs: '3'"), /training\.epochs.*"3"/],
      ['an unknown monitor', MODULE("earlyStopping: { monitor: 'val_loss' }"), /val_loss.*loss/],
    ];
    for (const [what, source, message] of cases) {
      it(what, () => refused(source, message));
    }
  });

  it('an exception in the data function keeps its line', async () => {
    const result = await run(base());
    assert.equal(result.error?.code, 'model-exception');
    assert.match(result.lineOf(result.error.frames), /throw new Error\("no data today"\)/);
    function base(): string {
      return MODULE('').replace('({ train: { xs, ys } })', "{ throw new Error('no data today'); }");
    }
  });
});
