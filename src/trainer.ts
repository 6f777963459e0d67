// Makes runs: checks that the code may run, bundles it, gives it a panel and a source, and starts it.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { TrainError, type ModelRun, type TrainOptions } from './api';
import { bundleModel } from './model/bundle';
import type { EsbuildService } from './model/esbuildLoader';
import { recognise } from './model/recognise';
import type { BackendChoices } from './platform/backendChoices';
import type { KeptRuns } from './platform/keptRuns';
import { readSetting } from './platform/settings';
import { unsavedFiles } from './platform/unsavedFiles';
import { shareMemory } from './run/memoryShares';
import type { RunRegistry } from './run/runRegistry';
import { phaseLine } from './run/startPhases';
import { TrainingRun, type RunRequest } from './run/trainingRun';
import { isFinal, type BackendName } from './shared/core/run';
import { WebviewSource } from './sources/webview/webviewSource';
import { WorkspaceFiles } from './sources/webview/workspaceFiles';
import type { UserConsole } from './surfaces/userConsole';
import type { Panels } from './surfaces/panel/panels';
import { shownRun } from './surfaces/panel/shownRun';
import { trialModel, type Trial } from './trial';
import { planTraining } from './trainOptions';

/** What a trainer works with. */
export interface TrainerParts {
  esbuild: EsbuildService;
  registry: RunRegistry<ModelRun>;
  panels: Panels;
  kept: KeptRuns;
  choices: BackendChoices;
  console: UserConsole;
  log: vscode.LogOutputChannel;
}

/** Name of the newest start in the performance timeline; its detail are the phases. */
const START = 'gradientLens.start';

/** Sortable by time, and fit for a file name: `20260131-154502-3f9a`. */
function newRunId(): string {
  const now = new Date()
    .toISOString()
    .replace(/[-:]|\..*$/g, '')
    .replace('T', '-');
  return `${now}-${randomBytes(2).toString('hex')}`;
}

/**
 * Throws where the code of the workspace may not run. Menus hide the command in Restricted Mode, but
 * a command can be called all the same.
 */
export function assertTrusted(isTrusted: boolean): void {
  if (isTrusted) return;
  throw new TrainError(
    'untrusted-workspace',
    'Training runs the code of this workspace, which is in Restricted Mode. Trust the workspace ' +
      '(command "Manage Workspace Trust") and train again.',
  );
}

/** Starts and restarts runs. */
export class Trainer {
  /** Trials by the model of their runs, so that they can be restarted. */
  private readonly trials = new Map<string, Trial>();

  constructor(private readonly parts: TrainerParts) {}

  /** Trains a model as if some of its files had other texts, beside the runs of the model itself. */
  tryOut(file: vscode.Uri, trial: Trial, options: TrainOptions): Promise<ModelRun> {
    const model = trialModel(file, trial);
    this.trials.set(model.toString(), trial);
    return this.train(model, options);
  }

  /** Makes a run and starts it. Rejects with TrainError where none can be made. */
  async train(model: vscode.Uri, options: TrainOptions = {}): Promise<ModelRun> {
    assertTrusted(vscode.workspace.isTrusted);
    if (model.scheme !== 'file') {
      throw new TrainError(
        'unsupported-file',
        model.scheme === 'untitled'
          ? 'The model has not been saved yet. Save it as a file and train again.'
          : `Gradient Lens trains files on disk, and this one is not (${model.scheme}:). Open a local copy of its folder.`,
      );
    }
    const plan = planTraining(model, options);
    const trial = this.trials.get(model.toString());
    const unsaved = new Map([...unsavedFiles(), ...(trial?.texts ?? [])]);
    const kind = await kindOf(model.fsPath, unsaved);
    // From here to the registration nothing is awaited: two calls cannot overlap.
    await this.endOthers(model);

    const { panels, registry, log } = this.parts;
    const panel = panels.ensure(model, options.show ?? true);
    const id = newRunId();
    const memory = readSetting('history.memory') * 2 ** 20;
    const source = new WebviewSource({
      page: panel,
      files: this.filesOf(model),
      start: { runId: id, kind, ...plan, ...this.parts.choices.of(model) },
      bundle: async () => {
        const bundle = await bundleModel(this.parts.esbuild, { model: model.fsPath, unsaved });
        const size = Math.round(bundle.code.length / 1024);
        log.info(
          `Bundled ${model.fsPath} in ${bundle.ms.toFixed(0)} ms (${size} kB, ${bundle.hash})`,
        );
        return bundle;
      },
      onConsole: (level, text) => this.parts.console.write(level, text),
      onTrouble: (message) => log.warn(message),
    });
    const run: ModelRun = new TrainingRun({
      id,
      model,
      title: path.basename(model.fsPath) + (trial ? ` · ${trial.name}` : ''),
      path: vscode.workspace.asRelativePath(model, false),
      request: plan,
      source,
      history: { bytes: memory },
      onListenerError: (error) => log.error(`A listener of run ${id} failed: ${String(error)}`),
    });
    panel.show(shownRun(run));
    registry.add(run);
    shareMemory(
      registry.runs.map(({ history }) => history),
      memory,
    );
    this.parts.console.begin(run);
    if (!trial) void this.parts.kept.keep(run);
    const first = run.onDidStep(() => {
      first.dispose();
      log.debug(phaseLine(run.startPhases));
      // In the extension host's performance timeline, for whoever measures starts.
      performance.clearMeasures(START);
      performance.measure(START, { detail: run.startPhases });
      this.parts.choices.note(model, run.info);
    });
    run.start();
    return run;
  }

  /** Trains the same model again, as it was asked for. */
  restart(model: vscode.Uri, request: RunRequest): Promise<ModelRun> {
    const { seed, backend, maxSteps, hyperparameters } = request;
    return this.train(model, {
      seed,
      ...(backend !== 'auto' && { backend: backend as BackendName }),
      ...(maxSteps !== undefined && { maxSteps }),
      ...(hyperparameters && { hyperparameters }),
    });
  }

  /** A model has one panel, and a panel one worker: the run before ends first. */
  private async endOthers(model: vscode.Uri): Promise<void> {
    const live = () =>
      this.parts.registry.runs.filter(
        (run) => run.model.toString() === model.toString() && !isFinal(run.state),
      );
    // Again, because another call may have started a run while this one waited.
    for (let runs = live(); runs.length > 0; runs = live()) {
      await Promise.all(runs.map((run) => run.stop()));
    }
  }

  private filesOf(model: vscode.Uri): WorkspaceFiles {
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(
      ({ uri }) => uri.scheme === 'file',
    );
    return new WorkspaceFiles(
      path.dirname(model.fsPath),
      vscode.workspace.getWorkspaceFolder(model)?.uri.fsPath,
      folders.map(({ uri }) => uri.fsPath),
    );
  }
}

/** Whether the file is a program or an experiment module; a file that cannot be read fails later. */
async function kindOf(file: string, unsaved: ReadonlyMap<string, string>) {
  const text = unsaved.get(file) ?? (await readFile(file, 'utf8').catch(() => ''));
  return recognise(file, text).kind;
}
