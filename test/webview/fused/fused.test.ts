// Fused updates on WebGL, in Chromium: the same bits as tfjs's own, for every optimizer and layout;
// refused where a formula differs in anything.
import assert from 'node:assert/strict';
import path from 'node:path';
import { openPage, type HarnessPage } from '../harness/index';
import { NETS, OPTIMIZERS } from './nets';

interface Outcome {
  losses: number[][];
  weights: number[][];
  slots: number[][];
  fused: boolean;
  fusedSteps: number;
  numDataBuffers: number[];
}

interface Training {
  net: string;
  optimizer: string;
  steps: number;
  [option: string]: unknown;
}

describe('training step and fused updates', function () {
  this.timeout(120_000);
  let page: HarnessPage;
  before(async () => {
    page = await openPage(path.join(import.meta.dirname, 'fused.page.ts'));
    await page.call('start');
  });
  after(() => page.close());

  const train = (loop: string, training: object): Promise<Outcome> =>
    page.call<Outcome>('train', loop, training);

  /** Steps that are fused of those that `training` asks for. */
  const expectedFused = (loop: string, steps: number): number => (loop === 'fused' ? steps : 0);

  /** Trains in all three ways and compares every bit. */
  async function assertSame(training: Training): Promise<Outcome> {
    const plain = await train('trainOnBatch', training);
    for (const loop of ['step', 'fused']) {
      const ours = await train(loop, training);
      assert.equal(ours.fused, loop === 'fused', `${loop} is fused`);
      assert.equal(ours.fusedSteps, expectedFused(loop, training.steps), 'at every step');
      assert.deepEqual(ours.losses, plain.losses, `losses of ${loop}`);
      assert.deepEqual(ours.weights, plain.weights, `weights of ${loop}`);
      assert.deepEqual(ours.slots, plain.slots, `slots of ${loop}`);
    }
    assert.deepEqual(page.errors, []);
    return plain;
  }

  for (const net of Object.keys(NETS)) {
    for (const optimizer of ['adam', 'sgd']) {
      it(`${net} with ${optimizer}: the bits of trainOnBatch`, async () => {
        const { losses } = await assertSame({ net, optimizer, steps: 5 });
        assert.equal(new Set(losses.map(([loss]) => loss)).size, 5, 'it really trains');
      });
    }
  }

  for (const optimizer of Object.keys(OPTIMIZERS)) {
    if (optimizer === 'adam' || optimizer === 'sgd') continue;
    it(`${optimizer}: the bits of trainOnBatch`, async () => {
      await assertSame({ net: 'mlp', optimizer, steps: 5 });
    });
  }

  it('NaN spreads alike', async () => {
    const { losses } = await assertSame({ net: 'mlp', optimizer: 'adam', steps: 4, poisonAt: 1 });
    assert.deepEqual(
      losses.map(([loss]) => Number.isNaN(loss)),
      [false, true, true, true],
    );
  });

  for (const optimizer of ['adam', 'sgd', 'momentum', 'adamax']) {
    it(`${optimizer}: follows a schedule of learning rates`, async () => {
      const rates = [0.1, 0.02, 0, 0.3];
      await assertSame({ net: 'mlp', optimizer, steps: 4, rates });
    });
  }

  it('clips first', async () => {
    const clipped = { net: 'mlp', optimizer: 'adam', steps: 4, clipNorm: 0.05, clipValue: 0.01 };
    const { weights } = await assertSame(clipped);
    const { weights: free } = await train('fused', { net: 'mlp', optimizer: 'adam', steps: 4 });
    assert.notDeepEqual(weights, free);
  });

  for (const optimizer of ['adam', 'sgd']) {
    it(`${optimizer}: no tensor is left behind over 300 steps`, async () => {
      const { fused, numDataBuffers } = await train('fused', { net: 'mlp', optimizer, steps: 300 });
      assert.ok(fused);
      assert.deepEqual(new Set(numDataBuffers.slice(1)), new Set([numDataBuffers[1]]));
    });
  }

  /** Changes too small to be seen in a loss. */
  const CHANGES: [optimizer: string, from: string, to: string][] = [
    ['adam', 'epsilon', 'epsilon * 1.0000002'],
    ['adam', 'product(g, rest1)', 'product(g, rest1 * 1.0000002)'],
    ['adam', 'quotient(v1, bias2)', 'product(v1, 1.0 / bias2)'],
    ['adam', 'vec4 m1', 'm *= 1.0000002; vec4 m1'],
    ['sgd', 'product(negativeRate, g)', 'product(negativeRate * 1.0000002, g)'],
    ['adadelta', 'sum(d, epsilon)', 'd + epsilon * 1.0000002'],
  ];
  for (const [optimizer, from, to] of CHANGES) {
    it(`${optimizer} with ${from} as ${to} is refused`, async () => {
      const same = await page.call<{ fused: boolean; left: number }>(
        'fuseChanged',
        optimizer,
        from,
        from,
      );
      assert.deepEqual(same, { fused: true, left: 0 });
      const changed = await page.call('fuseChanged', optimizer, from, to);
      assert.deepEqual(changed, { fused: false, left: 0 });
    });
  }
});
