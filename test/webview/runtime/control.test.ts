// Pause, single steps, resume, stop and the step limit, in every kind of loop that awaits; and what
// holds for loops that never do.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { RuntimeBench, type RuntimeRun } from './harness';
import { DATA, MINIMIZE, VARIABLE_GRADS } from './programs';

/** Programs that would run for minutes. */
const ENDLESS = {
  fit: `${DATA}\nawait makeModel().fit(xs, ys, { epochs: 100000, batchSize: 16 });`,
  trainOnBatch: `${DATA}\nconst model = makeModel();\nfor (;;) await model.trainOnBatch(xs, ys);`,
  'await data()': VARIABLE_GRADS.replace('step < 12', 'true'),
  nextFrame: `${MINIMIZE(0)}\nfor (;;) { optimizer.minimize(() => tf.losses.softmaxCrossEntropy(ys, xs.matMul(w))); await tf.nextFrame(); }`,
  timers: `${MINIMIZE(0)}\nsetInterval(() => optimizer.minimize(() => tf.losses.softmaxCrossEntropy(ys, xs.matMul(w))), 1);`,
  experiment: `${DATA}
    export const model = () => makeModel();
    export const data = () => ({ train: { xs, ys } });
    export const training = { epochs: 100000 };`,
};

describe('control of a run', function () {
  this.timeout(60_000);
  let bench: RuntimeBench;
  before(async () => {
    bench = await RuntimeBench.open();
  });
  after(() => bench.close());

  /** Sends `message` and waits for the state that answers it. */
  async function ask(
    run: RuntimeRun,
    message: { type: 'pause' } | { type: 'resume' } | { type: 'step'; count: number },
  ): Promise<{ state: string; step: number }> {
    const from = run.messages.length;
    await run.send(message);
    const { state, step } = await run.next('state', from);
    return { state, step };
  }
  const recorded = (run: RuntimeRun): number => run.records.at(-1)?.step ?? 0;
  const start = (name: keyof typeof ENDLESS, options = {}): Promise<RuntimeRun> =>
    bench.start(ENDLESS[name], {
      options: { ...options, kind: name === 'experiment' ? 'experiment' : 'program' },
    });

  for (const name of Object.keys(ENDLESS) as (keyof typeof ENDLESS)[]) {
    it(`pauses, steps, resumes and stops: ${name}`, async () => {
      const run = await start(name);
      await run.until(() => recorded(run) > 5 || undefined);
      const paused = await ask(run, { type: 'pause' });
      assert.equal(paused.state, 'paused');
      assert.equal(recorded(run), paused.step, 'every step taken is there when the pause is');
      await sleep(200);
      assert.equal(recorded(run), paused.step, 'no step after the pause');

      assert.deepEqual(await ask(run, { type: 'step', count: 1 }), {
        state: 'paused',
        step: paused.step + 1,
      });
      assert.deepEqual(await ask(run, { type: 'step', count: 7 }), {
        state: 'paused',
        step: paused.step + 8,
      });
      assert.equal(recorded(run), paused.step + 8);
      const seconds = run.records.at(-1)!.seconds;
      await sleep(500);

      assert.equal((await ask(run, { type: 'resume' })).state, 'running');
      await run.until(() => recorded(run) > paused.step + 12 || undefined);
      const next = run.records.find(({ step }) => step === paused.step + 9)!;
      assert.ok(next.seconds - seconds < 0.4, 'time spent paused does not count');

      await run.send({ type: 'stop' });
      const end = await run.ended();
      assert.deepEqual(end, { type: 'finished', outcome: 'stopped', steps: recorded(run) });
      const count = run.messages.length;
      await sleep(150);
      assert.equal(run.messages.length, count, 'nothing comes after the end');
      await run.terminate();
    });
  }

  for (const name of ['fit', 'trainOnBatch', 'await data()', 'timers', 'experiment'] as const) {
    it(`ends exactly at maxSteps: ${name}`, async () => {
      const run = await start(name, { maxSteps: 23 });
      assert.deepEqual(await run.ended(), { type: 'finished', outcome: 'completed', steps: 23 });
      assert.equal(recorded(run), 23);
      if (name !== 'await data()' && name !== 'timers') {
        assert.ok(run.records.every(({ metrics }) => 'acc' in metrics));
      }
      await run.terminate();
    });

    it(`starts paused, before the first step: ${name}`, async () => {
      const run = await start(name, { paused: true });
      assert.deepEqual(await run.next('state').then(({ state, step }) => ({ state, step })), {
        state: 'paused',
        step: 0,
      });
      await sleep(200);
      assert.equal(recorded(run), 0);
      assert.deepEqual(await ask(run, { type: 'step', count: 2 }), { state: 'paused', step: 2 });
      assert.equal(recorded(run), 2);
      await run.terminate();
    });
  }

  it('acknowledges a pause while the program waits for something else', async () => {
    const run = await bench.start(
      `${DATA}\nawait new Promise(() => {});\nawait makeModel().fit(xs, ys);`,
    );
    await run.next('started');
    assert.deepEqual(await ask(run, { type: 'pause' }), { state: 'paused', step: 0 });
    await run.terminate();
  });

  it('streams the records of a loop that never awaits, says so, and ends it at maxSteps', async () => {
    const run = await bench.start(MINIMIZE(1_000_000), { options: { maxSteps: 4000 } });
    await run.ended();
    assert.deepEqual(run.all('finished')[0], {
      type: 'finished',
      outcome: 'completed',
      steps: 4000,
    });
    assert.equal(run.records.length, 4000);
    assert.deepEqual(
      run.all('notice').map(({ notice }) => notice.code),
      ['never-awaits'],
    );
    const times = run.times.filter((_, i) => run.messages[i]?.type === 'steps');
    const span = (times.at(-1)! - times[0]!) / 1000;
    assert.ok(times.length >= 5, 'records leave while the loop runs');
    assert.ok(times.length <= span * 20 + 3, `${times.length} messages in ${span} s`);
    await run.terminate();
  });

  it('ends a never-awaiting loop that catches everything', async () => {
    const run = await bench.start(
      `${MINIMIZE(0)}\nfor (;;) { try { optimizer.minimize(() => tf.losses.softmaxCrossEntropy(ys, xs.matMul(w))); } catch {} }`,
      { options: { maxSteps: 30 } },
    );
    assert.deepEqual(await run.ended(), { type: 'finished', outcome: 'completed', steps: 30 });
    assert.equal(run.records.length, 30);
    await run.terminate();
  });
});
