// The public API: what activate() returns, for other extensions and for our own tests.
import * as vscode from 'vscode';
import type { Finding } from './shared/core/finding';
import type { BackendName, LayerInfo, RunState } from './shared/core/run';
import type { StepRecord } from './shared/core/stepRecord';
import type { RunRegistry } from './run/runRegistry';
import type { TrainingRun } from './run/trainingRun';

/** `vscode.extensions.getExtension('gradient-lens.gradient-lens').activate()` gives it. */
export interface GradientLensApi {
  readonly version: 1;
  /**
   * Trains a model file. Resolves as soon as the run exists; what goes wrong in it is in its `state`
   * and `error`. Rejects with a {@link TrainError} where no run can be made at all.
   */
  train(model: vscode.Uri, options?: TrainOptions): Promise<Run>;
  /** The runs of this session, oldest first. */
  readonly runs: readonly Run[];
  readonly onDidStartRun: vscode.Event<Run>;
}

export interface TrainOptions {
  /** End the run as completed after this many optimizer steps. */
  maxSteps?: number;
  seed?: number;
  /** Default: what the setting says, `auto` at first. */
  backend?: BackendName;
  hyperparameters?: Record<string, number | string | boolean>;
  /** Start paused, before the first step. */
  paused?: boolean;
  /** Reveal the panel; default true. The focus stays where it is either way. */
  show?: boolean;
}

/** One training run. */
export interface Run {
  readonly id: string;
  readonly model: vscode.Uri;
  readonly state: RunState;
  readonly steps: readonly StepRecord[];
  readonly layers: readonly LayerInfo[];
  readonly findings: readonly Finding[];
  readonly error?: { code: string; message: string; line?: number };
  /** Empty until chosen. */
  readonly backend: string;
  readonly onDidStep: vscode.Event<StepRecord>;
  readonly onDidChangeFindings: vscode.Event<readonly Finding[]>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Trains n more optimizer steps (default 1) and pauses then. */
  step(n?: number): Promise<void>;
  stop(): Promise<void>;
  /** Completed, stopped or failed; never rejects. */
  readonly finished: Promise<void>;
}

/**
 * Why no run could be made. `not-resumable`, `nothing-left` (it has trained all that it was to), `model-changed`: of
 * a run that was to go on.
 */
export class TrainError extends Error {
  override readonly name = 'TrainError';

  constructor(
    readonly code:
      | 'untrusted-workspace'
      | 'unsupported-file'
      | 'bad-option'
      | 'not-resumable'
      | 'nothing-left'
      | 'model-changed',
    message: string,
  ) {
    super(message);
  }
}

/** A training run of this extension. */
export type ModelRun = TrainingRun<vscode.Uri>;

const publicRuns = new WeakMap<ModelRun, Run>();

/** The public face of a run; the same object for the same run. */
export function publicRun(run: ModelRun): Run {
  const known = publicRuns.get(run);
  if (known) return known;
  const face: Run = {
    id: run.id,
    model: run.model,
    get state() {
      return run.state;
    },
    get steps() {
      return run.steps;
    },
    get layers() {
      return run.layers;
    },
    get findings() {
      return run.findings;
    },
    // A getter cannot be absent, so it gives undefined until there is an error.
    get error() {
      return run.error as NonNullable<Run['error']>;
    },
    get backend() {
      return run.backend;
    },
    onDidStep: run.onDidStep,
    onDidChangeFindings: run.onDidChangeFindings,
    pause: () => run.pause(),
    resume: () => run.resume(),
    step: (n) => run.step(n),
    stop: () => run.stop(),
    finished: run.finished,
  };
  publicRuns.set(run, face);
  return face;
}

/** The API over the runs of this session. */
export function publicApi(
  registry: RunRegistry<ModelRun>,
  train: (model: vscode.Uri, options?: TrainOptions) => Promise<ModelRun>,
): GradientLensApi {
  return {
    version: 1,
    train: async (model, options) => publicRun(await train(model, options)),
    get runs() {
      return registry.runs.map(publicRun);
    },
    onDidStartRun: (listener, thisArgs, disposables) => {
      const heard = (run: ModelRun): unknown => listener.call(thisArgs, publicRun(run));
      const subscription = vscode.Disposable.from(registry.onDidStartRun(heard));
      disposables?.push(subscription);
      return subscription;
    },
  };
}
