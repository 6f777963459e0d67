// The debug sessions of the window: which are under the lens, which belong together, and what their adapters
// say. js-debug makes one session for a configuration, and one below it for each process and thread.
import * as vscode from 'vscode';
import { isTargetOf } from './launchConfig';
import type { LensSession } from './lensSession';

/** Property by which a session's configuration names its lens. */
export const LENS_KEY = '__gradientLens';

/** A configuration whose session never started is forgotten after this time, milliseconds. */
const FORGOTTEN_MS = 30 * 60_000;

interface DapMessage {
  type?: unknown;
  event?: unknown;
  command?: unknown;
  body?: { reason?: unknown; threadId?: unknown };
}

/** Told of what happens in sessions. */
export interface SessionEvents {
  /** A session for a process or a thread has started. */
  target(session: vscode.DebugSession): void;
  /** A thread of a session under the lens has halted. */
  stopped(session: vscode.DebugSession, threadId: number): void;
}

/** The session that a configuration was started as. */
export function rootOf(session: vscode.DebugSession): vscode.DebugSession {
  let root = session;
  while (root.parentSession) root = root.parentSession;
  return root;
}

const lensKeyOf = (session: vscode.DebugSession): string | undefined => {
  const key: unknown = rootOf(session).configuration[LENS_KEY];
  return typeof key === 'string' ? key : undefined;
};

/** Follows the sessions until disposed. */
export class DebugSessions implements vscode.Disposable {
  private readonly live = new Map<string, vscode.DebugSession>();
  private readonly lenses = new Map<string, LensSession>();
  private readonly subscription: vscode.Disposable;
  private count = 0;

  constructor(private readonly events: SessionEvents) {
    const factory: vscode.DebugAdapterTrackerFactory = {
      createDebugAdapterTracker: (session) => this.trackerOf(session),
    };
    this.subscription = vscode.Disposable.from(
      vscode.debug.onDidStartDebugSession((session) => this.started(session)),
      vscode.debug.onDidTerminateDebugSession((session) => this.ended(session)),
      ...['pwa-node', 'node-terminal'].map((type) =>
        vscode.debug.registerDebugAdapterTrackerFactory(type, factory),
      ),
    );
  }

  /** Keeps a lens under a key, which is to stand in its session's configuration. */
  keep(lens: LensSession): string {
    this.count += 1;
    const key = String(this.count);
    this.lenses.set(key, lens);
    setTimeout(() => {
      const isUsed = [...this.live.values()].some((session) => lensKeyOf(session) === key);
      if (!isUsed) this.forget(key);
    }, FORGOTTEN_MS).unref();
    return key;
  }

  find(id: string): vscode.DebugSession | undefined {
    return this.live.get(id);
  }

  /** The root session of a lens, while it runs. */
  rootWith(lens: LensSession): vscode.DebugSession | undefined {
    return [...this.live.values()].find(
      (session) => !session.parentSession && this.lensOf(session) === lens,
    );
  }

  lensOf(session: vscode.DebugSession): LensSession | undefined {
    const key = lensKeyOf(session);
    return key === undefined ? undefined : this.lenses.get(key);
  }

  /** Puts a session that runs already under a lens. */
  adopt(session: vscode.DebugSession, lens: LensSession): void {
    // A configuration is the session's own copy, and stays with it.
    (rootOf(session).configuration as Record<string, unknown>)[LENS_KEY] = this.keep(lens);
  }

  /** The sessions of processes and threads that belong together with a session. */
  targetsOf(session: vscode.DebugSession): vscode.DebugSession[] {
    const root = rootOf(session);
    return [...this.live.values()].filter(
      (other) => rootOf(other) === root && isTargetOf(other.configuration),
    );
  }

  dispose(): void {
    this.subscription.dispose();
    for (const key of [...this.lenses.keys()]) this.forget(key);
  }

  private forget(key: string): void {
    this.lenses.get(key)?.over();
    this.lenses.delete(key);
  }

  private started(session: vscode.DebugSession): void {
    this.live.set(session.id, session);
    if (isTargetOf(session.configuration)) this.events.target(session);
  }

  private ended(session: vscode.DebugSession): void {
    this.live.delete(session.id);
    const key = session.parentSession ? undefined : lensKeyOf(session);
    if (key !== undefined) this.forget(key);
  }

  private trackerOf(session: vscode.DebugSession): vscode.DebugAdapterTracker | undefined {
    const isRoot = !session.parentSession;
    let isOver = false;
    return {
      onWillReceiveMessage: ({ command }: DapMessage) => {
        const lens = this.lensOf(session);
        if (!lens || isOver) return;
        if (command === 'restart') lens.restarting();
        // After the end of a program, its session is disconnected as well.
        else if (isRoot && (command === 'terminate' || command === 'disconnect')) lens.stopping();
      },
      onDidSendMessage: ({ type, event, body }: DapMessage) => {
        if (type !== 'event') return;
        if (event === 'terminated') isOver = true;
        const threadId = body?.threadId;
        if (event === 'stopped' && typeof threadId === 'number' && this.lensOf(session)) {
          this.events.stopped(session, threadId);
        }
      },
    };
  }
}
