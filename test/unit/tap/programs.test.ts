// The tap under every kind of training program: the same losses bit for bit, a record per step with
// the loss the program saw, and no tensor left behind.
import assert from 'node:assert/strict';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import { PROGRAMS, withSeed } from './programs';
import { freshNamespace, withTap } from './tapped';

const STEPS = 6;

/** Losses that a program reports per epoch rather than per step. */
const PER_EPOCH = new Set(['fit', 'fitDataset']);

function assertComplete(record: StepRecord, step: number): void {
  assert.equal(record.step, step);
  assert.ok(Number.isFinite(record.loss), `loss of step ${step}`);
  assert.ok(record.learningRate! > 0);
  assert.ok(Object.keys(record.layers).length > 0);
  for (const [name, layer] of Object.entries(record.layers)) {
    assert.ok(layer.weight.count > 0 && layer.weight.count === layer.gradient.count, name);
    assert.ok(layer.gradient.norm > 0 && layer.updateRatio > 0, `${name} of step ${step}`);
  }
}

describe('tap: programs', () => {
  for (const [name, program] of Object.entries(PROGRAMS)) {
    it(`${name}: losses are the same with the tap, and recorded`, async () => {
      const plain = await withSeed(11, () => program(freshNamespace(), STEPS));
      await withTap(async ({ tf, flushed }) => {
        const tapped = await withSeed(11, () => program(tf, STEPS));
        assert.deepEqual(tapped, plain);
        const records = flushed();
        assert.equal(records.length, STEPS);
        records.forEach((record, i) => assertComplete(record, i + 1));
        if (!PER_EPOCH.has(name)) {
          assert.deepEqual(
            records.map(({ loss }) => loss),
            tapped.map((loss) => Math.fround(loss)),
          );
        }
      });
    });
  }

  it('after uninstall, programs run as if there had been no tap', async () => {
    const program = PROGRAMS['trainOnBatch mlp']!;
    const namespace = await withTap(async ({ tf, records }) => {
      await withSeed(5, () => program(tf, 2));
      const seen = records.length;
      return { tf, seen, records };
    });
    const plain = await withSeed(5, () => program(freshNamespace(), STEPS));
    assert.deepEqual(await withSeed(5, () => program(namespace.tf, STEPS)), plain);
    assert.equal(namespace.records.length, namespace.seen);
    const { tf } = namespace;
    assert.equal(Object.hasOwn(tf.engine(), 'gradients'), false);
    assert.equal(Object.hasOwn(tf.layers.Layer.prototype, '_callHook'), false);
    assert.equal(tf.AdamOptimizer, freshNamespace().AdamOptimizer);
  });

  it('the GAN: each step records the layers of its own optimizer, with activations and δ', () =>
    withTap(async ({ tf, layers, flushed }) => {
      await withSeed(3, () => PROGRAMS['gan']!(tf, 4));
      const [first, second, third] = flushed();
      assert.deepEqual(Object.keys(first!.layers), ['look', 'judge']);
      assert.deepEqual(Object.keys(second!.layers), ['generate', 'sample']);
      assert.equal(first!.learningRate, 0.01);
      assert.equal(second!.learningRate, 0.02);
      // The discriminator saw a real and a fake batch of 8 in one step.
      assert.equal(third!.layers['look']!.activation!.count, 2 * 8 * 8);
      assert.equal(third!.layers['judge']!.activationGradient!.count, 2 * 8);
      assert.equal(second!.layers['sample']!.activationGradient!.count, 8 * 6);
      assert.deepEqual(
        layers.map(({ name }) => name),
        ['generate', 'sample', 'look', 'judge'],
      );
    }));

  it('skips gradients that are null', () =>
    withTap(async ({ tf, flushed }) => {
      await withSeed(3, () => PROGRAMS['minimize']!(tf, 1));
      const [record] = flushed();
      assert.deepEqual(
        Object.values(record!.tensors)
          .map(({ gradient }) => gradient.count)
          .sort(),
        [12, 3],
      );
    }));

  it('leaves no tensor behind over 200 steps', async () => {
    for (const name of ['trainOnBatch mlp', 'trainOnBatch lstm', 'clipped', 'gan'] as const) {
      await withTap(
        async ({ tf }) => {
          await withSeed(9, () => PROGRAMS[name]!(tf, name === 'trainOnBatch lstm' ? 60 : 200));
        },
        { onStep: watchTensors(name) },
      );
    }
  }).timeout(60_000);
});

/** Fails when the number of tensors or of their data right after a step differs from the third step on (GAN: fifth). */
function watchTensors(name: string): (step: number) => void {
  const { memory } = freshNamespace();
  const seen = new Map<number, string>();
  return (step) => {
    if (step <= 4) return;
    const phase = step % 2;
    const { numTensors, numDataBuffers } = memory();
    const found = `${numTensors} tensors, ${numDataBuffers} buffers`;
    const before = seen.get(phase);
    seen.set(phase, found);
    if (before !== undefined) assert.equal(found, before, `${name}: after step ${step}`);
  };
}
