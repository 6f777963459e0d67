// Child processes that must not outlive the command. Each leads its own process group; beside each
// stands a guardian, a shell that waits on a pipe from here. However this process ends, SIGKILL
// included, the pipe closes and the guardian ends the group, and so on down a chain of commands.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** @param {number} pid @returns {boolean} True while the process runs. */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
  if (process.platform !== 'linux') return true;
  try {
    // In containers without an init an orphan that has ended stays as a zombie, state Z.
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** @param {number} pid @param {NodeJS.Signals} signal Sent to the group; one that is gone is fine. */
function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // No such process: it has ended.
  }
}

/**
 * @param {number} pid Leader of the group to end with this process.
 * @returns {() => void} Dismisses the guardian: the group has ended.
 */
function guard(pid) {
  if (process.platform === 'win32') return () => undefined;
  const script = 'read _; kill -TERM "-$0" 2>/dev/null && sleep 1; kill -KILL "-$0" 2>/dev/null';
  const guardian = spawn('/bin/sh', ['-c', script, String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guardian.unref();
  // The other end of the pipe may be gone first; that is no failure of ours.
  guardian.stdin.on('error', () => undefined);
  /** @type {import('node:net').Socket} */ (guardian.stdin).unref();
  return () => guardian.kill('SIGKILL');
}

/**
 * Starts a child that is ended with this process. Its output streams are pipes.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string | undefined, env?: NodeJS.ProcessEnv | undefined }} [options]
 * @returns {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, import('node:stream').Readable>}
 */
export function start(command, args, options = {}) {
  const child = spawn(command, [...args], {
    ...options,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid !== undefined) {
    const dismiss = guard(pid);
    // The leader is gone, its helpers may not be: a server leaves its extension hosts behind.
    child.once('exit', () => {
      signalGroup(pid, 'SIGKILL');
      dismiss();
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
