// Experiments by their questions, as a person answers them with the keyboard: a run trained again with other values,
// and a sweep from its five questions to the file beside the model and its first trials.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { eventually, PanelPage } from './panelPage';
import { Window } from './window';

const MODEL = 'deep-sigmoid.model.ts';
const FILE = 'deep-sigmoid.experiment.json';

describe('experiments by their questions', () => {
  let window: Window;
  let panel: PanelPage;

  before(async () => {
    window = await Window.open({ name: 'experiments', source: path.join(__dirname, 'workspace') });
  });

  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    await window.screenshot(`failure-${this.currentTest.title.replace(/\W+/g, '-')}`);
    process.stdout.write(`${await window.log()}\n`);
  });

  after(() => window.close());

  /** What the runs on disk were asked for. */
  async function requests(): Promise<{ learningRate?: number; seed?: number }[]> {
    const runs = path.join(window.folder, '.gradient-lens/runs');
    const folders = await readdir(runs).catch(() => []);
    const manifests = folders.map(async (name) => {
      const text = await readFile(path.join(runs, name, 'manifest.json'), 'utf8').catch(() => '{}');
      const { summary } = JSON.parse(text) as {
        summary?: { hyperparameters: Record<string, unknown>; seed?: number };
      };
      const learningRate = summary?.hyperparameters['training.learningRate'];
      return {
        ...(typeof learningRate === 'number' && { learningRate }),
        ...(summary?.seed !== undefined && { seed: summary.seed }),
      };
    });
    return (await Promise.all(manifests)).filter(({ seed }) => seed !== undefined);
  }

  it('trains a run again with a value that was typed, and the same seed', async () => {
    await window.openFile(MODEL);
    await window.runCommand('Gradient Lens: Train with Gradient Lens');
    panel = new PanelPage(window.panel);
    await panel.untilState('Training');
    await panel.untilStep(20);
    await panel.control(/^Stop/).click();
    await panel.untilState('Stopped');

    await window.runCommand('Gradient Lens: Rerun with Changes', true);
    await window.answer('Rerun with Changes', 'training.learningRate');
    await window.answer('training.learningRate', '0.003');
    await window.answer('Rerun with Changes');
    await panel.untilState('Training');
    const asked = await eventually('two runs on disk', requests, (found) => found.length === 2);
    const [changed] = asked.filter(({ learningRate }) => learningRate !== undefined);
    assert.equal(changed?.learningRate, 0.003);
    assert.equal(new Set(asked.map(({ seed }) => seed)).size, 1);
    await panel.control(/^Stop/).click();
    await panel.untilState('Stopped');
  });

  it('asks what to sweep, writes the answers beside the model, and trains', async () => {
    await window.page.locator('.tab', { hasText: MODEL }).first().click();
    await window.page.locator('.monaco-editor.focused').first().waitFor();
    await window.runCommand('Gradient Lens: Sweep Hyperparameters', true);
    for (let question = 1; question <= 3; question++) {
      await window.answer(`Sweep Hyperparameters (${question}/5)`);
    }
    await window.answer('Sweep Hyperparameters (4/5)', '12 steps');
    await window.answer('Sweep Hyperparameters (5/5)');

    const page = window.panel;
    const done = page.locator('table.trials tbody tr', { hasText: /\d\.\d/ });
    await eventually('trials', () => done.count(), (count) => count >= 2); // prettier-ignore
    await window.screenshot('sweep');
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Run again' }).waitFor();

    const text = await readFile(path.join(window.folder, FILE), 'utf8');
    const { parameters, ...asked } = JSON.parse(text) as { parameters: object };
    assert.deepEqual(asked, {
      ...{ model: MODEL, strategy: 'bayesian', trials: 20, steps: 12 },
      ...{ objective: 'loss', stopping: 'median', seed: 42 },
    });
    assert.ok('training.learningRate' in parameters, text);
    assert.ok((await requests()).length >= 4, 'trials are runs like any other');
  });
});
