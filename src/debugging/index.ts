// Programs under VS Code's own debugger: js-debug runs them, Gradient Lens shows their gradients beside it.
// Breakpoints, stepping and variables of the user's code stay js-debug's.
import { readFile } from 'node:fs/promises';
import { statSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ModelRun } from '../api';
import type { EsbuildService } from '../model/esbuildLoader';
import { messageOf } from '../model/modelError';
import { saveFirst } from '../platform/saveFirst';
import type { RunSource } from '../run/source';
import type { RunRequest } from '../run/trainingRun';
import type { ShownInspection } from '../shared/protocol/inspection';
import { FileLocator } from '../sources/node/fileLocator';
import type { NodeProgram } from '../sources/node/launcher';
import { assertOnDisk, assertTrusted, type Trainer } from '../trainer';
import { ATTACH_WORDS, attachTo, type AttachResult } from './attach';
import { prepareDebugged } from './debugProgram';
import { leadToUser } from './halts';
import { InspectionPanel } from './inspectionPanel';
import { inspectIn } from './inspector';
import { programOf } from './launchConfig';
import { lensOption, type LensOption } from './lensOption';
import { LensSession } from './lensSession';
import { registerProvider, type PreparedLens } from './provider';
import { DebugSessions, LENS_KEY, rootOf } from './sessions';
import { debugStart } from './startOf';

/** What debugging works with. */
export interface DebuggingParts {
  trainer: Trainer;
  esbuild: EsbuildService;
  log: vscode.LogOutputChannel;
  extensionUri: vscode.Uri;
  /** Shows a failure to the user. */
  tell(message: string): void;
}

/** Property by which a configuration of ours names the program that was prepared for it. */
const PROGRAM_KEY = '__gradientLensProgram';
/** Attempts to reach a process that has just been attached to, and the time between, milliseconds. */
const ATTEMPTS = 20;
const ATTEMPT_MS = 250;

const isFile = (file: string): boolean =>
  statSync(file, { throwIfNoEntry: false })?.isFile() === true;

async function debugAgain(
  folder: vscode.WorkspaceFolder | undefined,
  config: vscode.DebugConfiguration,
): Promise<void> {
  await vscode.debug.startDebugging(folder, config);
}

/** How a run was debugged, to do it again. */
interface Origin {
  lens: LensSession;
  again: () => Promise<void>;
}

/** Everything about debugging, until disposed. */
export class Debugging implements vscode.Disposable {
  private readonly sessions: DebugSessions;
  private readonly page: InspectionPanel;
  private readonly registration: vscode.Disposable;
  private readonly preload: string;
  /** Programs of {@link debugFile} whose sessions are about to start. */
  private readonly prepared = new Map<string, { program: NodeProgram; model: vscode.Uri }>();
  private readonly origins = new WeakMap<ModelRun, Origin>();

  constructor(private readonly parts: DebuggingParts) {
    const { extensionUri, log } = parts;
    this.preload = vscode.Uri.joinPath(extensionUri, 'dist/nodeTap.cjs').fsPath;
    this.page = new InspectionPanel(extensionUri, (message) => log.warn(message));
    this.sessions = new DebugSessions({
      target: (session) => this.attachAsAsked(session),
      stopped: (session, threadId) => {
        leadToUser(session, threadId).catch((error: unknown) => log.warn(messageOf(error)));
      },
    });
    this.registration = registerProvider({
      preload: this.preload,
      keyName: LENS_KEY,
      prepare: (folder, config, option) => this.prepare(folder, config, option),
      tell: (message) => parts.tell(message),
    });
  }

