// A lost WebGL context as one piece: the real worker in the real panel page loses it, the source starts
// a fresh worker from the checkpoint, and the run goes on with the losses of a run that lost nothing.
import assert from 'node:assert/strict';
import { TrainingRun } from '../../../src/run/trainingRun';
import { BundleMap } from '../../../src/model/sourceMap';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import type { StartOptions } from '../../../src/shared/protocol/runtime';
import { WebviewSource } from '../../../src/sources/webview/webviewSource';
import { bundleUser, ROOT } from '../runtime/bundles';
import { HostSide } from './hostSide';
import { PanelPage } from './panelPage';

/** A net with all that a checkpoint holds. The page's word `lose` takes its context away. */
const EXPERIMENT = `
import * as tf from '@tensorflow/tfjs';
new BroadcastChannel('test').onmessage = () => {
  tf.backend().getGPGPUContext().gl.getExtension('WEBGL_lose_context').loseContext();
};
export const model = () => tf.sequential({ layers: [
  tf.layers.dense({ units: 12, activation: 'tanh', inputShape: [6] }),
  tf.layers.batchNormalization({}),
  tf.layers.dropout({ rate: 0.2 }),
  tf.layers.dense({ units: 3, activation: 'softmax' }),
] });
export const data = () => {
  const labels = Array.from({ length: 48 }, (_, i) => i % 3);
  return { train: { xs: tf.randomNormal([48, 6]), ys: tf.oneHot(tf.tensor1d(labels, 'int32'), 3) } };
};
export const training = {
  epochs: 5000, batchSize: 16, optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'],
};
`;

/** A checkpoint is taken every two seconds. Milliseconds. */
const UNTIL_CHECKPOINT_MS = 4500;
const STEPS_BEYOND = 15;

describe('panel page: a lost WebGL context', function () {
  this.timeout(120_000);
  let panel: PanelPage;
  let host: HostSide;
  beforeEach(async () => {
    panel = await PanelPage.open();
    host = await HostSide.over(panel);
  });
  afterEach(() => panel.close());

  async function begin(id: string, maxSteps?: number) {
    const start: StartOptions = {
      ...{ runId: id, kind: 'experiment', seed: 3, backend: 'webgl', paused: false },
      sampling: { everySteps: 1, activationEverySteps: 1 },
      ...{ epsilon: 'keras', fusedUpdates: 'auto', probe: 'off', hyperparameters: {} },
      ...(maxSteps !== undefined && { maxSteps }),
    };
    const code = await bundleUser(EXPERIMENT, ROOT, 'model.js');
    const map = new BundleMap('{"version":3,"sources":[],"names":[],"mappings":""}', ROOT);
    const none = () => Promise.reject(new Error('There are no files.'));
    const source = new WebviewSource({
      page: host,
      files: { readFile: none, stat: none, list: none },
      start,
      bundle: () => Promise.resolve({ code, map, inputs: [], hash: id, ms: 0 }),
      onConsole: () => undefined,
      onTrouble: (message) => host.trouble.push(message),
    });
    const request = { seed: 3, backend: 'webgl' };
    const run = new TrainingRun({ id, model: id, title: id, path: id, request, source });
    const records: StepRecord[] = [];
    run.onDidStep((record) => {
      records.push(record);
    });
    run.start();
    const until = async (what: string, holds: () => boolean): Promise<void> => {
      const end = Date.now() + 60_000;
      while (!holds()) {
        await panel.page.waitForTimeout(20);
        assert.ok(Date.now() < end, `${what}: ${run.state} at step ${run.currentStep}`);
        assert.equal(run.error, undefined, JSON.stringify(run.error));
      }
    };
    return { run, records, until };
  }

  it('ends neither the run nor changes a loss of it', async () => {
    const { run, records, until } = await begin('lost');
    await until('first step', () => records.length > 0);
    const first = Date.now();
    const isLate = () => Date.now() - first > UNTIL_CHECKPOINT_MS && records.length >= 40;
    await until('a checkpoint', isLate);
    await panel.page.evaluate(() => new BroadcastChannel('test').postMessage('lose'));
    await until('the notice', () => run.notices.length > 0);
    const [notice] = run.notices;
    assert.equal(notice?.code, 'context-lost');
    const place = /lost at step (\d+); training goes on from step (\d+) on/.exec(notice.message);
    const [, lost = 0, from = 0] = (place ?? []).map(Number);
    assert.ok(from > 0 && from <= lost, notice.message);
    await until('steps beyond', () => run.currentStep >= lost + STEPS_BEYOND);
    await run.stop();
    assert.equal(run.state, 'stopped', JSON.stringify(run.error));
    assert.equal(run.backend, 'webgl');
    // No step is missing, and none came twice.
    assert.deepEqual(
      records.map(({ step }) => step),
      records.map((_, i) => i + 1),
    );

    const whole = await begin('undisturbed', records.length);
    await whole.run.finished;
    assert.equal(whole.run.state, 'completed', JSON.stringify(whole.run.error));
    const lossesOf = (of: readonly StepRecord[]) => of.map(({ loss, metrics }) => [loss, metrics]);
    assert.deepEqual(lossesOf(records), lossesOf(whole.records));
    assert.deepEqual(host.trouble, []);
  });
});
