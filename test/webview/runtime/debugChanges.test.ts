// Changes of a training that is held: each does what it says from the next step on, tells what was there,
// and is made again wherever the same steps are taken again.
import assert from 'node:assert/strict';
import type { MadeChange, TrainingChange } from '../../../src/shared/core/recording';
import { randomNormal, seededRandom } from '../../../src/shared/core/random';
import { DATA, FIT } from './programs';
import { DebuggedRun } from './debugRun';
import { RuntimeBench } from './harness';

const experiment = (
  training = "optimizer: { name: 'adam', learningRate: 0.01 }",
): string => `${DATA}
export const model = () => tf.sequential({ layers: [
  tf.layers.dense({ units: 8, inputShape: [4], activation: 'relu', name: 'hidden' }),
  tf.layers.dropout({ rate: 0.3 }),
  tf.layers.dense({ units: 3, activation: 'softmax', name: 'out' }),
] });
export const data = () => ({ train: { xs, ys } });
export const training = { epochs: 9, batchSize: 16, loss: 'categoricalCrossentropy', ${training} };
`;
const SGD = experiment("optimizer: { name: 'sgd', learningRate: 0.1 }");

describe('changes of a training that is held', function () {
  this.timeout(180_000);
  let bench: RuntimeBench;
  before(async () => {
    bench = await RuntimeBench.open();
  });
  after(() => bench.close());

  const options = { kind: 'experiment', seed: 4 } as const;
  const start = (source: string, more = {}): Promise<DebuggedRun> =>
    DebuggedRun.start(bench, source, { ...options, ...more });

  /**
   * Makes each change after its step and trains to `to`; then goes back to `back` and forward, and does the
   * same in a fresh worker: all three have to give the same bits.
   */
  async function again(
    source: string,
    changes: readonly MadeChange[],
    { back = 5, to = 20, more = {} }: { back?: number; to?: number; more?: object } = {},
  ): Promise<DebuggedRun> {
    const debugged = await start(source, more);
    let at = 0;
    for (const { step, change } of changes) {
      if (step > at) await debugged.step(step - at);
      at = step;
      await debugged.change(change);
    }
    await debugged.record(to - at);
    const expected = await debugged.weights();
    const { run } = debugged;
    const losses = run.losses.slice();
    assert.ok(losses.every(Number.isFinite));
    assert.equal(await debugged.rewind(back), back);
    await debugged.record(to - back);
    assert.deepEqual(await debugged.weights(), expected, 'after going back');
    assert.deepEqual(run.losses.slice(-(to - back)), losses.slice(back));
    const fresh = await DebuggedRun.start(
      bench,
      source,
      { ...options, ...more },
      { replayTo: to, changes },
    );
    assert.deepEqual(fresh.run.losses, losses);
    assert.deepEqual(await fresh.weights(), expected, 'in a fresh worker');
    await fresh.run.terminate();
    const untouched = await start(source, more);
    await untouched.record(to);
    assert.notDeepEqual(await untouched.weights(), expected, 'the changes change something');
    await untouched.run.terminate();
    return debugged;
  }

  const kinds: Record<string, MadeChange[]> = {
    'learning rate': [{ step: 10, change: { type: 'learningRate', value: 0.003 } }],
    'norm to clip to': [{ step: 10, change: { type: 'clipNorm', value: 0.05 } }],
    'frozen layer': [
      { step: 4, change: { type: 'trainable', layer: 'hidden', value: false } },
      { step: 12, change: { type: 'trainable', layer: 'hidden', value: true } },
    ],
    'single element': [
      { step: 10, change: { type: 'element', variable: 'out/kernel', index: 5, value: 2.5 } },
    ],
    'noise on a variable': [
      { step: 6, change: { type: 'nudge', variable: 'hidden/kernel', deviation: 0.1, seed: 7 } },
    ],
    'batch out of turn': [
      { step: 2, change: { type: 'batch', batch: 5 } },
      { step: 8, change: { type: 'batch', batch: 6 } },
    ],
    'mixture before the first step': [
      { step: 0, change: { type: 'learningRate', value: 0.02 } },
      { step: 0, change: { type: 'trainable', layer: 'out', value: false } },
      { step: 0, change: { type: 'nudge', variable: 'hidden/kernel', deviation: 0.2, seed: 1 } },
      { step: 3, change: { type: 'clipNorm', value: 0.1 } },
      { step: 6, change: { type: 'batch', batch: 4 } },
      { step: 6, change: { type: 'trainable', layer: 'out', value: true } },
    ],
  };
  for (const [what, changes] of Object.entries(kinds)) {
    it(`are made again at the same steps: a ${what}`, async () => {
      const debugged = await again(experiment(), changes);
      await debugged.run.terminate();
    });
  }

  it('are made again over schedules and clipping, on WebGL with fused updates', async () => {
    const source = experiment(
      "optimizer: 'adam', clipNorm: 0.2, schedule: { type: 'exponential', decayRate: 0.9, decaySteps: 3 }",
    );
    const debugged = await again(
      source,
      [
        { step: 3, change: { type: 'trainable', layer: 'hidden', value: false } },
        { step: 5, change: { type: 'learningRate', value: 0.02 } },
        { step: 5, change: { type: 'element', variable: 'out/bias', index: 1, value: 1 } },
        { step: 6, change: { type: 'clipNorm', value: undefined } },
      ],
      { back: 4, to: 9, more: { backend: 'webgl' } },
    );
    await debugged.run.terminate();
  });

  it('of one step are dropped where an earlier step is changed after going back', async () => {
    const debugged = await start(SGD);
    await debugged.step(10);
    await debugged.change({ type: 'learningRate', value: 0.7 });
    await debugged.step(2);
    assert.equal(debugged.recordOf(12)!.learningRate, 0.7);
    await debugged.rewind(5);
    assert.equal(await debugged.change({ type: 'learningRate', value: 0.3 }), 0.1);
    await debugged.step(10);
    assert.equal(debugged.recordOf(5)!.learningRate, 0.1);
    assert.equal(debugged.recordOf(6)!.learningRate, 0.3);
    assert.equal(debugged.recordOf(12)!.learningRate, 0.3);
    // Nor is a state put back that the dropped change made.
    await debugged.rewind(12);
    await debugged.step();
    assert.equal(debugged.recordOf(13)!.learningRate, 0.3);
    await debugged.run.terminate();
  });

  it('tell what was there, before and after they are made', async () => {
    const debugged = await start(SGD);
    assert.equal(await debugged.change({ type: 'learningRate', value: 0.2 }), 0.1);
    assert.equal(await debugged.change({ type: 'learningRate', value: 0.4 }), 0.2);
    await debugged.step();
    assert.equal(debugged.recordOf(1)!.learningRate, 0.4);
    assert.equal(await debugged.change({ type: 'learningRate', value: 0.1 }), 0.4);
    assert.equal(await debugged.change({ type: 'clipNorm', value: 2 }), undefined);
    assert.equal(await debugged.change({ type: 'clipNorm', value: undefined }), 2);
    assert.equal(await debugged.change({ type: 'trainable', layer: 'out', value: false }), true);
    assert.equal(await debugged.change({ type: 'trainable', layer: 'out', value: true }), false);
    await debugged.record();
    const weight = await debugged.values({ name: 'out/kernel' });
    const element = { type: 'element', variable: 'out/kernel', index: 3, value: 9 } as const;
    assert.equal(await debugged.change(element), weight[3]);
    assert.equal(await debugged.change({ ...element, value: 8 }), 9);
    await debugged.run.terminate();
  });

  it('do what they say: elements, noise, frozen layers, clipped steps', async () => {
    const debugged = await start(SGD);
    await debugged.record();
    const before = await debugged.values({ name: 'hidden/kernel' });
    const nudge = { type: 'nudge', variable: 'hidden/kernel', deviation: 0.5, seed: 3 } as const;
    await debugged.change(nudge);
    await debugged.change({ type: 'element', variable: 'out/bias', index: 1, value: -4 });
    await debugged.change({ type: 'trainable', layer: 'out', value: false });
    await debugged.change({ type: 'clipNorm', value: 0.01 });
    await debugged.record();
    const random = seededRandom(3);
    const expected = before.map((value) => value + 0.5 * randomNormal(random));
    const of = (role: 'previousWeight' | 'weight' | 'gradient', name: string) =>
      debugged.values({ role, name });
    assert.deepEqual(await of('previousWeight', 'hidden/kernel'), expected);
    assert.equal((await of('previousWeight', 'out/bias'))[1], -4);
    for (const name of ['out/kernel', 'out/bias']) {
      assert.deepEqual(await of('weight', name), await of('previousWeight', name));
      assert.ok((await of('gradient', name)).some((value) => value !== 0));
    }
    assert.equal(debugged.recordOf(2)!.layers['out']!.updateRatio, 0);
    // What moved is as long as rate · norm: only the gradients that are applied are clipped.
    let moved = 0;
    for (const name of ['hidden/kernel', 'hidden/bias']) {
      const [weight, previous] = [await of('weight', name), await of('previousWeight', name)];
      weight.forEach((value, i) => (moved += (value - previous[i]!) ** 2));
    }
    assert.ok(Math.abs(Math.sqrt(moved) - 0.1 * 0.01) < 1e-6, `moved by ${Math.sqrt(moved)}`);
    await debugged.change({ type: 'trainable', layer: 'out', value: true });
    await debugged.record();
    assert.notDeepEqual(await of('weight', 'out/kernel'), await of('previousWeight', 'out/kernel'));
    await debugged.run.terminate();
  });

  it('swap two batches: both are trained on, in the other order', async () => {
    const inputs = async (changes: MadeChange[]): Promise<string[]> => {
      const debugged = await start(SGD);
      const seen: string[] = [];
      for (let step = 0; step < 6; step++) {
        for (const { change } of changes.filter((one) => one.step === step)) {
          await debugged.change(change);
        }
        await debugged.record();
        seen.push((await debugged.values({ role: 'input', name: '0' })).join());
      }
      await debugged.run.terminate();
      return seen;
    };
    const plain = await inputs([]);
    assert.equal(new Set(plain).size, 6);
    const swapped = await inputs([{ step: 1, change: { type: 'batch', batch: 4 } }]);
    const [a, b, c, d, e, f] = plain;
    assert.deepEqual(swapped, [a, d, c, b, e, f]);
  });

  it('are refused in plain words', async () => {
    const debugged = await start(SGD);
    const refused = (change: TrainingChange, why: RegExp) =>
      assert.rejects(debugged.change(change), why);
    await debugged.step(2);
    await refused(
      { type: 'batch', batch: 1 },
      /Batch 1 of this epoch was trained on already; batch 3/,
    );
    await refused({ type: 'batch', batch: 7 }, /has the batches 1 to 6/);
    await refused(
      { type: 'trainable', layer: 'nose', value: false },
      /called "nose". There are hidden, out/,
    );
    await refused(
      { type: 'element', variable: 'out/bias', index: 3, value: 1 },
      /"out\/bias" has 3 elements/,
    );
    await refused({ type: 'element', variable: 'nose', index: 3, value: 1 }, /no variable "nose"/);
    await refused({ type: 'nudge', variable: 'out/bias', deviation: -1, seed: 1 }, /not below 0/);
    await refused({ type: 'clipNorm', value: 0 }, /above 0/);
    await refused({ type: 'learningRate', value: NaN }, /finite number/);
    await debugged.run.send({ type: 'resume' });
    await refused({ type: 'learningRate', value: 1 }, /Pause it|run is over/);
    await debugged.run.terminate();
  });

  it('of a program: rate, clipping, freezing, weights; not its batches, and not before its first step', async () => {
    const debugged = await DebuggedRun.start(bench, FIT);
    await assert.rejects(debugged.change({ type: 'learningRate', value: 1 }), /take a step first/);
    await debugged.step(2);
    await assert.rejects(
      debugged.change({ type: 'batch', batch: 4 }),
      /a program takes them itself/,
    );
    const [layer] = debugged.run.layers;
    const { name } = layer!.tensors[0]!;
    const changes: TrainingChange[] = [
      { type: 'learningRate', value: 0.5 },
      { type: 'trainable', layer: layer!.name, value: false },
      { type: 'clipNorm', value: 0.5 },
    ];
    for (const change of changes) await debugged.change(change);
    await debugged.record();
    const frozen = await debugged.values({ name });
    assert.deepEqual(frozen, await debugged.values({ role: 'previousWeight', name }));
    assert.equal(debugged.recordOf(3)!.learningRate, 0.5);
    const nudge = { type: 'nudge', variable: name, deviation: 1, seed: 2 } as const;
    await debugged.change(nudge);
    await debugged.record(5);
    const made = [...changes.map((change) => ({ step: 2, change })), { step: 3, change: nudge }];
    const fresh = await DebuggedRun.start(bench, FIT, {}, { replayTo: 8, changes: made });
    assert.deepEqual(fresh.run.losses, debugged.run.losses);
    assert.deepEqual(await fresh.weights(), await debugged.weights());
    await fresh.run.terminate();
    await debugged.run.terminate();
  });

  it('leave no tensor behind', async () => {
    const debugged = await start(experiment("optimizer: 'adam', clipNorm: 1"), { backend: 'wasm' });
    await debugged.step(7);
    const memory = () => debugged.run.all('steps').at(-1)!.memory;
    const settled = memory();
    await debugged.change({ type: 'clipNorm', value: 0.1 });
    await debugged.change({ type: 'trainable', layer: 'out', value: false });
    await debugged.change({ type: 'nudge', variable: 'out/bias', deviation: 0.1, seed: 1 });
    await debugged.change({ type: 'batch', batch: 4 });
    await debugged.step(3);
    assert.deepEqual(memory(), settled);
    await debugged.run.terminate();
  });
});