  dispose(): void {
    this.registration.dispose();
    this.sessions.dispose();
    this.page.dispose();
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
      await vscode.debug.startDebugging(folder, { ...config, [PROGRAM_KEY]: key });
    } finally {
      // Nobody took it: the session was cancelled.
      if (this.prepared.delete(key)) program.dispose();
    }
  }

  /** Debugs the program of a run again; false where the run was not debugged. */
  async restart(run: ModelRun): Promise<boolean> {
    const origin = this.origins.get(run);
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
    const frameId = item?.session === of && 'frameId' in item ? item.frameId : undefined;
    const file = vscode.Uri.joinPath(this.parts.extensionUri, 'dist/inspect.js').fsPath;
    const inspection = await inspectIn(of, expression, frameId, () => readFile(file, 'utf8'));
    const shown = { expression, inspection };
    this.page.show(shown);
    return shown;
  }

  /** A session by its id. */
  session(id: string): vscode.DebugSession | undefined {
    return this.sessions.find(id);
  }

  /** Puts the lens into the processes of the active debug session. */
  async attach(): Promise<void> {
    const session = vscode.debug.activeDebugSession;
    if (!session) {
      this.parts.tell(
        'There is no debug session to attach to. Start or attach to a program first.',
      );
      return;
    }
    if (this.sessions.lensOf(session)) {
      this.parts.tell('This debug session is under Gradient Lens already.');
      return;
    }
    // A session that has just been started has no processes yet.
    for (let i = 0; i < ATTEMPTS && this.sessions.targetsOf(session).length === 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, ATTEMPT_MS));
    }
    const targets = this.sessions.targetsOf(session);
    if (targets.length === 0) {
      this.parts.tell(ATTACH_WORDS['no-node']);
      return;
    }
    const invitation = await this.lensFor(session, {});
    const results: AttachResult[] = [];
    const failures: string[] = [];
    for (const target of targets) {
      await attachTo(target, this.preload, invitation).then(
        (result) => results.push(result),
        (error: unknown) => failures.push(messageOf(error)),
      );
    }
    this.tellAttached(results, failures);
  }

  /** A session of a configuration that attaches has reached a process. */
  private attachAsAsked(target: vscode.DebugSession): void {
    const root = rootOf(target);
    const option = lensOption(root.configuration['gradientLens']);
    if (!option || root.configuration.request !== 'attach') return;
    if (!vscode.workspace.isTrusted) return;
    this.attachSoon(target, root, option).catch((error: unknown) => {
      this.parts.tell(`Gradient Lens could not attach. ${messageOf(error)}`);
    });
  }

  private async attachSoon(
    target: vscode.DebugSession,
    root: vscode.DebugSession,
    option: LensOption,
  ): Promise<void> {
    // Threads and further processes of the session: the first that trains is the run.
    if (this.sessions.lensOf(root)) return;
    const invitation = await this.lensFor(root, option);
    for (let attempt = 1; ; attempt++) {
      try {
        this.tellAttached([await attachTo(target, this.preload, invitation)], []);
        return;
      } catch (error) {
        // Its debugger is not ready yet.
        if (attempt === ATTEMPTS || !this.sessions.find(target.id)) throw error;
        await new Promise((resolve) => setTimeout(resolve, ATTEMPT_MS));
      }
    }
  }

  private tellAttached(results: readonly AttachResult[], failures: readonly string[]): void {
    this.parts.log.info(`Attached: ${[...results, ...failures].join(', ')}`);
    if (results.includes('attached') || results.includes('already')) return;
    const order = ['hidden', 'waiting', 'refused', 'elsewhere', 'no-node'] as const;
    const result = order.find((one) => results.includes(one));
    if (result === 'waiting') {
      void vscode.window.showInformationMessage(`Gradient Lens: ${ATTACH_WORDS.waiting}`);
    } else if (result) this.parts.tell(ATTACH_WORDS[result]);
    else this.parts.tell(`Gradient Lens could not attach. ${failures[0] ?? ''}`);
  }

  /** A lens for a session that runs already. */
  private async lensFor(session: vscode.DebugSession, option: LensOption): Promise<string> {
    const root = rootOf(session);
    const { configuration: config } = root;
    const { lens, opened } = this.lensOf(root.workspaceFolder, config, option, {
      again: () => debugAgain(root.workspaceFolder, config),
    });
    const invitation = await opened;
    this.sessions.adopt(root, lens);
    return invitation;
  }

  private async prepare(
    folder: vscode.WorkspaceFolder | undefined,
    config: vscode.DebugConfiguration,
    option: LensOption,
  ): Promise<PreparedLens> {
    const key = config[PROGRAM_KEY] as string | undefined;
    const prepared = key === undefined ? undefined : this.prepared.get(key);
    if (key !== undefined) this.prepared.delete(key);
    const { lens, opened } = this.lensOf(folder, config, option, {
      ...(prepared && { prepared }),
      again: prepared ? () => this.debugFile(prepared.model) : () => debugAgain(folder, config),
    });
    const invitation = await opened;
    return { invitation, key: this.sessions.keep(lens) };
  }

  private lensOf(
    folder: vscode.WorkspaceFolder | undefined,
    config: vscode.DebugConfiguration,
    option: LensOption,
    {
      prepared,
      again,
    }: { prepared?: { program: NodeProgram; model: vscode.Uri }; again: () => Promise<void> },
  ): { lens: LensSession; opened: Promise<string> } {
    const { log } = this.parts;
    const named = prepared?.model.fsPath ?? programOf(config, isFile);
    const scope = named === undefined ? folder?.uri : vscode.Uri.file(named);
    const { start, request } = debugStart(scope, option);
    const script = named === undefined ? config.name : path.basename(named);
    const cwd: unknown = config['cwd'];
    const folders = [
      ...(named === undefined ? [] : [path.dirname(named)]),
      ...(typeof cwd === 'string' ? [cwd] : []),
    ];
    const own = new FileLocator({ foreign: [this.preload], folders });
    const lens: LensSession = new LensSession({
      ...{ script, start },
      program: prepared?.program ?? { locator: own, dispose: () => undefined },
      onTraining: (source, ran) => {
        const model = vscode.Uri.file(named ?? ran);
        this.adopt(model, request, source, { lens, again });
      },
      onNothing: (message) => {
        const text = message ?? `${script} ended without having loaded TensorFlow.js.`;
        log.info(`Debugged without a training: ${text}`);
        if (prepared || message !== undefined) {
          void vscode.window.showInformationMessage(`Gradient Lens: ${text}`);
        }
      },
      stop: () => {
        const root = this.sessions.rootWith(lens);
        if (root) void vscode.debug.stopDebugging(root);
      },
      onTrouble: (message) => log.warn(message),
    });
    return { lens, opened: lens.open() };
  }

  private adopt(model: vscode.Uri, request: RunRequest, source: RunSource, origin: Origin): void {
    this.parts.trainer.adopt(model, request, source).then(
      (run) => this.origins.set(run, origin),
      (error: unknown) => this.parts.tell(messageOf(error)),
    );
  }
}
