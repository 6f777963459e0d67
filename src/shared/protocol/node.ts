// Messages between the host (an editor, a command line) and a Node process that trains: those of the
// runtime, with what a process needs beyond, over a local socket. Frames are in `frames.ts`; what
// comes from the process passes `nodeGuards.ts`.
import type { FromRuntime, Sampling, ToRuntime } from './runtime';

/** Raised whenever a message changes, so that a preload of another version is refused. */
export const NODE_PROTOCOL_VERSION = 1;

/**
 * Environment variable that a process under the lens is started with: a {@link NodeInvitation} as JSON.
 * The process that loads tfjs takes it out of its environment, so that its children train unseen.
 */
export const NODE_INVITATION = 'GRADIENT_LENS_NODE';

/** Name of the script whose one statement halts the program in its debugger. */
export const HALT_SCRIPT = 'gradient-lens-halt.js';

/** Name of the thread that speaks for a process. */
export const CHANNEL_THREAD = 'gradient-lens';

/** Where a process reports, and what it is asked. */
export interface NodeInvitation {
  version: number;
  /** Path of the Unix socket, or name of the Windows pipe; only the user can open it. */
  channel: string;
  /** Proves that a connection belongs to the run: 32 hexadecimal digits. */
  token: string;
  start: NodeStart;
}

/** What a run asks of the process that trains. See `StartOptions`. */
export interface NodeStart {
  seed: number;
  maxSteps?: number;
  paused: boolean;
  sampling: Sampling;
  epsilon: 'keras' | 'as-shipped';
  probe: 'auto' | 'off';
  /**
   * `offer`: a program whose tfjs-node does not load fails with the code `tfjs-node-missing`. `use`:
   * `@tensorflow/tfjs` takes its place, on wasm where all kernels exist that it needs, else on cpu.
   */
  standIn: 'offer' | 'use';
  /** Findings at whose step the program is halted in its debugger. */
  breakOn: readonly ('non-finite' | 'vanishing-gradient' | 'exploding-gradient')[];
}

/** A place in a file of the process: line and column from 1. */
export interface FilePosition {
  /** Absolute path, or a `file:` URL, as the stack trace names it. */
  file: string;
  line: number;
  column: number;
}

type FromWorker<T extends FromRuntime['type']> = Extract<FromRuntime, { type: T }>;
/** A message of the runtime whose positions are in files, not in a bundle. */
type InFiles<T> = Omit<T, 'frames'> & { frames: FilePosition[] };

/** What a process says. The first message is `hello`. */
export type FromNode =
  /** `script`: what Node was started with. `standIn`: tfjs-node is replaced. */
  | {
      type: 'hello';
      version: number;
      token: string;
      pid: number;
      script: string;
      standIn: boolean;
    }
  /** The first tfjs is loaded, or its backend has changed: `tensorflow` is tfjs-node's. */
  | { type: 'started'; backend: string; reason?: string; tfjsVersion: string }
  | { type: 'layers'; layers: InFiles<FromWorker<'layers'>['layers'][number]>[] }
  | FromWorker<'facts'>
  | InFiles<FromWorker<'autopsy'>>
  | FromWorker<'steps'>
  | FromWorker<'plan'>
  | FromWorker<'state'>
  | FromWorker<'notice'>
  | FromWorker<'progress'>
  /** The program has ended by itself, or at its step limit. */
  | { type: 'finished'; outcome: 'completed' | 'stopped'; steps: number }
  /** It ends by an error that nobody caught. */
  | { type: 'failed'; error: InFiles<FromWorker<'failed'>['error']>; steps: number };

/** What the host says. Stop is none of it: the process is sent SIGINT, as Ctrl-C does. */
export type ToNode =
  | Extract<ToRuntime, { type: 'pause' | 'resume' | 'step' }>
  /** From now on nobody looks: the program trains on unrecorded. */
  | { type: 'detach' };
