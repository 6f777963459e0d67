// Runs a command to its end. Failures say which command failed, where, and what it printed last.
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { messageOf } from './log.mjs';
import { start, end } from './processes.mjs';
import { relative } from './paths.mjs';

/** Lines of output kept for the message of a failure. */
const TAIL = 60;

/** A command that could not start, failed, or took too long. */
export class CommandError extends Error {
  /**
   * @param {string} message
   * @param {number | undefined} code Exit code, where there is one.
   * @param {string} output The last lines it printed.
   */
  constructor(message, code, output) {
    super(message);
    this.name = 'CommandError';
    this.code = code;
    this.output = output;
  }
}

/**
 * @typedef {object} ExecOptions
 * @property {string} [cwd] Default: the current folder.
 * @property {NodeJS.ProcessEnv} [env] Added to this process's environment.
 * @property {number} [timeoutMs] Default: ten minutes.
 * @property {(line: string) => void} [onLine] Called with each line of output as it comes.
 */

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {ExecOptions} [options]
 * @returns {Promise<string>} What it printed on stdout, without the last line break.
 */
export async function exec(command, args, options = {}) {
  const { cwd, env, timeoutMs = 600_000, onLine } = options;
  const child = start(command, args, { cwd, env: { ...process.env, ...env } });
  /** @type {string[]} */
  const tail = [];
  /** @type {string[]} */
  const stdout = [];
  const keep = (/** @type {string} */ line) => {
    tail.push(line);
    if (tail.length > TAIL) tail.shift();
    onLine?.(line);
  };
  const lines = [
    createInterface({ input: child.stdout }).on('line', (line) => {
      stdout.push(line);
      keep(line);
    }),
    createInterface({ input: child.stderr }).on('line', keep),
  ].map((reader) => new Promise((resolve) => reader.once('close', resolve)));

  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    void end(child);
  }, timeoutMs);
  const what = `\`${[command, ...args].join(' ')}\`${cwd ? ` in ${relative(cwd)}` : ''}`;
  try {
    /** @type {number | null} */
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    // A helper that keeps the pipes open must not hold up the command.
    await Promise.race([Promise.all(lines), new Promise((resolve) => setTimeout(resolve, 2000))]);
    if (code === 0 && !timedOut) return stdout.join('\n');
    const reason = timedOut ? `took longer than ${timeoutMs / 1000} s` : `ended with code ${code}`;
    const output = tail.join('\n');
    throw new CommandError(`${what} ${reason}.\n${output}`, code ?? undefined, output);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    // Node says ENOENT of the command when it is the folder that is missing.
    const why = cwd && !existsSync(cwd) ? 'the folder does not exist' : messageOf(error);
    throw new CommandError(`${what} could not start: ${why}.`, undefined, '');
  } finally {
    clearTimeout(timer);
  }
}
