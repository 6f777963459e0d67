// A file that only grows. Appends are queued and written in order; what is written is brought to the disk now and then,
// beside the writes, so that a slow disk does not hold them up.
import { open, type FileHandle } from 'node:fs/promises';
import { systemMessage } from './storeError';

export class AppendFile {
  private queue: Promise<void> = Promise.resolve();
  private isFailed = false;
  private isSyncing = false;
  private queuedBytes = 0;
  private length = 0;

  private constructor(
    readonly file: string,
    private readonly handle: FileHandle,
    private readonly onError: (message: string) => void,
  ) {}

  /** Creates the file; its folder has to be there. Rejects with the system's error. */
  static async create(file: string, onError: (message: string) => void): Promise<AppendFile> {
    return new AppendFile(file, await open(file, 'w'), onError);
  }

  /** Bytes appended so far, those that wait among them. */
  get size(): number {
    return this.length;
  }

  /** Bytes that wait to be written. */
  get waitingBytes(): number {
    return this.queuedBytes;
  }

  /** True once a write has failed: nothing is written any more. */
  get failed(): boolean {
    return this.isFailed;
  }

  append(bytes: Uint8Array): void {
    if (this.isFailed) return;
    this.length += bytes.length;
    this.queuedBytes += bytes.length;
    this.queue = this.queue.then(async () => {
      try {
        // writeFile on a handle writes all of it, from where the last write ended.
        if (!this.isFailed) await this.handle.writeFile(bytes);
      } catch (error) {
        this.fail(error);
      } finally {
        this.queuedBytes -= bytes.length;
      }
    });
  }

  /** Brings to the disk what is written, unless that is under way already. Resolves at once. */
  sync(): void {
    if (this.isFailed || this.isSyncing) return;
    this.isSyncing = true;
    this.queue
      .then(() => this.handle.datasync())
      // Some file systems cannot; the bytes are with the system all the same.
      .catch(() => undefined)
      .finally(() => (this.isSyncing = false));
  }

  /** Resolves when all appends so far are in the file. */
  async flush(): Promise<void> {
    await this.queue;
  }

  /** Writes the rest and closes the file. Never rejects. */
  async close(): Promise<void> {
    await this.queue;
    if (!this.isFailed) await this.handle.datasync().catch(() => undefined);
    this.isFailed = true;
    await this.handle.close().catch((error: unknown) => this.fail(error));
  }

  private fail(error: unknown): void {
    this.isFailed = true;
    this.onError(systemMessage(error));
  }
}
