// What the debugger needs of a run: a TrainingRun has it all.
import type { RunDebug } from '../run/runDebug';
import type { TrainingRun } from '../run/trainingRun';

/** The debugger's side of it. */
export type StepDebugger = Pick<
  RunDebug,
  | 'recording'
  | 'recordingOf'
  | 'position'
  | 'changes'
  | 'onDidReplay'
  | 'onDidForget'
  | 'step'
  | 'rewind'
  | 'values'
  | 'change'
  | 'look'
>;

/** A run under the debugger. `debug` is absent where its source cannot be debugged. */
export type DebuggedRun = Pick<
  TrainingRun<unknown>,
  | 'title'
  | 'state'
  | 'steps'
  | 'layers'
  | 'facts'
  | 'findings'
  | 'error'
  | 'backend'
  | 'plan'
  | 'request'
  | 'finished'
  | 'onDidStep'
  | 'onDidEndEpoch'
  | 'onDidChange'
  | 'onDidChangeFindings'
  | 'pause'
  | 'resume'
  | 'stop'
> & { readonly debug: StepDebugger | undefined };

/** What a launch configuration asks for. */
export interface LaunchRequest {
  /** Path of the model file, absolute. */
  program: string;
  seed?: number;
  /** Steps at most. */
  steps?: number;
  backend?: string;
  hyperparameters?: Record<string, number | string | boolean>;
  /** Hold before the first step. Default: false. */
  stopOnEntry?: boolean;
  /** Trains without stopping anywhere. */
  noDebug?: boolean;
  /**
   * Asked for by the debugger itself, where a run had ended before it could be held: the run is to hold after
   * this step, recorded in full, instead of before the first.
   */
  holdAt?: number;
}

/** What a session offers to the run that it starts. */
export interface RunConsole {
  /** Shows what the program prints. */
  print: (level: 'debug' | 'log' | 'info' | 'warn' | 'error', text: string) => void;
}

/**
 * Starts a run for a session, held before its first step (or as `holdAt` says; with `noDebug`, going at once).
 * Rejects with a message for the user where there is nothing to start.
 */
export type StartRun = (request: LaunchRequest, console: RunConsole) => Promise<DebuggedRun>;
