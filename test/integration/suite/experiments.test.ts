// Experiments in the real editor: a sweep over an experiment module on threads, from its file to the best trial in
// the source; the learning rate of a program found and written.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Run } from '../../../src/api';
import { Commands } from '../../../src/contributions';
import { activate, closeAll, fixture, until } from '../support';

const MODULE = 'swept.model.ts';
const SWEEP = 'swept.experiment.json';
const PROGRAM = 'rated.js';
const BROKEN = 'broken.experiment.json';
const COMPARED = 'swept.activations.experiment.json';

async function write(name: string, text: string): Promise<vscode.Uri> {
  const file = fixture(name);
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
  return file;
}

const MODEL = `import * as tf from '@tensorflow/tfjs';
import { synthetic } from 'gradient-lens';
export const hyperparameters = { units: { default: 4, values: [4, 16] } };
export function model({ units }) {
  return tf.sequential({
    layers: [
      tf.layers.dense({ units, inputShape: [4], activation: 'sigmoid' }),
      tf.layers.dense({ units: 1 }),
    ],
  });
}
export const data = () => synthetic.linear({ features: 4, samples: 256, seed: 3 });
export const training = { epochs: 3, batchSize: 32, optimizer: 'sgd', loss: 'meanSquaredError' };
`;

const PROGRAM_TEXT = `import * as tf from '@tensorflow/tfjs';
const xs = tf.randomNormal([256, 4], 0, 1, 'float32', 5);
const ys = xs.sum(1, true).mul(0.5);
const model = tf.sequential();
model.add(tf.layers.dense({ units: 16, inputShape: [4], activation: 'relu' }));
model.add(tf.layers.dense({ units: 1 }));
model.compile({ optimizer: tf.train.sgd(0.00001), loss: 'meanSquaredError' });
await model.fit(xs, ys, { epochs: 40, batchSize: 32, verbose: 0 });
`;

/** Answers the question above a difference, as a person does. */
async function accept(done: Promise<unknown>): Promise<void> {
  const state = { isDone: false };
  const end = (): void => void (state.isDone = true);
  done.then(end, end);
  while (!state.isDone) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
  }
}

