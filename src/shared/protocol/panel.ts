// Messages between the host and the panel page. The host owns the truth: the page says `ready`,
// gets a `snapshot`, then `update`s (at most 20 a second), and may be thrown away at any moment.
import type { EpochRecord, LayerInfo, Notice, RunError, RunState } from '../core/run';
import type { Finding, RuleId } from '../core/finding';
import type { FromRuntime, ToRuntime } from './runtime';

export const PANEL_PROTOCOL_VERSION = 4;

/** The step that is shown in the place of the newest. */
export interface ShownStep {
  step: number;
  /** Layer that a debugger is in, and in which phase of the step: `forward`, `backward`, … */
  layer?: string;
  phase?: string;
}

/** A change of a training under way, in few words, and the step after which it was made. */
export interface ChangeMark {
  step: number;
  words: string;
}

/** Everything the page shows of a run except its series and histograms. */
export interface RunView {
  id: string;
  /** File name of the model, e.g. `mnist-cnn.model.ts`. */
  title: string;
  /** Workspace-relative path. */
  path: string;
  state: RunState;
  /** `` until chosen. */
  backend: string;
  backendReason?: string;
  renderer?: string;
  /** It trains in a Node process of its own, not in the editor. */
  runtime?: 'node';
  /** It is read from the event files of another program: there is no seed, and nothing to pause or restart. */
  origin?: 'log';
  seed: number;
  /** `auto` or the backend that was asked for; with `hyperparameters`, what a restart needs. */
  requestedBackend?: string;
  hyperparameters?: Record<string, number | string | boolean>;
  /** The run, and the step of it, that this one goes on from: steps up to there are of that run. */
  resumedFrom?: { run: string; step: number };
  step: number;
  maxSteps?: number;
  epoch?: number;
  epochs?: number;
  stepsPerEpoch?: number;
  stepsPerSecond?: number;
  /** What it is doing before the first step. */
  progress?: string;
  layers: readonly LayerInfo[];
  findings: readonly Finding[];
  notices: readonly Notice[];
  error?: RunError;
  /** False where the program trains in a loop that never awaits. */
  pausable: boolean;
  /** False where the worker is gone (page reloaded, run restored): shown plainly. */
  live: boolean;
  memory?: { numTensors: number; numBytes: number };
  /** Absent: the newest step is shown. */
  cursor?: ShownStep;
  /** Ascending by step; absent where nothing was changed. */
  changes?: readonly ChangeMark[];
}

/**
 * Scalar series in columns; all columns have the length of `step`. Where the host thinned a series,
 * each kept point stands for a window and the window's extremes and non-finite values are kept.
 * A missing value is NaN; a non-finite loss is ±Infinity or listed in `nonFiniteSteps`.
 */
export interface Curves {
  step: Float64Array;
  epoch: Float64Array;
  /** Training time since the run's first step began; pauses do not count. */
  seconds: Float64Array;
  loss: Float64Array;
  learningRate: Float64Array;
  metrics: Record<string, Float64Array>;
  /**
   * Gradient norm per layer name; NaN where the layer was not updated in the step, Infinity where its
   * gradient holds NaN or infinite elements.
   */
  gradientNorm: Record<string, Float64Array>;
  /**
   * Steps at which the loss was NaN or infinite, ascending. Where they are very many, each stands for
   * those up to the next.
   */
  nonFiniteSteps: number[];
  epochs: EpochRecord[];
}

/** The lists of a view that are long and seldom change. */
export type ViewLists = 'layers' | 'findings' | 'notices';
/** A view as an update brings it: a list that is left out is as it was. */
export type RunViewUpdate = Omit<RunView, ViewLists> & Partial<Pick<RunView, ViewLists>>;

/** What a message says of the steps. Its size is bounded, however many steps there are. */
export interface StepsMessage {
  curves: Curves;
  /** Gradient histograms per layer, packed by `histogramCodec.ts`, which says what they replace. */
  histograms: ArrayBuffer;
  /** The newest step record, packed by `codec.ts`; empty where the page has it. */
  newest: ArrayBuffer;
  /** The record nearest to the view's cursor, packed likewise; absent where the page has it or there is no cursor. */
  shown?: ArrayBuffer;
}

export type ToPanel =
  /** Replaces everything shown. */
  | ({ type: 'snapshot'; view: RunView | undefined } & StepsMessage)
  /** `curves` appends, unless `isWhole`: then they replace all. */
  | ({ type: 'update'; view: RunViewUpdate; isWhole: boolean } & StepsMessage)
  /**
   * Starts the worker for a run: `code` is the user's bundle, `start` the first message to the worker.
   * A worker that still runs is ended.
   */
  | { type: 'launch'; runId: string; code: string; start: Extract<ToRuntime, { type: 'start' }> }
  | { type: 'terminate'; runId: string }
  | { type: 'toRuntime'; runId: string; message: ToRuntime }
  /** Selects and scrolls to a layer (from Problems, CodeLens …). */
  | { type: 'focusLayer'; layer: string };

export type PanelAction =
  | 'pause'
  | 'resume'
  | 'step'
  | 'stop'
  | 'restart'
  | 'resumeRun'
  | 'showOutput'
  | 'useStandIn'
  | 'exportRun';

export type FromPanel =
  /** Sent once per page load; a second one from the same panel means that the page was reloaded. */
  | { type: 'ready'; version: number }
  | { type: 'action'; action: PanelAction }
  /** Open the source of a layer or of a finding or of the error in the editor. */
  | { type: 'reveal'; target: { layer: string } | { finding: number } | { error: true } }
  /** Carry out a remedy of a finding, or train with and without it first. Indexes in the view's lists. */
  | { type: 'remedy'; verb: 'apply' | 'verify'; finding: number; remedy: number }
  /**
   * Show a step: the kept record nearest to it, or with `side` the next one before or after it. Without a step:
   * where the training stands.
   */
  | { type: 'look'; step?: number; side?: 'before' | 'after' }
  /** Open the page that explains a rule. */
  | { type: 'explain'; rule: RuleId }
  /** Save a chart where the user says, as one of the two. `name`: what it shows. */
  | { type: 'picture'; name: string; svg: string; png: ArrayBuffer }
  | { type: 'fromRuntime'; runId: string; message: FromRuntime }
  /** The worker could not start or died outside user code. */
  | { type: 'workerError'; runId: string; message: string }
  /** A failure of the page itself, for the log. */
  | { type: 'pageError'; message: string };
