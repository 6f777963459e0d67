// The training debugger in VS Code: its configurations, its sessions and the runs in them, and what other
// parts of the extension ask of a session. The adapter itself is in `src/debug`, free of the editor.
import * as vscode from 'vscode';
import type { ModelRun } from '../../api';
import { messageOf } from '../../model/modelError';
import type { UserConsole } from '../../surfaces/userConsole';
import { assertOnDisk, assertTrusted, type Trainer } from '../../trainer';
import { registerAdapter } from './adapter';
import { configurationFor } from './configuration';
import { registerConfigurations } from './configurations';
import { runStarter } from './runStarter';

/** What the training debugger works with. */
export interface TrainingDebuggerParts {
  trainer: Trainer;
  console: UserConsole;
  /** The files of the workspace that use tfjs. */
  index: { readonly files: readonly string[] };
  /** Debugs a program that needs Node in VS Code's own debugger. */
  jsDebug: { debugFile(program: vscode.Uri): Promise<void> };
  /** Where the extension's own files lie. */
  extensionUri: vscode.Uri;
  log: vscode.LogOutputChannel;
  tell: (message: string) => void;
}

/** The verbs of a run, as VS Code's commands for the session it is debugged in. */
const VERBS = {
  pause: 'workbench.action.debug.pause',
  resume: 'workbench.action.debug.continue',
  step: 'workbench.action.debug.stepOver',
} as const;

/** All training sessions, until disposed. */
export class TrainingDebugger implements vscode.Disposable {
  /** Sessions by the id of their run. */
  private readonly sessions = new Map<string, vscode.DebugSession>();
  private readonly subscriptions: vscode.Disposable;

  constructor(private readonly parts: TrainingDebuggerParts) {
    const { trainer, console, index, jsDebug, extensionUri, tell } = parts;
    this.subscriptions = vscode.Disposable.from(
      registerConfigurations({
        modelFiles: () => index.files,
        debugInNode: (program) => jsDebug.debugFile(program),
        tell,
      }),
      registerAdapter(extensionUri, (session) =>
        runStarter({
          ...{ trainer, console },
          started: (run) => this.sessions.set(run.id, session),
        }),
      ),
      vscode.debug.onDidTerminateDebugSession((ended) => {
        for (const [id, session] of this.sessions) {
          if (session.id === ended.id) this.sessions.delete(id);
        }
      }),
    );
  }

  dispose(): void {
    this.subscriptions.dispose();
    this.sessions.clear();
  }

  /** Starts a session on a file. Rejects where it cannot be trained. */
  async start(model: vscode.Uri): Promise<void> {
    assertTrusted(vscode.workspace.isTrusted);
    assertOnDisk(model);
    const folder = vscode.workspace.getWorkspaceFolder(model);
    await vscode.debug.startDebugging(folder, configurationFor(model.fsPath));
  }

  /**
   * Hands a verb of a run on to the session that it is debugged in, so that its buttons and the run agree; false
   * where there is none.
   */
  async control(run: ModelRun, verb: keyof typeof VERBS): Promise<boolean> {
    const session = this.sessions.get(run.id);
    if (!session) return false;
    // VS Code's commands are about the session that has its focus.
    if (vscode.debug.activeDebugSession?.id !== session.id) return false;
    await vscode.commands.executeCommand(VERBS[verb]);
    return true;
  }

  /** Starts the session of a run again; false where it was not debugged, or its session is over. */
  async restart(run: ModelRun): Promise<boolean> {
    const session = this.sessions.get(run.id);
    if (!session) return false;
    const { workspaceFolder, configuration } = session;
    await vscode.debug.stopDebugging(session);
    await run.finished;
    await vscode.debug.startDebugging(workspaceFolder, configuration);
    return true;
  }

  /**
   * Moves the view of a stopped session to a step, or back to where it stands; false where no session of the run
   * is stopped.
   */
  look(run: ModelRun | undefined, step: number | undefined): boolean {
    const session = run && this.sessions.get(run.id);
    if (!session || !run.debug?.cursor) return false;
    Promise.resolve(session.customRequest('gradientLens/look', { step })).catch((error: unknown) =>
      this.parts.log.warn(messageOf(error)),
    );
    return true;
  }
}
