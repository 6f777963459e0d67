// Logs as other frameworks wrote them: what is read, what the rules say, what is said of the log.
import assert from 'node:assert/strict';
import path from 'node:path';
import { isAbsent } from '../../../src/shared/core/absent';
import { diskFiles } from '../../../src/sources/logs/diskFiles';
import { findRuns } from '../../../src/sources/logs/findRuns';
import { read, unpack, withFolder } from './reading';

const reading = (name: string) => withFolder(async (folder) => read(await unpack(name, folder)));

describe('logs of other frameworks', () => {
  it('Keras, a deep sigmoid net: its gradient vanishes', async () => {
    const run = await reading('keras-sigmoid');
    assert.deepEqual([run.state, run.currentStep, run.epoch], ['completed', 40, 40]);
    assert.deepEqual(
      run.layers.map(({ name }) => name),
      [0, 1, 2, 3, 4, 5].map((i) => `sequential/dense_${i}`).concat('sequential/output'),
    );
    assert.deepEqual(
      run.findings.map(({ rule, layer }) => [rule, layer]),
      [['vanishing-gradient', 'sequential/dense_0']],
    );
    const first = run.steps[0]!;
    assert.ok(Math.abs(first.loss! - 0.7) < 0.05);
    assert.ok(Math.abs(first.learningRate! - 0.1) < 1e-6);
    const { gradient, weight, updateRatio } = first.layers['sequential/dense_1']!;
    assert.equal(gradient.count, 64);
    assert.ok(Number.isNaN(updateRatio));
    // Weights were logged at every twentieth epoch, biases with them.
    assert.equal(weight.count, 72);
    assert.ok(isAbsent(run.steps[1]!.layers['sequential/dense_1']!.weight));
    assert.equal(run.epochs.length, 40);
    assert.ok(
      run.epochs.every(
        ({ metrics }) => Number.isFinite(metrics['val_loss']) && Number.isFinite(metrics['loss']),
      ),
    );
    const words = run.notices.map(({ message }) => message).join('\n');
    assert.match(words, /do not fit the octaves: \d+ % of all elements are interpolated/);
    assert.match(
      run.layers[1]?.tensors[0]?.note ?? '',
      /^gradient: octaves of \d+ % of the elements interpolated/,
    );
  });

  it('PyTorch, a deep sigmoid net: its gradient vanishes', async () => {
    const run = await reading('torch-sigmoid');
    assert.equal(run.currentStep, 150);
    assert.deepEqual(
      run.layers.map(({ name }) => name),
      ['0', '2', '4', '6', '8', '10', '12'],
    );
    assert.deepEqual(
      run.findings.map(({ rule, layer }) => [rule, layer]),
      [['vanishing-gradient', '0']],
    );
    assert.equal(run.steps.filter(({ layers }) => Object.keys(layers).length > 0).length, 30);
    const words = run.notices.map(({ message }) => message).join('\n');
    assert.match(words, /means, deviations and norms are exact/);
    assert.match(words, /counts steps from 0/);
  });

  for (const name of ['keras-relu', 'torch-relu', 'lightning', 'flax', 'tf1']) {
    it(`${name}, healthy: nothing`, async () => {
      const run = await reading(name);
      assert.equal(run.state, 'completed');
      assert.deepEqual(run.findings, []);
      assert.ok(run.steps.length >= 5 && run.layers.length > 0);
      assert.ok(
        run.steps.every(
          ({ loss, layers }) => loss !== undefined || Object.keys(layers).length >= 0,
        ),
      );
      assert.ok(run.steps.some(({ loss }) => loss !== undefined));
    });
  }

  it('PyTorch’s add_scalars: the curves of subfolders are those of the run', async () => {
    const run = await reading('torch-relu');
    assert.ok(Math.abs(run.steps[0]!.metrics['accuracy']! - 0.5) < 0.3);
    assert.equal(run.steps[0]!.metrics['val_accuracy'], 0.5);
    assert.ok(run.epochs.length >= 10);
  });

  it('Lightning: norms of gradients without elements, the rate, epochs by their scalar', async () => {
    const run = await reading('lightning');
    const record = run.steps.find(({ layers }) => layers['fc1'])!;
    const { gradient, weight } = record.layers['fc1']!;
    assert.deepEqual([gradient.count, isAbsent(gradient), isAbsent(weight)], [0, false, true]);
    const { tensors } = record;
    const joined = Math.hypot(
      tensors['fc1.weight']!.gradient.norm,
      tensors['fc1.bias']!.gradient.norm,
    );
    assert.ok(Math.abs(joined - gradient.norm) < 1e-9);
    const total = Math.hypot(gradient.norm, record.layers['fc2']!.gradient.norm);
    assert.ok(Math.abs(record.metrics['gradient_norm']! - total) < 1e-3);
    assert.ok(Math.abs(record.learningRate! - 0.05) < 1e-6);
    assert.deepEqual(
      run.epochs.map(({ epoch }) => epoch),
      [1, 2, 3, 4, 5, 6, 7, 8],
    );
    assert.equal(run.steps.at(-1)?.epoch, 8);
    assert.match(
      run.notices[0]?.message ?? '',
      /norms of gradients, no distributions, and no weights/,
    );
  });

  it('TensorFlow 1: moments and zeros of a HistogramProto', async () => {
    const run = await reading('tf1');
    const { gradient } = run.steps[0]!.layers['dense_1']!;
    assert.deepEqual([gradient.count, gradient.zeros], [52, 2]);
    assert.ok(Math.abs(gradient.mean - run.steps[0]!.loss!) < 1e-9);
  });

  it('a folder of all of them holds one run each', () =>
    withFolder(async (folder) => {
      const names = ['flax', 'keras-relu', 'lightning', 'torch-relu', 'torch-sigmoid'];
      for (const name of names) await unpack(name, folder);
      const runs = await findRuns(diskFiles, folder);
      assert.deepEqual(
        runs.map(({ name }) => name),
        names,
      );
      assert.deepEqual(
        runs[1]?.files.map((file) => file.folder),
        ['train', 'train', 'validation'],
      );
      assert.equal(path.basename(runs[3]?.folder ?? ''), 'torch-relu');
    }));
});
