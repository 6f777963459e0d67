// Launches a program as a child of this process: for the command line, whose terminal it shares.
import { spawn, type StdioOptions } from 'node:child_process';
import { messageOf } from '../../model/modelError';
import type { LaunchedProcess, NodeCommand, NodeLauncher, ProcessEnd } from './launcher';
import { NodeError } from './nodeError';

/** Sends SIGINT, to a process that may be gone. */
function interrupt(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, 'SIGINT');
  } catch {
    // It has ended meanwhile.
  }
}

/** Starts processes that share the terminal of this one, unless told otherwise. */
export class ChildLauncher implements NodeLauncher {
  constructor(private readonly stdio: StdioOptions = 'inherit') {}

  async launch({ executable, args, cwd, env }: NodeCommand): Promise<LaunchedProcess> {
    const child = spawn(executable, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: this.stdio,
    });
    const ended = new Promise<ProcessEnd>((resolve) => {
      child.once('exit', (code, signal) => {
        resolve({ ...(code !== null && { code }), ...(signal !== null && { signal }) });
      });
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => {
        reject(
          new NodeError(
            'launch-failed',
            `${executable} could not be started in ${cwd}: ${messageOf(error)}.`,
            { cause: error },
          ),
        );
      });
    });
    return { pid: child.pid, ended, interrupt: (pid) => interrupt(pid ?? child.pid) };
  }
}
