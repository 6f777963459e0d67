// Makes runs: checks that the code may run, gives it a source and a panel, and starts it.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { TrainError, type ModelRun, type TrainOptions } from './api';
import { recognise, type Recognition } from './model/recognise';
import type { KeptRuns } from './platform/keptRuns';
import { resumableRun, type ResumableRun } from './platform/resumableRun';
import { readSetting } from './platform/settings';
import { unsavedFiles } from './platform/unsavedFiles';
import { shareMemory } from './run/memoryShares';
import { newRunId } from './run/runId';
import type { RunRegistry } from './run/runRegistry';
import { phaseLine } from './run/startPhases';
import { TrainingRun, type RunRequest } from './run/trainingRun';
import { isFinal, type BackendName } from './shared/core/run';
import type { RunSource } from './run/source';
import type { Panels } from './surfaces/panel/panels';
import type { RunPanel } from './surfaces/panel/runPanel';
import { shownRun } from './surfaces/panel/shownRun';
import { trialModel, type Trial } from './trial';
import { TrainingSources, type SourceParts } from './trainingSources';
import { resumeRequest, type ResumeOptions } from './resuming';
import { planTraining, type AskedOptions, type ResumeSetup } from './trainOptions';

/** What a trainer works with. */
export interface TrainerParts extends SourceParts {
  registry: RunRegistry<ModelRun>;
  panels: Panels;
  kept: KeptRuns;
}

/** Name of the newest start in the performance timeline; its detail are the phases. */
const START = 'gradientLens.start';

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

/** Throws where a model is not a file on disk. */
export function assertOnDisk({ scheme }: vscode.Uri): void {
  if (scheme === 'file') return;
  throw new TrainError(
    'unsupported-file',
    scheme === 'untitled'
      ? 'The model has not been saved yet. Save it as a file and train again.'
      : `Gradient Lens trains files on disk, and this one is not (${scheme}:). Open a local copy of its folder.`,
  );
}

/** What a run is made of. */
interface RunParts {
  id: string;
  model: vscode.Uri;
  title: string;
  request: RunRequest;
  source: RunSource;
  /** Where it is shown. */
  panel: RunPanel | undefined;
  /** A trial is not kept on disk, nor is a log, which is there already. */
  isTrial: boolean;
  /** The model's text, where it is another than its file has. */
  text?: string | undefined;
  /** Present where it goes on from an earlier run. */
  resume?: ResumeSetup | undefined;
}

/** Starts and restarts runs. */
export class Trainer {
  /** Trials by the model of their runs, so that they can be restarted. */
  private readonly trials = new Map<string, Trial>();

  private readonly sources: TrainingSources;

  constructor(private readonly parts: TrainerParts) {
    this.sources = new TrainingSources(parts);
  }

  /** Trains a model as if some of its files had other texts, beside the runs of the model itself. */
  tryOut(file: vscode.Uri, trial: Trial, options: TrainOptions): Promise<ModelRun> {
    const model = trialModel(file, trial);
    this.trials.set(model.toString(), trial);
    return this.train(model, options);
  }

  /**
   * Trains a trial of an experiment: in a thread of its own, without a panel, unless it asks for webgl. Trials of
   * one name follow one another; others train beside each other. Rejects as {@link train} does.
   */
  tryInThread(file: vscode.Uri, trial: Trial, options: AskedOptions): Promise<ModelRun> {
    const model = trialModel(file, trial);
    this.trials.set(model.toString(), trial);
    const inThread = options.backend !== 'webgl';
    return this.begin(model, options, options.backend !== undefined, inThread);
  }

  /** Makes a run and starts it. Rejects with TrainError where none can be made. */
  train(model: vscode.Uri, options: AskedOptions = {}): Promise<ModelRun> {
    return this.begin(model, options, options.backend !== undefined);
  }

  private async begin(
    model: vscode.Uri,
    options: AskedOptions,
    isBackendFixed: boolean,
    inThread = false,
  ): Promise<ModelRun> {
    assertTrusted(vscode.workspace.isTrusted);
    assertOnDisk(model);
    const plan = planTraining(model, options);
    const trial = this.trials.get(model.toString());
    const { resume, ...rest } = plan;
    const texts = new Map([...unsavedFiles(), ...(trial?.texts ?? []), ...(resume?.texts ?? [])]);
    const found = await recogniseFile(model.fsPath, texts);
    // From here to the registration nothing is awaited: two calls cannot overlap.
    await this.endOthers(model);

    const { panels } = this.parts;
    const id = newRunId(path.basename(model.fsPath));
    const isTrial = trial !== undefined;
    const isThread = inThread || resume?.runtime !== undefined;
    const asked = { id, model, found, plan, texts, isBackendFixed, isTrial, inThread: isThread };
    const show = options.show ?? true;
    // Training in a process of its own needs no page: one that nobody wants to see is not made.
    const isNodeOnly = this.sources.isNodeOnly(asked);
    const needsPage = !isNodeOnly && !isThread;
    const panel = needsPage || show ? panels.ensure(model, show) : panels.of(model);
    const source = this.sources.of(asked, needsPage ? panel : undefined);
    return this.startRun({
      ...{ id, model, source, panel, isTrial, text: texts.get(model.fsPath) },
      title: path.basename(model.fsPath) + (trial ? ` · ${trial.name}` : ''),
      request: {
        ...rest,
        // What was found out is found out again by the next run.
        ...(isNodeOnly && plan.backend !== 'node' && { backend: 'auto' }),
        ...(resume && { backend: resume.requestedBackend, resumedFrom: placeOf(resume) }),
      },
      resume,
    });
  }

