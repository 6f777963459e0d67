// The process's own debugger: whether one may be attached, halting in it, and keeping it from holding up the
// channel.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';
import type { Worker } from 'node:worker_threads';
import { HALT_SCRIPT } from '../../src/shared/protocol/node';

/** The part of node:inspector that is used. */
interface InspectorSession {
  connect(): void;
  disconnect(): void;
  on(
    event: 'NodeWorker.attachedToWorker',
    listener: (message: {
      params: { sessionId: string; workerInfo: { workerId: string }; waitingForDebugger: boolean };
    }) => void,
  ): void;
  post(method: string, params: object): void;
}
interface Inspector {
  url(): string | undefined;
  Session: new () => InspectorSession;
}

let inspector: Inspector | undefined;

function inspectorOf(): Inspector | undefined {
  try {
    inspector ??= createRequire(__filename)('node:inspector') as Inspector;
    return inspector;
  } catch {
    return undefined; // Node can be built without it.
  }
}

/** True where a debugger is attached, or may be at any moment. */
export function isDebugged(): boolean {
  return inspectorOf()?.url() !== undefined;
}

/**
 * Halts in the debugger on the stack of the caller, with `reason` as what its user reads first. The statement
 * is in a script of its own: this file is one that debuggers are told to skip, and there it would not count.
 */
export function halt(reason: string): void {
  const text = reason.replace(/\s+/g, ' ');
  const code = `// Gradient Lens halted the program: ${text}.\n// Your own code is further down the call stack.\ndebugger;\n`;
  // With a path, though no file is there: js-debug takes a bare name for a part of Node, and skips those.
  new Script(code, { filename: join(__dirname, HALT_SCRIPT) }).runInThisContext();
}

/**
 * Starts a thread that does not wait for a debugger. js-debug has every thread wait until it has attached, which
 * takes seconds, in which nothing would leave; a session of our own releases this one. `isRunning` waits until
 * it runs.
 */
export function startReleased(start: () => Worker, isRunning: () => boolean): Worker {
  const worker = start();
  const found = isDebugged() ? inspectorOf() : undefined;
  if (!found) return worker;
  const session = new found.Session();
  try {
    session.connect();
    session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
      if (workerInfo.workerId !== String(worker.threadId)) return;
      const message = JSON.stringify({ id: 1, method: 'Runtime.runIfWaitingForDebugger' });
      session.post('NodeWorker.sendMessageToWorker', { sessionId, message });
      setImmediate(() => session.disconnect()).unref();
    });
    session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
    // The release comes back to this thread, which may stand at a breakpoint in a moment: it waits. Debuggers
    // interrupt such a wait.
    isRunning();
  } catch {
    // Threads of threads have no such session: the debugger releases them in its own time.
  }
  return worker;
}
