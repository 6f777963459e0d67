// Steps that are measured later than they were taken: the same records, whatever the program does to its variables
// in between, and nothing left behind.
import assert from 'node:assert/strict';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import { PROGRAMS, withSeed } from './programs';
import { withTap } from './tapped';

const STEPS = 6;
const LATER = { defers: () => true };

/** What a program records; layers are numbered on from run to run, and named by their order here. */
async function recordsOf(name: string, options: { defers?: () => boolean }): Promise<string[]> {
  return withTap(async ({ tf, flushed }) => {
    const losses = await withSeed(3, () => PROGRAMS[name]!(tf, STEPS));
    const bare = ({ layers, tensors, loss, learningRate, metrics, epoch }: StepRecord) => ({
      ...{ layers: Object.values(layers), tensors: Object.values(tensors) },
      ...{ loss, learningRate, metrics, epoch },
    });
    return [JSON.stringify(losses), ...flushed().map((record) => JSON.stringify(bare(record)))];
  }, options);
}

describe('tap: deferred measurement', () => {
  for (const name of Object.keys(PROGRAMS)) {
    it(`${name}: the same records`, async () => {
      const atOnce = await recordsOf(name, {});
      assert.equal(atOnce.length, STEPS + 1);
      assert.deepEqual(await recordsOf(name, LATER), atOnce);
    });
  }

  it('measures what the step has left, not what the program makes of it afterwards', () =>
    withTap(({ tf, tap, flushed }) => {
      const w = tf.variable(tf.tensor1d([3, 4]), true, 'changed later');
      const optimizer = tf.train.sgd(0.5);
      optimizer.minimize(() => w.sum().asScalar(), false, [w]);
      w.assign(tf.tensor1d([100, 100]));
      assert.equal(tap.pending, 1);
      const [record] = flushed();
      assert.equal(tap.pending, 0);
      assert.equal(record!.tensors['changed later']!.weight.norm, Math.hypot(2.5, 3.5));
      assert.equal(record!.tensors['changed later']!.gradient.norm, Math.SQRT2);
      w.dispose();
    }, LATER));

  it('holds one step at most, and lets all of it go', () =>
    withTap(({ tf, tap, flushed }) => {
      const w = tf.variable(tf.tensor1d([3, 4]), true, 'held');
      const optimizer = tf.train.adam(0.1);
      const step = (): unknown => optimizer.minimize(() => w.square().sum().asScalar());
      for (let i = 0; i < 5; i++) step();
      const { numDataBuffers } = tf.memory();
      for (let i = 0; i < 50; i++) step();
      assert.equal(tf.memory().numDataBuffers, numDataBuffers);
      assert.equal(flushed().length, 55);
      assert.ok(tf.memory().numDataBuffers < numDataBuffers);
      step();
      tap.uninstall();
      const kept = tf.memory().numDataBuffers;
      w.dispose();
      assert.equal(tf.memory().numDataBuffers, kept - 1, 'the weight had no other reference');
    }, LATER));
});
