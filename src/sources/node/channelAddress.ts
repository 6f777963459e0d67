// Where a channel listens: a Unix socket in a folder that only this user can enter, or a pipe of Windows.
import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Folders of channels: their owner's process id, so that what a crash left can be told, and chance. */
const PREFIX = 'gradient-lens-';
const OWNED = /^gradient-lens-(\d+)-\w{6}$/;
/** Most bytes of a socket's path: 104 with its end on macOS and the BSDs, 108 on Linux. */
const MAX_PATH = 100;

/** A fresh place to listen at. */
export interface ChannelAddress {
  /** Path of the socket, or name of the pipe. */
  readonly path: string;
  /** Frees it, at once. */
  remove(): void;
}

/** Folders in which sockets can be made, the usual one first. */
function temporaryFolders(): string[] {
  return [...new Set([tmpdir(), '/tmp'])].filter(
    (folder) => Buffer.byteLength(path.join(folder, `${PREFIX}1234567890-abcdef`, 's')) <= MAX_PATH,
  );
}

/** True for a process that runs; one of another user counts as running. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Removes what hosts that were killed could not remove themselves. */
function sweep(folder: string): void {
  try {
    for (const name of readdirSync(folder)) {
      const owner = Number(OWNED.exec(name)?.[1] ?? NaN);
      if (Number.isNaN(owner) || isRunning(owner)) continue;
      rmSync(path.join(folder, name), { recursive: true, force: true });
    }
  } catch {
    // Another user's leftovers, or none at all.
  }
}

/** Makes an address. Rejects with a system error where no folder can be made for it. */
export async function newAddress(): Promise<ChannelAddress> {
  if (process.platform === 'win32') {
    const name = `\\\\.\\pipe\\${PREFIX}${randomBytes(16).toString('hex')}`;
    return { path: name, remove: () => undefined };
  }
  const [parent = '/tmp'] = temporaryFolders();
  sweep(parent);
  // mkdtemp makes it with mode 0700.
  const folder = await mkdtemp(path.join(parent, `${PREFIX}${process.pid}-`));
  const remove = (): void => {
    process.off('exit', remove);
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // The next channel sweeps it.
    }
  };
  process.on('exit', remove);
  return { path: path.join(folder, 's'), remove };
}
