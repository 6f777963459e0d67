// What a contestant is, and what its worker answers: the vocabulary that the bench in Node and the
// workers in the browser share.

export const NETS = ['mlp', 'deep', 'cnn', 'lstm', 'resnet'] as const;
export type NetName = (typeof NETS)[number];

export const OPTIMIZERS = ['adam', 'sgd'] as const;
export type OptimizerName = (typeof OPTIMIZERS)[number];

export const BACKENDS = ['webgl', 'wasm', 'cpu'] as const;
export type BackendName = (typeof BACKENDS)[number];

/** How a net may be trained. The README of this folder says what each one is. */
export const VARIANTS = [
  'trainOnBatch',
  'noop',
  'hook',
  'ours',
  'ours-off',
  'readback',
  'tfjs-vis',
] as const;
export type Variant = (typeof VARIANTS)[number];

/** The program whose loop trains; `ours` and `ours-off` bring their own. */
export type Program = 'trainOnBatch' | 'fit' | 'minimize';

/** One contestant: it has a worker, and in it a tfjs, of its own. */
export interface ContestantOptions {
  net: NetName;
  optimizer: OptimizerName;
  backend: BackendName;
  variant: Variant;
  program: Program;
  /** Activations and δ are recorded at every n-th step; Infinity: never. For `ours` and `hook`. */
  activationEverySteps: number;
}

/** The backend that a contestant runs on. */
export interface StartedBackend {
  /** What computes WebGL; absent on the other backends. */
  renderer?: string;
  tfjs: string;
  /** True where tfjs computes in 32-bit floats. */
  float32: boolean;
}

/** What tf.memory() says. Data that the tap retains counts as a buffer, not as a tensor. */
export interface MemoryUse {
  numTensors: number;
  numDataBuffers: number;
  numBytes: number;
}

/** One block of optimizer steps. */
export interface Block {
  /** From the first step's beginning until the last loss, and every record, is there; milliseconds. */
  ms: number;
  losses: number[];
  /** After the block. */
  memory: MemoryUse;
}

/** Statistics held against the two-pass float64 reference. */
export interface Exactness {
  /** Tensors compared. */
  tensors: number;
  /** Largest relative error of mean (on the scale of the root mean square), std, norm, update ratio. */
  worst: number;
  /** Where a count, a bucket, min or max differed, or an error was over the tolerance. */
  mismatches: string[];
}
