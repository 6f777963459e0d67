// The extension as installed from its .vsix, on the examples: what is bundled, vendored and left out
// of the package must suffice to train real data.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { GradientLensApi } from '../../../src/api';

const ID = 'gradient-lens.gradient-lens';
const STEPS = 4;

describe('the installed package', () => {
  const extension = () => {
    const found = vscode.extensions.getExtension<GradientLensApi>(ID);
    assert.ok(found, `${ID} is not installed in this host`);
    return found;
  };

  it('is what the package manager unpacked, not the checkout', () => {
    const { extensionPath } = extension();
    assert.equal(path.basename(path.dirname(extensionPath)), 'extensions');
    assert.equal(existsSync(path.join(extensionPath, 'src')), false);
    assert.equal(existsSync(path.join(extensionPath, 'dist/vendor/node_modules/esbuild')), false);
  });

  it('offers the command in the palette', async () => {
    await extension().activate();
    const commands = await vscode.commands.getCommands(true);
    assert.ok(commands.includes('gradientLens.train'));
  });

  it('trains MNIST from the workspace with the bundler it carries', async () => {
    const api = await extension().activate();
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder, 'the window has no workspace');
    const model = vscode.Uri.joinPath(folder.uri, 'mnist-cnn.model.ts');
    const run = await api.train(model, { maxSteps: STEPS, seed: 1 });
    await run.finished;
    assert.equal(run.state, 'completed', run.error?.message);
    assert.deepEqual(
      run.steps.map(({ step }) => step),
      [1, 2, 3, 4],
    );
    // ln 10 is the loss of ten equally likely classes, where every training of MNIST begins.
    const first = run.steps[0]?.loss ?? Number.NaN;
    assert.ok(Math.abs(first - Math.LN10) < 0.5, `the first loss is ${first}`);
    assert.deepEqual(
      run.layers.map(({ className }) => className),
      ['Conv2D', 'Conv2D', 'Dense', 'Dense'],
    );
    for (const { name, line } of run.layers) {
      assert.ok(line !== undefined && line > 1, `${name} has no source line`);
      assert.ok((run.steps[0]?.layers[name]?.gradient.norm ?? 0) > 0, `${name} has no gradient`);
    }
  });
});