describe('experiments', () => {
  const runs: Run[] = [];
  let subscription: vscode.Disposable;
  before(async () => {
    const api = await activate();
    subscription = api.onDidStartRun((run) => runs.push(run));
  });
  beforeEach(() => runs.splice(0));
  after(async () => {
    subscription.dispose();
    await closeAll();
    for (const name of [MODULE, SWEEP, PROGRAM, BROKEN, COMPARED]) {
      await vscode.workspace.fs.delete(fixture(name)).then(undefined, () => undefined);
    }
  });

  it('runs an experiment file on threads, each trial an ordinary run, with a best one', async () => {
    await write(MODULE, MODEL);
    const sweep = {
      ...{
        model: MODULE,
        strategy: 'grid',
        steps: 16,
        objective: 'loss',
        parallel: 2,
        backend: 'wasm',
      },
      parameters: {
        units: [4, 16],
        'training.learningRate': [1e-6, 0.1],
        'layers.activation': ['sigmoid', 'relu'],
      },
    };
    const file = await write(SWEEP, JSON.stringify(sweep));
    const id = await vscode.commands.executeCommand<string>(Commands.runExperiment, file);
    const trials = (): Run[] => runs.filter(({ model }) => / · trial \d+$/.test(model.fragment));
    await until('eight trials', () => trials().length === 8 && trials().every(({ state }) => state === 'completed')); // prettier-ignore
    for (const run of trials()) {
      assert.equal(run.backend, 'wasm');
      assert.equal(run.steps.length, 16);
    }
    // Trials of the same rate differ by what the source and the module say: all of it has reached them.
    const last = trials().map(({ steps }) => steps.at(-1)!.loss!.toPrecision(6));
    assert.equal(new Set(last).size, 8, last.join());
    const rates = new Set(trials().map(({ steps }) => steps[0]!.learningRate!.toPrecision(3)));
    assert.deepEqual([...rates].sort(), ['0.100', '0.00000100'].sort());
    // None of them opened a panel: that of the experiment is the only one.
    const panels = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).filter(({ input }) => input instanceof vscode.TabInputWebview); // prettier-ignore
    assert.deepEqual(panels.map(({ label }) => label), [`Sweep of ${MODULE}`]); // prettier-ignore
    assert.equal(new TextDecoder().decode(await vscode.workspace.fs.readFile(fixture(MODULE))), MODEL); // prettier-ignore

    const lowest = trials().toSorted((a, b) => a.steps.at(-1)!.loss! - b.steps.at(-1)!.loss!)[0]!;
    const applying = vscode.commands.executeCommand(Commands.applyExperiment, id);
    await accept(Promise.resolve(applying));
    const text = (await vscode.workspace.openTextDocument(fixture(MODULE))).getText();
    const { activation, tensors } = lowest.layers[0]!;
    const units = tensors[0]!.shape[1]!;
    const applied = MODEL.replace('default: 4', `default: ${units}`)
      .replace("'sigmoid'", `'${String(activation)}'`)
      .replace("'sgd'", "{ name: 'sgd', learningRate: 0.1 }");
    assert.equal(text, applied);
    await vscode.window.showTextDocument(fixture(MODULE));
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('trains trials on WebGL one after another, in one panel', async () => {
    await write(MODULE, MODEL);
    const sweep = {
      ...{ model: MODULE, strategy: 'grid', steps: 6, objective: 'loss', backend: 'webgl' },
      parameters: { 'training.learningRate': [0.01, 0.1] },
    };
    const file = await write(SWEEP, JSON.stringify(sweep));
    let training = 0;
    let most = 0;
    const counted = (await activate()).onDidStartRun((run) => {
      most = Math.max(most, ++training);
      void run.finished.then(() => training--);
    });
    await vscode.commands.executeCommand(Commands.runExperiment, file);
    // They bear the name of the sweep, whose panel they share.
    const trials = (): Run[] => runs.filter(({ model }) => model.fragment !== '');
    await until('two trials', () => trials().length === 2 && trials().every(({ state }) => state === 'completed')); // prettier-ignore
    counted.dispose();
    assert.deepEqual(trials().map(({ backend, steps }) => [backend, steps.length]), [['webgl', 6], ['webgl', 6]]); // prettier-ignore
    assert.equal(most, 1);
  });

  it('builds a comparison from the layers of a model, as a file that is run', async () => {
    await vscode.commands.executeCommand(Commands.compareActivations, fixture(MODULE));
    const bytes = await vscode.workspace.fs.readFile(fixture(COMPARED));
    const written = JSON.parse(new TextDecoder().decode(bytes)) as {
      model: string;
      parameters: Record<string, string[]>;
    };
    assert.equal(written.model, MODULE);
    const activations = written.parameters['layers.activation']!;
    assert.ok(activations.length >= 5 && activations.includes('relu'));
    const trials = (): Run[] => runs.filter(({ model }) => / · trial \d+$/.test(model.fragment));
    await until('all trials', () => trials().length === activations.length && trials().every(({ state }) => state === 'completed')); // prettier-ignore
    for (const run of trials()) assert.equal(run.error, undefined);
    const losses = new Set(trials().map(({ steps }) => steps.at(-1)!.loss!.toPrecision(6)));
    assert.equal(losses.size, activations.length);
  });

  it('finds a learning rate of a program, and writes it into the source', async () => {
    const file = await write(PROGRAM, PROGRAM_TEXT);
    const rate = await vscode.commands.executeCommand<number>(Commands.findLearningRate, file);
    assert.ok(rate >= 1e-3 && rate <= 1, `${rate}`);
    const applying = vscode.commands.executeCommand(Commands.applyExperiment);
    await accept(Promise.resolve(applying));
    const document = await vscode.workspace.openTextDocument(file);
    assert.equal(document.getText(), PROGRAM_TEXT.replace('0.00001', String(rate)));
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('says what is wrong with an experiment file, and runs nothing', async () => {
    const file = await write(BROKEN, JSON.stringify({ model: MODULE, parameters: { units: [] } }));
    const told = vscode.commands.executeCommand(Commands.runExperiment, file);
    assert.equal(await told, undefined);
    assert.equal(runs.length, 0);
  });
});
