// Compare Activations, Initializers, Optimizers, Depth: one action builds the sweep from the model's layers, keeps
// it as an experiment file and runs it.
import path from 'node:path';
import * as vscode from 'vscode';
import { comparedParameters, type Comparison } from '../experiments/editor/compare';
import { probeModel } from '../experiments/editor/modelProbe';
import { readSetting } from '../platform/settings';
import { assertOnDisk, assertTrusted } from '../trainer';
import { askFile } from './askFile';
import type { Command } from './context';
import { writeAndRun } from './experimentFile';

/** Steps of each trial: enough for the variants to differ, few enough to wait for. */
const STEPS = 300;

const compare =
  (comparison: Comparison): Command =>
  async (context, clicked) => {
    const model = await askFile(clicked, `Choose a model to compare ${comparison} of`, 'Compare');
    if (!model) return undefined;
    assertTrusted(vscode.workspace.isTrusted);
    assertOnDisk(model);
    const seed = readSetting('seed', model);
    const probed = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: 'Looking at the layers of the model' },
      () => probeModel(context, model, new Map(), { seed }),
    );
    return writeAndRun(context, model, comparison, {
      name: `${comparison[0]?.toUpperCase() ?? ''}${comparison.slice(1)} of ${path.basename(model.fsPath)}`,
      strategy: 'grid',
      steps: STEPS,
      objective: 'loss',
      seed,
      parameters: comparedParameters(comparison, probed),
    });
  };

export const compareActivations = compare('activations');
export const compareInitializers = compare('initializers');
export const compareOptimizers = compare('optimizers');
export const compareDepth = compare('depth');
