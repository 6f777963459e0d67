// Fused updates on WebGL, wasm and cpu, in Chromium: the same bits as tfjs's own, for every optimizer and layout;
// refused where a formula differs in anything.
import assert from 'node:assert/strict';
import path from 'node:path';
import { openPage, type HarnessPage } from '../harness/index';
import { CHANGES } from './changes';
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

for (const backend of ['webgl', 'wasm', 'cpu'])
  describe(`training step and fused updates on ${backend}`, function () {
    this.timeout(120_000);
    let page: HarnessPage;
    before(async () => {
      page = await openPage(path.join(import.meta.dirname, 'fused.page.ts'));
      await page.call('start', backend);
    });
    after(() => page.close());

    const train = (loop: string, training: object): Promise<Outcome> =>
      page.call<Outcome>('train', loop, training);

    /** Trains in all three ways and compares every bit. */
    async function assertSame(training: Training): Promise<Outcome> {
      const plain = await train('trainOnBatch', training);
      for (const loop of ['step', 'fused']) {
        const ours = await train(loop, training);
        // What the greater of a number and NaN is on wasm depends on the processor that tfjs finds.
        const canFuse = !(backend === 'wasm' && training.optimizer === 'adamax') || ours.fused;
        assert.equal(ours.fused, loop === 'fused' && canFuse, `${loop} is fused`);
        const fusedSteps = ours.fused ? training.steps : 0;
        assert.equal(ours.fusedSteps, fusedSteps, 'at every step');
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
        // ReLU of tfjs makes 0 of NaN on wasm.
        [false, ...Array<boolean>(3).fill(backend !== 'wasm')],
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
        const { fused, numDataBuffers } = await train('fused', {
          net: 'mlp',
          optimizer,
          steps: 300,
        });
        assert.ok(fused);
        assert.deepEqual(new Set(numDataBuffers.slice(1)), new Set([numDataBuffers[1]]));
      });
    }

    for (const [name, { optimizer }] of Object.entries(CHANGES)) {
      it(`${optimizer} with ${name} is refused`, async () => {
        const fuse = (...change: string[]) => page.call('fuseChanged', optimizer, ...change);
        assert.deepEqual(await fuse(), { fused: true, left: 0 });
        assert.deepEqual(await fuse(name), { fused: false, left: 0 });
      });
    }
  });
