// The ring of earlier states: bounded, dense where it is young, never without its first and newest state.
import assert from 'node:assert/strict';
import type { Checkpoint } from '../../../webview/runtime/checkpoint/checkpoint';
import { CheckpointRing } from '../../../webview/runtime/debug/ring';

const BYTES = 400;

const checkpoint = (step: number): Checkpoint => ({
  ...{ step, seconds: 0, epoch: 1, batches: step, sums: [], weight: 0, epochs: [], draws: 0 },
  numbers: {},
  tensors: [
    {
      name: 'weight/0',
      shape: [100],
      dtype: 'float32',
      onDevice: false,
      values: new Float32Array(100),
    },
  ],
});

/** Steps that are kept, up to `newest`. */
function stepsOf(ring: CheckpointRing, newest: number): number[] {
  const steps = new Set<number>();
  for (let step = 0; step <= newest; step++) {
    const found = ring.before(step);
    if (found) steps.add(found.step);
  }
  return [...steps];
}

describe('the ring of earlier states', () => {
  it('keeps within its bytes, the first and the newest, and more of what was just now', () => {
    const ring = new CheckpointRing(16 * BYTES);
    for (let step = 0; step <= 3000; step++) {
      ring.add(checkpoint(step));
      assert.ok(ring.has(0) && ring.has(step));
    }
    const steps = stepsOf(ring, 3000);
    assert.equal(steps.length, 16);
    // A step of some time ago is replayed from a state that is not much older, measured by its age.
    for (const back of [1, 5, 20, 100, 500, 2000]) {
      const from = ring.before(3000 - back)!.step;
      assert.ok(
        3000 - from <= 3 * back + 1,
        `${back} steps back begins at ${from}: ${steps.join()}`,
      );
    }
  });

  it('keeps within its count', () => {
    const ring = new CheckpointRing(Infinity, 5);
    for (let step = 0; step < 100; step += 7) ring.add(checkpoint(step));
    assert.equal(stepsOf(ring, 100).length, 5);
  });

  it('takes states in any order, once each, and forgets what would not come again', () => {
    const ring = new CheckpointRing();
    for (const step of [0, 8, 4, 8, 2]) ring.add(checkpoint(step));
    assert.deepEqual(stepsOf(ring, 9), [0, 2, 4, 8]);
    assert.equal(ring.before(7)?.step, 4);
    ring.forgetAfter(4);
    assert.deepEqual(stepsOf(ring, 9), [0, 2, 4]);
    ring.forgetAfter(9);
    assert.deepEqual(stepsOf(ring, 9), [0, 2, 4]);
    assert.equal(new CheckpointRing().before(3), undefined);
  });

  it('says what does not fit beside the first state', () => {
    const ring = new CheckpointRing(2 * BYTES);
    assert.ok(ring.fits(2 * BYTES));
    ring.add(checkpoint(0));
    assert.ok(ring.fits(BYTES) && !ring.fits(BYTES + 1));
  });
});
