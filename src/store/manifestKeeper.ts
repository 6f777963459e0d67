// Keeps the manifest of a run up to date: one write at a time, and so seldom that it costs next to nothing.
import type { RunManifest } from './manifest';
import { writeManifest } from './manifestFile';

/** Least time between two writes of what merely moves, milliseconds. */
const INTERVAL_MS = 1000;
/** A large manifest is written so much less often than it takes to write. */
const COST_FACTOR = 20;

export class ManifestKeeper {
  private writing: Promise<void> | undefined;
  private isAskedAgain = false;
  private due = 0;
  private isFailed = false;

  /** @param make gives the manifest as it is when it is called. */
  constructor(
    private readonly folder: string,
    private readonly make: () => RunManifest,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Something has moved: written if it is time. */
  touch(): void {
    if (!this.writing && performance.now() >= this.due) void this.write();
  }

  /** Writes now, or again after the write that is under way. Resolves when it is done; never rejects. */
  write(): Promise<void> {
    this.isAskedAgain = this.writing !== undefined;
    this.writing ??= this.writeAll().finally(() => (this.writing = undefined));
    return this.writing;
  }

  private async writeAll(): Promise<void> {
    do {
      this.isAskedAgain = false;
      if (this.isFailed) return;
      const start = performance.now();
      try {
        await writeManifest(this.folder, this.make());
      } catch (error) {
        this.isFailed = true;
        this.onError(error);
      }
      const now = performance.now();
      this.due = now + Math.max(INTERVAL_MS, COST_FACTOR * (now - start)) - (now - start);
    } while (this.wasAskedAgain());
  }

  /** Set while a write is awaited. */
  private wasAskedAgain(): boolean {
    return this.isAskedAgain;
  }
}
