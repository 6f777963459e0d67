// Messages between the host and the training worker. The panel page only relays them: it never
// reads or changes them. Everything from the worker is untrusted (user code runs beside it) and
// passes `guards.ts` in the host.
import type { Autopsy } from '../core/autopsy';
import type { ModelFacts } from '../core/facts';
import type { MadeChange, StepRecording, TensorRef, TrainingChange } from '../core/recording';
import type { EpochRecord, Notice } from '../core/run';
import type { TrainingOverrides } from '../core/trainingOverrides';

export const RUNTIME_PROTOCOL_VERSION = 1;

/** How the worker should pick its backend; `auto` measures webgl and wasm on the model. */
export type RequestedBackend = 'auto' | 'webgl' | 'wasm' | 'cpu';

/**
 * The backends that train. `tensorflow`: the binary of the user's tfjs-node, in a thread of Node; it cannot
 * be asked for by name.
 */
export const RUNTIME_BACKENDS = ['webgl', 'wasm', 'cpu', 'tensorflow'] as const;
export type RuntimeBackend = (typeof RUNTIME_BACKENDS)[number];

/** Thinning of the tap. 1 means every step. */
export interface Sampling {
  /** Gradients, weights and updates are recorded at every n-th step. */
  everySteps: number;
  /** Activations and δ are recorded at every n-th step. */
  activationEverySteps: number;
}

export interface StartOptions {
  runId: string;
  /** `program`: importing it trains. `experiment`: exports `model`, `data`, `training`. */
  kind: 'program' | 'experiment';
  seed: number;
  backend: RequestedBackend;
  /**
   * With `auto`: the reason of an earlier measurement on this model whose outcome lasts (see `started`),
   * so that wasm starts without another one.
   */
  measured?: string;
  /** End the run as completed after this many optimizer steps. */
  maxSteps?: number;
  /** Start paused, before the first step. */
  paused: boolean;
  sampling: Sampling;
  /** `keras`: 1e-7 on every backend. `as-shipped`: what tfjs 4.22 uses (1e-4 on WebGL float32). */
  epsilon: 'keras' | 'as-shipped';
  /** `auto`: experiments on WebGL update weights by fused programs, where the device proves the same bits. */
  fusedUpdates: 'auto' | 'off';
  /** `auto`: now and then the same samples are sent through the model beside its training. */
  probe: 'auto' | 'off';
  hyperparameters: Record<string, number | string | boolean>;
  /** Present where an experiment changes the training. */
  training?: TrainingOverrides;
  /** Present where a debugger is attached from the start. */
  debug?: DebugStart;
  /** Present where the state of the training is kept on disk: at least so many seconds lie between two states. */
  checkpoints?: { seconds: number };
  /** Epochs in all, in the place of what an experiment says; schedules are still those of its own epochs. */
  epochs?: number;
  /** Of the steps before, which were recorded by an earlier run, only the loss is recorded. */
  recordFrom?: number;
  /** With `auto`: what an earlier measurement chose; none is made, and what is built before it is as it was then. */
  chosen?: 'webgl' | 'wasm';
}

/** What a debugger asks of a worker from the start. */
export interface DebugStart {
  /** Hold at this step and not before, the step recorded in full; the worker replays up to it. */
  replayTo?: number;
  /** Changes of an earlier worker, applied again after their steps. */
  changes: readonly MadeChange[];
}

/** What a debugger may ask of a worker that is held. */
export interface Questions {
  /**
   * Elements [start, start + count) of a tensor of the recording of `step` (default: the newest), in row-major order: float32, in the
   * byte order of the machine. Shorter where the tensor ends before.
   */
  values: {
    params: TensorRef & { step?: number; start: number; count: number };
    answer: ArrayBuffer;
  };
  /** Applied before the next step. Gives what was there before. */
  change: { params: TrainingChange; answer: { before: number | boolean | undefined } };
}
export type QuestionName = keyof Questions;
export type Question = {
  [Q in QuestionName]: { question: Q; params: Questions[Q]['params'] };
}[QuestionName];
export type Answer = {
  [Q in QuestionName]: { question: Q; result: Questions[Q]['answer'] };
}[QuestionName];

/** A place in the bundle as the worker's stack trace names it: line from 1, column from 1, counted
 * from the first line of the user's bundle (the runtime's own lines taken off). */
export interface BundlePosition {
  line: number;
  column: number;
}

/** A layer as the worker knows it; the host maps `frames` to the user's source. */
export interface RawLayer {
  name: string;
  className: string;
  activation?: string;
  tensors: { name: string; shape: number[] }[];
  /** Of a layer that is not trained: see `LayerInfo`. */
  leftOutOf?: string[];
  /** Call stack of the layer's construction, innermost first, user bundle frames only. */
  frames: BundlePosition[];
}

/** A failure inside the worker, not yet mapped to a source line. */
export interface RawError {
  code: string;
  /** `Error.name`, e.g. `TypeError`. */
  name: string;
  message: string;
  frames: BundlePosition[];
}

export type ToRuntime =
  /** `checkpoint`: go on from there, see `interrupted`. */
  | { type: 'start'; options: StartOptions; checkpoint?: ArrayBuffer }
  | { type: 'pause' }
  | { type: 'resume' }
  /** `record`: the last of the steps is recorded in full. */
  | { type: 'step'; count: number; record?: boolean }
  /**
   * Goes back to the state after `step` (0: before the first), which lies behind, and holds there; `step` itself
   * is recorded in full, unless it is 0. Answered by `state`, or by `cannotRewind`.
   */
  | { type: 'rewind'; step: number }
  /** Asks a held worker; answered by `answer`. */
  | ({ type: 'ask'; id: number } & Question)
  | { type: 'stop' }
  /** Answer to a `request`. */
  | { type: 'response'; id: number; ok: true; result: unknown }
  | { type: 'response'; id: number; ok: false; error: { code: string; message: string } };

