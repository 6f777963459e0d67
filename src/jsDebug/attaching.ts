// Attaching to programs that run already: as a configuration asks for it, or by command.
import * as vscode from 'vscode';
import { messageOf } from '../model/modelError';
import { ATTACH_WORDS, attachTo, type AttachResult } from './attach';
import { lensOption, type LensOption } from './lensOption';
import type { Lenses, LensesParts } from './lenses';
import { rootOf } from './sessions';

/** Attempts to reach a process that a debugger has just attached to, and the time between, milliseconds. */
const ATTEMPTS = 20;
const ATTEMPT_MS = 250;

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, ATTEMPT_MS));

/** Puts the lens into processes that are being debugged. */
export class Attaching {
  /** Sessions whose configurations have had what they asked for. */
  private readonly asked = new WeakSet<vscode.DebugSession>();

  constructor(
    private readonly parts: LensesParts,
    private readonly lenses: Lenses,
  ) {}

  /** Puts the lens into the processes of the active debug session. */
  async attach(): Promise<void> {
    const { sessions, tell } = this.parts;
    const active = vscode.debug.activeDebugSession;
    // VS Code may still name a session that has ended.
    const session = active && sessions.find(active.id);
    if (!session) {
      tell('There is no debug session to attach to. Start or attach to a program first.');
      return;
    }
    if (sessions.lensOf(session)) {
      tell('This debug session is under Gradient Lens already.');
      return;
    }
    // A session that has just been started has no processes yet.
    let targets = sessions.targetsOf(session);
    for (let i = 0; i < ATTEMPTS && targets.length === 0; i++) {
      await pause();
      targets = sessions.targetsOf(session);
    }
    if (targets.length === 0) {
      tell(ATTACH_WORDS['no-node']);
      return;
    }
    const invitation = await this.lensFor(session, {});
    const results: AttachResult[] = [];
    const failures: string[] = [];
    for (const target of targets) {
      await attachTo(target, this.parts.preload, invitation).then(
        (result) => results.push(result),
        (error: unknown) => failures.push(messageOf(error)),
      );
    }
    this.say(results, failures);
  }

  /** A session has reached a process: the lens goes in where its configuration attaches and asks for it. */
  onTarget(target: vscode.DebugSession): void {
    const root = rootOf(target);
    const option = lensOption(root.configuration['gradientLens']);
    if (!option || root.configuration.request !== 'attach') return;
    // Threads and further processes of the session: the first that trains is the run.
    if (!vscode.workspace.isTrusted || this.asked.has(root)) return;
    this.asked.add(root);
    this.attachSoon(target, root, option).catch((error: unknown) => {
      this.parts.tell(`Gradient Lens could not attach. ${messageOf(error)}`);
    });
  }

  private async attachSoon(
    target: vscode.DebugSession,
    root: vscode.DebugSession,
    option: LensOption,
  ): Promise<void> {
    const invitation = await this.lensFor(root, option);
    for (let attempt = 1; ; attempt++) {
      try {
        this.say([await attachTo(target, this.parts.preload, invitation)], []);
        return;
      } catch (error) {
        // Its debugger is not ready yet.
        if (attempt === ATTEMPTS || !this.parts.sessions.find(target.id)) throw error;
        await pause();
      }
    }
  }

  /** A lens for a session that runs already. */
  private async lensFor(session: vscode.DebugSession, option: LensOption): Promise<string> {
    const root = rootOf(session);
    const { configuration: config, workspaceFolder: folder } = root;
    const again = async (): Promise<void> => {
      await vscode.debug.startDebugging(folder, config);
    };
    const { lens, invitation } = await this.lenses.open({ folder, config, option, again });
    this.parts.sessions.adopt(root, lens);
    return invitation;
  }

  private say(results: readonly AttachResult[], failures: readonly string[]): void {
    const { log, tell } = this.parts;
    log.info(`Attached: ${[...results, ...failures].join(', ')}`);
    if (results.includes('attached') || results.includes('already')) return;
    const order = ['hidden', 'waiting', 'refused', 'elsewhere', 'no-node'] as const;
    const result = order.find((one) => results.includes(one));
    if (result === 'waiting') {
      void vscode.window.showInformationMessage(`Gradient Lens: ${ATTACH_WORDS.waiting}`);
    } else if (result) tell(ATTACH_WORDS[result]);
    else tell(`Gradient Lens could not attach. ${failures[0] ?? ''}`);
  }
}