  /** What is known of a run that may go on. Rejects with TrainError where it cannot. */
  async resumable(id: string): Promise<ResumableRun> {
    const live = this.parts.registry.byId(id);
    if (live && !isFinal(live.state)) {
      throw new TrainError('not-resumable', 'The run has not ended. Pause and resume it instead.');
    }
    return resumableRun(id, this.parts);
  }

  /**
   * Goes on with a run that has ended, in a new run that has its steps up to there: from its newest checkpoint, or by
   * taking all steps again. Rejects with TrainError where it cannot, or where an option is missing for it.
   */
  async resumeRun(id: string, options: ResumeOptions = {}): Promise<ModelRun> {
    const { model, options: asked } = resumeRequest(await this.resumable(id), options);
    const { trial } = options;
    if (!trial) return this.begin(model, asked, true);
    this.trials.set(trialModel(model, trial).toString(), trial);
    return this.begin(trialModel(model, trial), asked, true, asked.resume?.runtime !== undefined);
  }

  /** Makes a run of a training that is under way already, started by somebody else. */
  async adopt(model: vscode.Uri, request: RunRequest, source: RunSource): Promise<ModelRun> {
    await this.endOthers(model);
    return this.startRun({
      ...{ id: newRunId(path.basename(model.fsPath)), model, request, source, isTrial: false },
      title: path.basename(model.fsPath),
      panel: this.parts.panels.ensure(model, true),
    });
  }

  /** Shows the log of a training that runs or ran elsewhere. */
  async follow(
    folder: vscode.Uri,
    title: string,
    source: RunSource,
    show: boolean,
  ): Promise<ModelRun> {
    await this.endOthers(folder);
    const panel = this.parts.panels.ensure(folder, show);
    const request: RunRequest = { seed: 0, backend: 'auto' };
    const id = newRunId(title);
    return this.startRun({ id, model: folder, title, request, source, panel, isTrial: true });
  }

  private startRun(parts: RunParts): ModelRun {
    const { id, model, title, request, source, panel, isTrial, text, resume } = parts;
    const { registry, log } = this.parts;
    const memory = readSetting('history.memory') * 2 ** 20;
    const run: ModelRun = new TrainingRun({
      ...{ id, model, title, request, source },
      path: vscode.workspace.asRelativePath(model, false),
      history: { bytes: memory },
      onListenerError: (error) => log.error(`A listener of run ${id} failed: ${String(error)}`),
    });
    panel?.show(shownRun(run));
    registry.add(run);
    shareMemory(
      registry.runs.map(({ history }) => history),
      memory,
    );
    this.parts.console.begin(run);
    // A trial of an experiment is a result; one that only tries a fix out is not.
    if (!isTrial || (request.experiment?.trial ?? 0) > 0) {
      const recorded = this.parts.kept.keep(run, {
        ...(text !== undefined && { text }),
        ...(request.resumedFrom && { resumedFrom: request.resumedFrom }),
      });
      const { checkpoints } = this.parts;
      checkpoints.begin(id, recorded);
      if (resume) this.keepBeginning(id, resume, recorded);
    }
    const first = run.onDidStep(({ step }) => {
      if (step <= (request.resumedFrom?.step ?? 0)) return;
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

  /** A run that goes on can go on again, however soon it ends. */
  private keepBeginning(
    id: string,
    { resumed, context }: ResumeSetup,
    recorded: Promise<void>,
  ): void {
    resumed.recorded = recorded;
    const { checkpoint } = resumed;
    if (checkpoint && context) this.parts.checkpoints.take(id, checkpoint, context);
  }

  /** Trains the same model again, as it was asked for. */
  restart(model: vscode.Uri, request: RunRequest): Promise<ModelRun> {
    const { seed, backend, maxSteps, hyperparameters, training } = request;
    const options: AskedOptions = {
      seed,
      ...(backend !== 'auto' && { backend: backend as BackendName }),
      ...(maxSteps !== undefined && { maxSteps }),
      ...(hyperparameters && { hyperparameters }),
      ...(training && { training }),
    };
    // Whether the backend was named or set is not known any more: a program that needs Node gets it.
    return this.begin(model, options, false);
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
}

function placeOf({ resumed: { past } }: ResumeSetup): { run: string; step: number } {
  return { run: past.run, step: past.step };
}

/** What the file is; one that cannot be read fails later. */
async function recogniseFile(
  file: string,
  texts: ReadonlyMap<string, string>,
): Promise<Recognition> {
  const text = texts.get(file) ?? (await readFile(file, 'utf8').catch(() => ''));
  return recognise(file, text);
}
