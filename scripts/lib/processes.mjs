// Child processes that must not outlive the command: each leads its own process group, and the whole
// group is ended when the command ends, however it ends (short of SIGKILL).
import { spawn } from 'node:child_process';

/** @type {Set<number>} Process group ids still to end. */
const groups = new Set();
let guarded = false;

/** @param {number} pid @param {NodeJS.Signals} signal @returns {boolean} False when it is gone. */
function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

function guardExit() {
  if (guarded) return;
  guarded = true;
  process.on('exit', () => groups.forEach((pid) => signalGroup(pid, 'SIGKILL')));
  for (const [signal, code] of /** @type {const} */ ([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])) {
    process.on(signal, () => process.exit(code));
  }
}

/**
 * Starts a child that is ended with this process. Its output streams are pipes.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string | undefined, env?: NodeJS.ProcessEnv | undefined }} [options]
 * @returns {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, import('node:stream').Readable>}
 */
export function start(command, args, options = {}) {
  guardExit();
  const child = spawn(command, [...args], {
    ...options,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid !== undefined) {
    groups.add(pid);
    // The leader is gone, its helpers may not be: a server leaves its extension hosts behind.
    child.once('exit', () => {
      signalGroup(pid, 'SIGTERM');
      setTimeout(() => {
        signalGroup(pid, 'SIGKILL');
        groups.delete(pid);
      }, 1000).unref();
    });
  }
  return child;
}

/**
 * Ends a child and its whole group: politely, then after two seconds by force.
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<void>}
 */
export async function end(child) {
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  signalGroup(pid, 'SIGTERM');
  const force = setTimeout(() => signalGroup(pid, 'SIGKILL'), 2000);
  await gone;
  clearTimeout(force);
}
