// Programs in Node run in terminals of VS Code, as tasks: their output stays, Ctrl-C works, and they go on
// when the extension does not. One terminal after another is used again once its program has ended.
import * as vscode from 'vscode';
import { DISPLAY_NAME } from '../contributions';
import type {
  LaunchedProcess,
  NodeCommand,
  NodeLauncher,
  ProcessEnd,
} from '../sources/node/launcher';
import { NodeError } from '../sources/node/nodeError';
import { messageOf } from '../shared/core/thrown';

const TASK_TYPE = 'gradientLens';
/** Time for a terminal to open and start its process, milliseconds. */
const START_MS = 30_000;
/** Between the end of a task and word of its process, milliseconds. */
const END_MS = 500;

const CTRL_C = '\u0003';

/** Code 0 is also what VS Code says of a process that a signal ended. */
const endOf = (code: number | undefined): ProcessEnd =>
  code === undefined || code === 0 ? {} : { code };

async function terminalOf(pid: number): Promise<vscode.Terminal | undefined> {
  const { terminals } = vscode.window;
  const pids = await Promise.all(terminals.map(({ processId }) => processId));
  return terminals[pids.indexOf(pid)];
}

/** Follows one task from its start to its end. */
class TaskWatch {
  readonly started: Promise<number | undefined>;
  readonly ended: Promise<ProcessEnd>;
  private readonly subscription: vscode.Disposable;

  constructor(id: string) {
    const isOurs = ({ execution }: { execution: vscode.TaskExecution }) =>
      (execution.task.definition as { id?: unknown }).id === id;
    let start: (pid: number | undefined) => void = () => undefined;
    let end: (end: ProcessEnd) => void = () => undefined;
    this.started = new Promise((resolve) => (start = resolve));
    this.ended = new Promise((resolve) => (end = resolve));
    this.subscription = vscode.Disposable.from(
      vscode.tasks.onDidStartTaskProcess((event) => {
        if (isOurs(event)) start(event.processId);
      }),
      vscode.tasks.onDidEndTaskProcess((event) => {
        if (isOurs(event)) end(endOf(event.exitCode));
      }),
      // A process that could not be started ends its task alone.
      vscode.tasks.onDidEndTask((event) => {
        if (!isOurs(event)) return;
        start(undefined);
        setTimeout(() => end({}), END_MS);
      }),
    );
    void this.ended.then(() => this.dispose());
  }

  dispose(): void {
    this.subscription.dispose();
  }
}

/** Launches the programs of runs, and shows their terminals. */
export class NodeTerminals {
  /** Terminals by the id of the run whose program they run, or ran. */
  private readonly byRun = new Map<string, vscode.Terminal>();

  /** How the program of one run is launched; `name` is what its terminal is called. */
  launcher(runId: string, model: vscode.Uri, name: string): NodeLauncher {
    return { launch: (command) => this.launch(runId, model, name, command) };
  }

  /** True where the run's output is in a terminal, which is shown; the focus stays where it is. */
  show(runId: string): boolean {
    const terminal = this.byRun.get(runId);
    if (!terminal || terminal.exitStatus !== undefined) return false;
    terminal.show(true);
    return true;
  }

  private async launch(
    runId: string,
    model: vscode.Uri,
    name: string,
    command: NodeCommand,
  ): Promise<LaunchedProcess> {
    const watch = new TaskWatch(runId);
    let pid: number | undefined;
    try {
      await vscode.tasks.executeTask(taskOf(runId, model, name, command));
      pid = await inTime(watch.started);
    } catch (error) {
      watch.dispose();
      throw new NodeError(
        'launch-failed',
        `${name} could not be started in a terminal: ${messageOf(error)}.`,
        { cause: error },
      );
    }
    const terminal = pid === undefined ? undefined : await terminalOf(pid);
    if (terminal) this.byRun.set(runId, terminal);
    return {
      pid,
      ended: watch.ended,
      interrupt: (trainer) => {
        // There are no signals on Windows: the key itself is sent.
        if (process.platform === 'win32') terminal?.sendText(CTRL_C, false);
        else interrupt(trainer ?? pid);
      },
    };
  }
}

function interrupt(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, 'SIGINT');
  } catch {
    // It has ended meanwhile.
  }
}

function taskOf(
  id: string,
  model: vscode.Uri,
  name: string,
  { executable, args, cwd, env }: NodeCommand,
): vscode.Task {
  const execution = new vscode.ProcessExecution(executable, [...args], { cwd, env: { ...env } });
  const scope = vscode.workspace.getWorkspaceFolder(model) ?? vscode.TaskScope.Workspace;
  const task = new vscode.Task({ type: TASK_TYPE, id }, scope, name, DISPLAY_NAME, execution, []);
  task.presentationOptions = {
    reveal: vscode.TaskRevealKind.Silent,
    panel: vscode.TaskPanelKind.Shared,
    ...{ focus: false, echo: true, showReuseMessage: false, clear: false, close: false },
  };
  return task;
}

async function inTime<T>(started: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`it did not start within ${START_MS / 1000} s`)),
      START_MS,
    );
  });
  try {
    return await Promise.race([started, late]);
  } finally {
    clearTimeout(timer);
  }
}