/** What the worker may ask of the host: reads of the user's workspace, nothing else. Paths are
 * relative to the model file's folder, then to the workspace folder; never outside it. */
export interface HostMethods {
  /** Bytes [start, end) of a file; the whole file where both are absent. */
  readFile: { params: { path: string; start?: number; end?: number }; result: ArrayBuffer };
  /** Size in bytes. */
  stat: { params: { path: string }; result: { size: number; isDirectory: boolean } };
  /** Names in a folder, sorted. Folders end with a slash. */
  list: { params: { path: string }; result: string[] };
}
export type HostMethod = keyof HostMethods;

export type FromRuntime =
  /** The worker's script runs and waits for `start`. */
  | { type: 'hello'; version: number }
  /** The backend that trains. Sent before user code runs, and again where a measurement on the model
   * has decided; the newest counts. */
  | {
      type: 'started';
      backend: RuntimeBackend;
      /** One plain sentence where the backend is not the obvious one, or was measured. */
      reason?: string;
      renderer?: string;
      /** Wasm was chosen over a WebGL that software computes: the next run would choose the same. */
      lasting?: boolean;
      tfjsVersion: string;
    }
  /** All layers known so far (replaces the list sent before). */
  | { type: 'layers'; layers: RawLayer[] }
  /** What is known of a model: before the record of its first step, and again with more samples. */
  | { type: 'facts'; facts: ModelFacts }
  /**
   * What was found out about a step that broke, after its record. `frames`: the call stack of the
   * operation, innermost first, where the program's own code (a loss, a layer) called it.
   */
  | { type: 'autopsy'; autopsy: Omit<Autopsy, 'location'>; frames: BundlePosition[] }
  /**
   * Step records, packed by `codec.ts`, and the epochs that ended with or before the last of them. At
   * most 20 messages a second.
   */
  | {
      type: 'steps';
      batch: ArrayBuffer;
      epochs: EpochRecord[];
      memory: { numTensors: number; numBytes: number };
    }
  /** Plan of the training, where it is known: for progress display. */
  | { type: 'plan'; epochs?: number; stepsPerEpoch?: number }
  /** Answer to pause, resume, step and rewind: the state reached, and where the training stands. */
  | { type: 'state'; state: 'running' | 'paused'; step: number }
  /** A step was recorded in full, after its record and before `state`. Replaces the recording before. */
  | { type: 'recording'; recording: StepRecording }
  /** Answer to `rewind`: only a fresh worker gets there. */
  | { type: 'cannotRewind'; step: number }
  /** The state after `step`, to be kept on disk; see `checkpointCodec.ts`. */
  | { type: 'checkpoint'; step: number; bytes: ArrayBuffer }
  | ({ type: 'answer'; id: number; ok: true } & Answer)
  | { type: 'answer'; id: number; ok: false; message: string }
  | { type: 'notice'; notice: Notice }
  /** What the run is doing before its first step, e.g. `Reading train-images-idx3-ubyte`. */
  | { type: 'progress'; message: string }
  | { type: 'console'; level: 'debug' | 'log' | 'info' | 'warn' | 'error'; text: string }
  | {
      [M in HostMethod]: {
        type: 'request';
        id: number;
        method: M;
        params: HostMethods[M]['params'];
      };
    }[HostMethod]
  /**
   * The last message of a worker that lost its device at `step`: the training can go on in a fresh
   * one after step `from`, which is 0 where it starts again. Only a worker reads `checkpoint`.
   */
  | { type: 'interrupted'; step: number; from: number; checkpoint?: ArrayBuffer }
  /** The last message of a run; every record was sent before it. */
  | { type: 'finished'; outcome: 'completed' | 'stopped'; steps: number }
  | { type: 'failed'; error: RawError; steps: number };

/** What computes WebGL: the renderer, with its name where it is software, or why there is no WebGL. */
export type WebglReport = { renderer: string; software?: string } | { reason: string };

/** Messages that end at the page and never reach the host. */
export type PageToWorker =
  | ToRuntime
  | { type: 'wasm'; binary: ArrayBuffer }
  /** `report` is absent where the page could not look. */
  | { type: 'webglReport'; report?: WebglReport };
/**
 * `needWasm`: the page fetches the wasm backend's binary and answers with `wasm`; empty: it cannot.
 * `needWebglReport`: the page answers with `webglReport`.
 */
export type WorkerToPage = FromRuntime | { type: 'needWasm' } | { type: 'needWebglReport' };

/**
 * What the worker's global scope offers to the user's bundle, as `globalThis.__gradientLens`.
 *
 * The worker's script is one text: a first line `self.__gradientLensBundleLine = N;`, the runtime,
 * then the user's bundle, whose first line is line N + 1 of the whole. The bundle is an ES module
 * without import or export statements whose last statement is
 * `globalThis.__gradientLens.program(() => import(<model file>))` (bundled by esbuild to a lazy call).
 */
export interface BundleGlobals {
  /** The one tfjs instance; every `@tensorflow/tfjs*` import resolves to it. */
  tf: unknown;
  /** The virtual module `gradient-lens`. */
  module: unknown;
  /** Hands the user's module to the runtime, which evaluates it after `start`. */
  program(load: () => Promise<unknown>): void;
}
