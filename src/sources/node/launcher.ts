// The seam between a run and whatever starts its process: a terminal of the editor, a command line, a
// debugger.
import type { Notice } from '../../shared/core/run';
import type { FilePosition } from '../../shared/protocol/node';
import type { Locator } from '../reports';

/** A command, as an operating system starts it: no shell reads it. */
export interface NodeCommand {
  executable: string;
  args: readonly string[];
  /** Absolute. */
  cwd: string;
  /** Added to the environment of whoever launches. */
  env: Readonly<Record<string, string>>;
}

/**
 * How a process ended. Neither is given where whoever launched it cannot tell: an end by a signal, for
 * example, looks like one with code 0 in a terminal of VS Code.
 */
export interface ProcessEnd {
  code?: number;
  /** By name, e.g. `SIGKILL`. */
  signal?: string;
}

/** A process that was launched. It is never ended but by {@link interrupt}. */
export interface LaunchedProcess {
  /** Of the process that was started, where the launcher knows it. */
  readonly pid?: number | undefined;
  /** Settles when it has ended; never rejects. */
  readonly ended: Promise<ProcessEnd>;
  /**
   * Asks it to end as Ctrl-C does. `pid` is that of the process that trains, where it is known: a
   * package manager may stand between.
   */
  interrupt(pid: number | undefined): void;
}

/** Starts processes. */
export interface NodeLauncher {
  /** Rejects with a {@link NodeError} where the process cannot be started. */
  launch(command: NodeCommand): Promise<LaunchedProcess>;
}

/** A program that is ready to be launched. */
export interface NodeProgram {
  command: NodeCommand;
  /** From the places that its stack traces name to the user's files. */
  locator: Locator<FilePosition>;
  /** What its user should know before it runs. */
  notices?: readonly Notice[];
  /** Frees what was made for it, once its process has ended. */
  dispose(): void;
}
