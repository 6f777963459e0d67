// The page's worker: the real runtime starts in it, gets its wasm binary through the page, and is
// silent once it is ended.
import assert from 'node:assert/strict';
import type { FromPanel, ToPanel } from '../../../src/shared/protocol/panel';
import type { FromRuntime, StartOptions } from '../../../src/shared/protocol/runtime';
import { PanelPage } from './panelPage';

const OPTIONS: Omit<StartOptions, 'runId'> = {
  kind: 'program',
  seed: 1,
  backend: 'wasm',
  paused: false,
  sampling: { everySteps: 1, activationEverySteps: 1 },
  epsilon: 'keras',
  fusedUpdates: 'auto',
  probe: 'auto',
  hyperparameters: {},
  maxSteps: 3,
};

/** What the host's bundler makes of a small program. */
const PROGRAM = `globalThis.__gradientLens.program(async () => {
  const tf = globalThis.__gradientLens.tf;
  const w = tf.variable(tf.scalar(2), true, 'w');
  const optimizer = tf.train.sgd(0.1);
  for (let i = 0; i < 10; i++) {
    optimizer.minimize(() => w.square());
    await tf.nextFrame();
  }
});`;

describe('panel page: training worker', function () {
  this.timeout(120_000);
  let panel: PanelPage;
  beforeEach(async () => (panel = await PanelPage.open()));
  afterEach(() => panel.close());

  type Launch = Extract<ToPanel, { type: 'launch' }>;
  const launch = (runId: string, code = PROGRAM, options: Partial<StartOptions> = {}): Launch => ({
    type: 'launch',
    runId,
    code,
    start: { type: 'start', options: { ...OPTIONS, runId, ...options } },
  });
  const waitFor = (match: string): Promise<unknown> =>
    panel.page.waitForFunction(
      (type) =>
        (window as unknown as { sent: FromPanel[] }).sent.some(
          (m) => m.type === type || (m.type === 'fromRuntime' && m.message.type === type),
        ),
      match,
      { timeout: 60_000 },
    );
  const runtimeMessages = async (): Promise<FromRuntime[]> =>
    (await panel.sent()).flatMap((m) => (m.type === 'fromRuntime' ? [m.message] : []));

  it('trains on wasm with the binary that the page fetched', async () => {
    await panel.send(launch('a'));
    await waitFor('finished');
    const messages = await runtimeMessages();
    const started = messages.find((m) => m.type === 'started');
    assert.equal(started?.backend, 'wasm');
    const finished = messages.find((m) => m.type === 'finished');
    assert.deepEqual(finished, { type: 'finished', outcome: 'completed', steps: 3 });
    assert.ok(messages.some((m) => m.type === 'steps'));
    assert.ok(!messages.some((m) => (m as { type: string }).type === 'needWasm'));
  });

  it('sends at most 20 batches of steps a second, however fast they come', async () => {
    const steps = 2000;
    const code = PROGRAM.replace('i < 10', `i < ${steps}`).replace('await tf.nextFrame()', '');
    const started = performance.now();
    await panel.send(launch('a', code, { backend: 'cpu', maxSteps: steps }));
    await waitFor('finished');
    const seconds = (performance.now() - started) / 1000;
    const messages = await runtimeMessages();
    const batches = messages.filter((m) => m.type === 'steps').length;
    // The first and the last batch wait for nothing.
    assert.ok(batches >= 1 && batches <= 20 * seconds + 2, `${batches} in ${seconds} s`);
    assert.deepEqual(messages.at(-1), { type: 'finished', outcome: 'completed', steps });
  });

  it('is silent after it was ended, and hears nothing meant for another run', async () => {
    await panel.send(launch('a', PROGRAM, { paused: true }));
    await waitFor('started');
    const resume = (runId: string): ToPanel => ({
      ...{ type: 'toRuntime', runId },
      message: { type: 'resume' },
    });
    await panel.send(resume('other'));
    await panel.send({ type: 'terminate', runId: 'other' });
    await panel.page.waitForTimeout(300);
    assert.ok((await runtimeMessages()).every(({ type }) => type !== 'steps'));
    await panel.send({ type: 'terminate', runId: 'a' });
    const before = (await panel.sent()).length;
    await panel.send(resume('a'));
    await panel.page.waitForTimeout(500);
    assert.equal((await panel.sent()).length, before);
  });

  it('reports a script that cannot be read, and starts the next run', async () => {
    await panel.send(launch('a', 'this is not JavaScript'));
    await waitFor('workerError');
    const error = (await panel.sent()).find((m) => m.type === 'workerError');
    assert.ok(error !== undefined);
    assert.equal(error.runId, 'a');
    assert.match(error.message, /worker/);
    await panel.send(launch('b'));
    await waitFor('hello');
  });
});
