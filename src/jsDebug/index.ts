// Programs under VS Code's own debugger: js-debug runs them, Gradient Lens shows their gradients beside it.
// Breakpoints, stepping and variables of the user's code stay js-debug's.
import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { ModelRun } from '../api';
import type { EsbuildService } from '../model/esbuildLoader';
import { messageOf } from '../model/modelError';
import { saveFirst } from '../platform/saveFirst';
import type { ShownInspection } from '../shared/protocol/inspection';
import { assertOnDisk, assertTrusted, type Trainer } from '../trainer';
import { Attaching } from './attaching';
import { prepareDebugged } from './debugProgram';
import { placeOf } from './evaluate';
import { leadToUser } from './halts';
import { InspectionPanel } from './inspectionPanel';
import { inspectIn } from './inspector';
import type { LensOption } from './lensOption';
import { Lenses, type LensesParts, type PreparedFile } from './lenses';
import { registerProvider, type PreparedLens } from './provider';
import { DebugSessions, LENS_KEY } from './sessions';

/** What debugging works with. */
export interface JsDebugParts {
  trainer: Trainer;
  esbuild: EsbuildService;
  log: vscode.LogOutputChannel;
  extensionUri: vscode.Uri;
  /** Shows a failure to the user. */
  tell: (message: string) => void;
}

/** Property by which a configuration of ours names the file that was prepared for it. */
const FILE_KEY = '__gradientLensFile';

/** Everything about debugging, until disposed. */
export class JsDebug implements vscode.Disposable {
  private readonly sessions: DebugSessions;
  private readonly lenses: Lenses;
  private readonly attaching: Attaching;
  private readonly page: InspectionPanel;
  private readonly registration: vscode.Disposable;
  private readonly preload: string;
  /** Files of {@link debugFile} whose sessions are about to start. */
  private readonly prepared = new Map<string, PreparedFile>();

  constructor(private readonly parts: JsDebugParts) {
    const { extensionUri, log, trainer, tell } = parts;
    this.preload = vscode.Uri.joinPath(extensionUri, 'dist/nodeTap.cjs').fsPath;
    this.page = new InspectionPanel(extensionUri, (message) => log.warn(message));
    this.sessions = new DebugSessions({
      target: (session) => this.attaching.onTarget(session),
      stopped: (session, threadId) => {
        leadToUser(session, threadId).catch((error: unknown) => log.warn(messageOf(error)));
      },
    });
    const { sessions, preload } = this;
    const shared: LensesParts = { trainer, sessions, log, preload, tell };
    this.lenses = new Lenses(shared);
    this.attaching = new Attaching(shared, this.lenses);
    this.registration = registerProvider({
      ...{ preload, keyName: LENS_KEY, tell },
      prepare: (folder, config, option) => this.prepare(folder, config, option),
    });
  }

  dispose(): void {
    this.registration.dispose();
    this.sessions.dispose();
    this.page.dispose();
  }

  /** A session by its id. */
  session(id: string): vscode.DebugSession | undefined {
    return this.sessions.find(id);
  }

  /** Puts the lens into the processes of the active debug session. */
  attach(): Promise<void> {
    return this.attaching.attach();
  }

  /** Debugs a file under the lens. Rejects where it cannot be run. */
  async debugFile(model: vscode.Uri): Promise<void> {
    assertTrusted(vscode.workspace.isTrusted);
    assertOnDisk(model);
    await saveFirst(model);
    const { program, config } = await prepareDebugged(this.parts.esbuild, model, this.preload);
    const key = `${Date.now()} ${model.fsPath}`;
    this.prepared.set(key, { program, model });
    const folder = vscode.workspace.getWorkspaceFolder(model);
    try {
      await vscode.debug.startDebugging(folder, { ...config, [FILE_KEY]: key });
    } finally {
      // Nobody took it: the session was cancelled.
      if (this.prepared.delete(key)) program.dispose();
    }
  }

  /** Debugs the program of a run again; false where the run was not debugged. */
  async restart(run: ModelRun): Promise<boolean> {
    const origin = this.lenses.originOf(run);
    if (!origin) return false;
    const root = this.sessions.rootWith(origin.lens);
    if (root) await vscode.debug.stopDebugging(root);
    await run.finished;
    await origin.again();
    return true;
  }

  /** Shows what an expression is in the stopped program. */
  async inspect(
    expression: string,
    session: vscode.DebugSession | undefined,
  ): Promise<ShownInspection | undefined> {
    const item = vscode.debug.activeStackItem;
    const of = session ?? item?.session ?? vscode.debug.activeDebugSession;
    if (!of) {
      this.parts.tell('There is no debug session. Show a value while a program is stopped in one.');
      return undefined;
    }
    const frame = item?.session === of && 'frameId' in item ? item : undefined;
    const file = vscode.Uri.joinPath(this.parts.extensionUri, 'dist/inspect.js').fsPath;
    const inspection = await inspectIn(of, expression, frame?.frameId, () =>
      readFile(file, 'utf8'),
    );
    const place = frame && (await placeOf(frame));
    const shown = { expression, inspection, ...(place !== undefined && { place }) };
    this.page.show(shown);
    return shown;
  }

  /** A lens for a configuration that is about to start. */
  private async prepare(
    folder: vscode.WorkspaceFolder | undefined,
    config: vscode.DebugConfiguration,
    option: LensOption,
  ): Promise<PreparedLens> {
    const key = config[FILE_KEY] as string | undefined;
    const prepared = key === undefined ? undefined : this.prepared.get(key);
    if (key !== undefined) this.prepared.delete(key);
    const again = async (): Promise<void> => {
      if (prepared) await this.debugFile(prepared.model);
      else await vscode.debug.startDebugging(folder, config);
    };
    const { lens, invitation } = await this.lenses.open({
      ...{ folder, config, option, again },
      ...(prepared && { prepared }),
    });
    return { invitation, key: this.sessions.keep(lens) };
  }
}
