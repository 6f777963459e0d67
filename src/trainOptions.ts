// Checks and completes what a caller of train() asks for.
import type * as vscode from 'vscode';
import { TrainError, type TrainOptions } from './api';
import { recordingSettings, type RecordingSettings } from './platform/recordingSettings';
import { readSetting } from './platform/settings';
import type { ExperimentRef } from './shared/core/runSummary';
import type { TrainingOverrides } from './shared/core/trainingOverrides';
import type { RunRequest } from './run/trainingRun';
import type { DebugStart, RequestedBackend, StartOptions } from './shared/protocol/runtime';
import type { ResumedRun } from './sources/webview/resumption';
import type { CheckpointContext } from './store/checkpointFiles';

/** All that a run needs to know besides its model. */
export interface TrainPlan extends RecordingSettings {
  seed: number;
  backend: RequestedBackend | 'node';
  maxSteps?: number;
  paused: boolean;
  hyperparameters: Record<string, number | string | boolean>;
  fusedUpdates: 'auto' | 'off';
  training?: TrainingOverrides;
  experiment?: ExperimentRef;
  varied?: NonNullable<RunRequest['varied']>;
  /** Present where a debugger asks for the run. */
  debug?: DebugStart;
  /** See `StartOptions`. */
  checkpoints?: { seconds: number };
  epochs?: number;
  /** Present where it goes on from an earlier run. */
  resume?: ResumeSetup;
}

/** What a run needs to go on from an earlier one, besides its options. */
export interface ResumeSetup {
  resumed: ResumedRun;
  /** Of its checkpoint, which is the first of the run that goes on. */
  context?: CheckpointContext;
  /** So that the backend of then trains. */
  backend: RequestedBackend;
  /** What was asked for then, for a restart. */
  requestedBackend: string;
  /** It trained in a thread of Node, and does so again. */
  runtime?: 'node';
  start: Pick<StartOptions, 'epochs' | 'recordFrom' | 'chosen' | 'debug'> & {
    epsilon?: StartOptions['epsilon'];
  };
  /** Texts by absolute path, in the place of what is on disk. */
  texts: ReadonlyMap<string, string>;
}

/** What is asked of a run, by the public API or from within. */
export interface AskedOptions extends TrainOptions {
  /** A debugger will hold the run: it can go back and tell of its tensors. `holdAt`: it holds after this step first. */
  debug?: boolean | { holdAt: number };
  /** What takes the place of what the model says of its training. */
  training?: TrainingOverrides;
  /** The experiment that the run is a trial of. */
  experiment?: ExperimentRef;
  /** The run goes on from an earlier one. */
  resume?: ResumeSetup;
  /** See `RunRequest`. */
  varied?: NonNullable<RunRequest['varied']>;
}

const MAX_SEED = 0xffffffff;
const BACKENDS: readonly TrainPlan['backend'][] = ['auto', 'webgl', 'wasm', 'cpu', 'node'];

function whole(name: string, value: number, from: number, to: number): number {
  if (Number.isSafeInteger(value) && value >= from && value <= to) return value;
  throw new TrainError(
    'bad-option',
    `${name} is ${String(value)}; it has to be a whole number from ${from} to ${to}.`,
  );
}

function backendOf(requested: string): TrainPlan['backend'] {
  const known = BACKENDS.find((backend) => backend === requested);
  if (known) return known;
  throw new TrainError(
    'bad-option',
    `backend is '${requested}'; it can be webgl, wasm, cpu or node.`,
  );
}

/** The plan of a run: options over settings. Throws {@link TrainError}. */
export function planTraining(model: vscode.Uri, options: AskedOptions): TrainPlan {
  const { hyperparameters = {}, resume } = options;
  for (const [name, value] of Object.entries(hyperparameters)) {
    if (!['number', 'string', 'boolean'].includes(typeof value)) {
      throw new TrainError(
        'bad-option',
        `The hyperparameter ${name} is neither a number nor a text nor true or false.`,
      );
    }
  }
  return {
    seed: whole('seed', options.seed ?? readSetting('seed', model), 0, MAX_SEED),
    backend: resume?.backend ?? backendOf(options.backend ?? readSetting('backend', model)),
    ...(options.maxSteps !== undefined && {
      maxSteps: whole('maxSteps', options.maxSteps, 1, Number.MAX_SAFE_INTEGER),
    }),
    paused: options.paused ?? false,
    hyperparameters: { ...hyperparameters },
    ...recordingSettings(model),
    fusedUpdates: readSetting('fusedUpdates', model),
    ...(options.training && { training: { ...options.training } }),
    ...(options.experiment && { experiment: { ...options.experiment } }),
    ...(options.varied && { varied: { ...options.varied } }),
    ...checkpointSettings(model),
    ...(resume && { resume, ...resume.start }),
    ...(options.debug && {
      debug: {
        changes: [],
        ...(options.debug !== true && {
          replayTo: whole('holdAt', options.debug.holdAt, 0, Number.MAX_SAFE_INTEGER),
        }),
      },
    }),
  };
}

/** How often states are kept; nothing where they are not, or runs are not. */
function checkpointSettings(model: vscode.Uri): Pick<TrainPlan, 'checkpoints'> {
  const seconds = readSetting('checkpoints.seconds', model);
  return seconds > 0 && readSetting('history.runs') > 0 ? { checkpoints: { seconds } } : {};
}
