// The vocabulary of a run: its states, its layers, how it ended. Shared by sources, rules and surfaces.

/** `starting → running ⇄ paused → completed | stopped | failed`. */
export type RunState = 'starting' | 'running' | 'paused' | 'completed' | 'stopped' | 'failed';

/** True for the three states a run never leaves. */
export function isFinal(state: RunState): boolean {
  return state === 'completed' || state === 'stopped' || state === 'failed';
}

/** A backend that a user can ask for. */
export type BackendName = 'webgl' | 'wasm' | 'cpu' | 'node';

/** A place in the user's sources. `line` and `column` count from 1. */
export interface SourceLocation {
  /** Path of the file, absolute, with forward slashes. */
  file: string;
  line: number;
  column: number;
}

/** A layer that owns trainable tensors, in the order of the forward pass. */
export interface LayerInfo {
  name: string;
  /** tfjs class name, e.g. `Dense`; `Variable` for a bare tf.variable. */
  className: string;
  /** Line (from 1) of the call that built the layer; absent when it came from a file. */
  line?: number;
  /** File of `line`; the model file itself or a helper it imports. */
  location?: SourceLocation;
  /**
   * Trainable tensors, by variable name. A log holds no shapes, only numbers of elements: `[640]`, or `[0]` where it
   * does not tell; `note` says how exact its numbers are.
   */
  tensors: readonly { name: string; shape: readonly number[]; note?: string }[];
  /** Name of the layer's activation function, where it has one (`relu`, `sigmoid`, …). */
  activation?: string;
  /** It has a tensor of rank 2 or more. Where the shapes of the tensors do not tell: logs hold none. */
  hasMatrix?: boolean;
  /**
   * Names of layers that are trained on a loss which this one takes part in, while no optimizer was ever given
   * its tensors: they still hold the random values that they were made with. Absent for layers that
   * are trained; so are layers of this kind in all step records.
   */
  leftOutOf?: readonly string[];
}

/** Why a run could not train. `message` says what happened, where, and what to do next. */
export interface RunError {
  /** Stable, e.g. `syntax-error`, `model-exception`, `missing-file`, `needs-node`, `nothing-trained`. */
  code: string;
  message: string;
  line?: number;
  location?: SourceLocation;
}

/** Validation and other numbers of a finished epoch. */
export interface EpochRecord {
  /** From 1. */
  epoch: number;
  /** Last optimizer step of the epoch. */
  step: number;
  metrics: Record<string, number>;
}

/** Something the user should know that is neither a finding nor an error, in one plain sentence. */
export interface Notice {
  /** Stable, e.g. `software-webgl`, `never-awaits`, `page-reloaded`. */
  code: string;
  message: string;
}
