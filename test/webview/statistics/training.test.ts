// The tap on the backends of the webview, in Chromium: losses bit for bit the same, records that agree
// between backends, flat memory.
import assert from 'node:assert/strict';
import path from 'node:path';
import type { StepRecord, TensorSummary } from '../../../src/shared/core/stepRecord';
import { openPage, type HarnessPage } from '../harness/index';

interface Outcome {
  plain: number[];
  tapped: number[];
  records: StepRecord[];
  layers: string[];
  numDataBuffers: number[];
  maxPending: number;
}

const MLP = 'trainOnBatch mlp';
const LSTM = 'trainOnBatch lstm';

/** The wasm backend of tfjs lacks the gradient of convolutions; the runtime adds it. */
const PROGRAMS: Record<string, string[]> = {
  webgl: [MLP, 'trainOnBatch cnn', LSTM, 'fit', 'minimize', 'clipped', 'gan'],
  wasm: [MLP, LSTM, 'fit', 'minimize', 'clipped', 'gan'],
};

for (const [backend, programs] of Object.entries(PROGRAMS)) {
  describe(`tap on ${backend}`, function () {
    this.timeout(120_000);
    let page: HarnessPage;
    before(async () => {
      page = await openPage(path.join(import.meta.dirname, 'training.page.ts'));
      await page.call('start', backend);
    });
    after(() => page.close());

    for (const program of programs) {
      it(`${program}: losses are the same with the tap, and recorded`, async () => {
        const { plain, tapped, records, maxPending } = await page.call<Outcome>(
          'train',
          program,
          5,
        );
        assert.deepEqual(tapped, plain);
        // fit rounds up to whole epochs of two batches.
        const steps = program === 'fit' ? [1, 2, 3, 4, 5, 6] : [1, 2, 3, 4, 5];
        assert.deepEqual(
          records.map(({ step }) => step),
          steps,
        );
        if (program !== 'fit') {
          assert.deepEqual(
            records.map(({ loss }) => loss),
            tapped,
          );
        }
        for (const record of records) {
          for (const [name, layer] of Object.entries(record.layers)) {
            assert.ok(layer.gradient.norm > 0 && layer.updateRatio > 0, name);
          }
        }
        // Two batches of at most eight steps.
        assert.ok(maxPending <= 16, `${maxPending} steps on their way`);
        assert.deepEqual(page.errors, []);
      });
    }

    it('leaves no tensor behind over 200 steps', async () => {
      const { numDataBuffers } = await page.call<Outcome>('train', MLP, 200);
      assert.equal(numDataBuffers.length, 200);
      assert.deepEqual(new Set(numDataBuffers.slice(5)), new Set([numDataBuffers[5]]));
    });
  });
}

describe('tap across backends', function () {
  this.timeout(120_000);

  it('the first step records the same numbers on webgl, wasm and cpu', async () => {
    const first: StepRecord[] = [];
    for (const backend of ['cpu', 'wasm', 'webgl']) {
      const page = await openPage(path.join(import.meta.dirname, 'training.page.ts'));
      try {
        await page.call('start', backend);
        first.push((await page.call<Outcome>('train', LSTM, 1)).records[0]!);
      } finally {
        await page.close();
      }
    }
    const [reference, ...others] = first;
    for (const other of others) {
      assert.deepEqual(Object.keys(other.layers), Object.keys(reference!.layers));
      for (const [name, layer] of Object.entries(reference!.layers)) {
        const seen = other.layers[name]!;
        assertNear(seen.gradient, layer.gradient, `${name} gradient`);
        assertNear(seen.weight, layer.weight, `${name} weight`);
        assertNear(seen.activation!, layer.activation!, `${name} activation`);
        assertNear(seen.activationGradient!, layer.activationGradient!, `${name} δ`);
        assert.ok(Math.abs(seen.updateRatio / layer.updateRatio - 1) < 1e-2, name);
      }
    }
  });
});

function assertNear(actual: TensorSummary, expected: TensorSummary, what: string): void {
  assert.equal(actual.count, expected.count, what);
  assert.equal(actual.zeros, expected.zeros, `${what}: zeros`);
  for (const field of ['norm', 'std', 'min', 'max'] as const) {
    const size = Math.abs(expected[field]) + expected.norm * 1e-3;
    assert.ok(
      Math.abs(actual[field] - expected[field]) <= 1e-4 * size,
      `${what}: ${field} ${actual[field]}, expected ${expected[field]}`,
    );
  }
}
