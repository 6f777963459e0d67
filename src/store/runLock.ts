// Which runs are being recorded right now: a small file that the recording process touches while it lives. Another
// window, or a window after a crash, tells by it whether a run that is not over will go on.
import { rmSync } from 'node:fs';
import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname, uptime } from 'node:os';
import path from 'node:path';
import type { Disposable } from '../run/emitter';
import { LOCK_FILE } from './runFolder';

/** Time between two touches, milliseconds. */
const BEAT_MS = 2000;
/** Without a sign of life for so long, milliseconds, a recorder on another machine counts as gone. */
const SILENT_MS = 30_000;
/**
 * The same where its process is there on this machine: it may be suspended or held by a debugger; but process ids are
 * given again.
 */
const HELD_MS = 600_000;
/** Clocks of the machine and of its files differ a little, milliseconds. */
const CLOCK_MS = 5000;

/** What the file says. */
interface Owner {
  host: string;
  pid: number;
}

/** True where a process of this machine has the id. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // One of another user cannot be signalled, but is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function ownerOf(text: string): Owner | undefined {
  try {
    const { host, pid } = JSON.parse(text) as Record<string, unknown>;
    if (typeof host !== 'string' || !Number.isSafeInteger(pid)) return undefined;
    return { host, pid: pid as number };
  } catch {
    return undefined;
  }
}

/** True while some process, of this or another machine, records the run in `folder`. */
export async function isRecording(folder: string): Promise<boolean> {
  const file = path.join(folder, LOCK_FILE);
  let touched: number;
  let owner: Owner | undefined;
  try {
    touched = (await stat(file)).mtimeMs;
    owner = ownerOf(await readFile(file, 'utf8'));
  } catch {
    return false;
  }
  const silence = Date.now() - touched;
  if (owner?.host !== hostname()) return silence < SILENT_MS;
  const booted = Date.now() - uptime() * 1000;
  if (touched < booted - CLOCK_MS || !isRunning(owner.pid)) return false;
  return silence < HELD_MS;
}

/** Says that this process records a run, until released. */
export class RunLock implements Disposable {
  private readonly timer: NodeJS.Timeout;

  private constructor(private readonly file: string) {
    this.timer = setInterval(() => {
      const now = new Date();
      // A folder that was deleted meanwhile has no lock any more.
      utimes(file, now, now).catch(() => clearInterval(this.timer));
    }, BEAT_MS);
    this.timer.unref();
  }

  /** Takes the lock of a folder that this process has just made. Rejects with the system's error. */
  static async take(folder: string): Promise<RunLock> {
    const file = path.join(folder, LOCK_FILE);
    const owner: Owner = { host: hostname(), pid: process.pid };
    await writeFile(file, `${JSON.stringify(owner)}\n`);
    return new RunLock(file);
  }

  /** Gives it up; never rejects. */
  async release(): Promise<void> {
    clearInterval(this.timer);
    await rm(this.file, { force: true }).catch(() => undefined);
  }

  /** Gives it up at once, for a process that ends. */
  dispose(): void {
    clearInterval(this.timer);
    try {
      rmSync(this.file, { force: true });
    } catch {
      // The next process finds that this one is gone.
    }
  }
}
