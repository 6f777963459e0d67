// Statistics at the ends of the scale, in Chromium: a layer of 50 million parameters, a model of 300
// small tensors, thousands of steps.
import assert from 'node:assert/strict';
import path from 'node:path';
import type { TensorSummary } from '../../../src/shared/core/stepRecord';
import { openPage, type HarnessPage } from '../harness/index';

/** 7072² is just above 50 million; one side fits the textures that WebGL 2 devices have. */
const SIDE = 7072;

/** Steps of the loop whose memory is watched. Software WebGL takes milliseconds for each. */
const STEPS = { webgl: 1000, wasm: 10_000 };

for (const backend of ['webgl', 'wasm'] as const) {
  describe(`statistics of any size on ${backend}`, function () {
    this.timeout(120_000);
    let page: HarnessPage;
    before(async () => {
      page = await openPage(path.join(import.meta.dirname, 'size.page.ts'));
      await page.call('start', backend);
    });
    after(() => page.close());

    it('one layer of 50 million parameters', async () => {
      const { actual, expected, change } = await page.call<{
        actual: TensorSummary;
        expected: TensorSummary;
        change: number;
      }>('large', SIDE);
      const { mean, std, norm, ...exact } = actual;
      const { mean: meanThere, std: stdThere, norm: normThere, ...exactThere } = expected;
      assert.equal(actual.count, SIDE * SIDE);
      assert.deepEqual(exact, exactThere);
      assert.ok(Math.abs(norm / normThere - 1) <= 1e-5, `norm ${norm}, expected ${normThere}`);
      assert.ok(Math.abs(std / stdThere - 1) <= 1e-5, `std ${std}, expected ${stdThere}`);
      const size = normThere / SIDE;
      assert.ok(Math.abs(mean - meanThere) <= 1e-5 * size, `mean ${mean}, expected ${meanThere}`);
      assert.equal(change, 0);
      assert.deepEqual(page.errors, []);
    });

    it('300 small tensors, in buffers that are used again', async () => {
      const { counts, norms, expected, buffers, tensors } = await page.call<{
        counts: number[];
        norms: number[];
        expected: number[];
        buffers: number[];
        tensors: number;
      }>('many', 300, 12);
      assert.equal(counts.length, 900);
      norms.forEach((norm, i) => {
        assert.ok(Math.abs(norm - expected[i]!) <= 1e-5 * expected[i]!, `tensor ${i}: ${norm}`);
      });
      // By the fourth round every kernel is compiled: one a session, three sessions a round.
      assert.equal(buffers.at(-1), buffers[3], 'buffers are used again');
      assert.ok(buffers.at(-1)! <= 2, `${buffers.at(-1)} buffers`);
      assert.equal(tensors, 0);
      assert.deepEqual(page.errors, []);
    });

    it(`memory is flat over ${STEPS[backend]} steps`, async () => {
      const { samples, records, inOrder } = await page.call<{
        samples: { numTensors: number; numBytes: number; buffers: number }[];
        records: number;
        inOrder: boolean;
      }>('flat', STEPS[backend]);
      assert.equal(records, STEPS[backend]);
      assert.equal(inOrder, true);
      const [first, ...others] = samples;
      for (const { numTensors, numBytes } of others) {
        assert.deepEqual(
          { numTensors, numBytes },
          { numTensors: first!.numTensors, numBytes: first!.numBytes },
        );
      }
      assert.ok(samples.at(-1)!.buffers <= 6, `${samples.at(-1)!.buffers} buffers`);
      assert.deepEqual(page.errors, []);
    });
  });
}
