// The checkpoints of the runs of this window: writes what their workers send into the folders of the runs, one at a
// time each, always the newest.
import { messageOf } from '../model/modelError';
import type { CheckpointContext } from '../store/checkpointFiles';
import { writeCheckpoint } from '../store/checkpoints';

/** What is to be written. */
interface Waiting {
  bytes: ArrayBuffer;
  context: CheckpointContext;
}

/** The checkpoints of one run. */
interface Writing {
  /** Resolves when the run has a folder, if it is to have one. */
  recorded: Promise<unknown>;
  next: Waiting | undefined;
  /** Settles when nothing waits any more; undefined while nothing is written. */
  done: Promise<void> | undefined;
}

export interface KeptCheckpointsOptions {
  /** The folder of a run; undefined for one that is not kept. */
  folderOf: (id: string) => string | undefined;
  /** Told of what could not be written. */
  onTrouble: (message: string) => void;
}

/** Writes checkpoints. */
export class KeptCheckpoints {
  private readonly runs = new Map<string, Writing>();

  constructor(private readonly options: KeptCheckpointsOptions) {}

  /** A run begins. `recorded` resolves when it has a folder, if it is to have one; it does not reject. */
  begin(id: string, recorded: Promise<unknown>): void {
    this.runs.set(id, { recorded, next: undefined, done: undefined });
  }

  /** Writes a checkpoint, unless a newer one comes before its turn. Failures are told: training goes on. */
  take(id: string, bytes: ArrayBuffer, context: CheckpointContext): void {
    const run = this.runs.get(id);
    if (!run) return;
    run.next = { bytes, context };
    run.done ??= this.write(id, run).finally(() => (run.done = undefined));
  }

  /** Resolves when all checkpoints of a run that have come are written. */
  async written(id: string): Promise<void> {
    await this.runs.get(id)?.done;
  }

  /** Writes what is still to be written, before the window goes. */
  async close(): Promise<void> {
    await Promise.all([...this.runs.keys()].map((id) => this.written(id)));
  }

  private async write(id: string, run: Writing): Promise<void> {
    await run.recorded;
    for (let next = run.next; next; next = run.next) {
      run.next = undefined;
      const folder = this.options.folderOf(id);
      if (folder === undefined) return;
      try {
        await writeCheckpoint(folder, next.bytes, next.context);
      } catch (error) {
        this.options.onTrouble(messageOf(error));
      }
    }
  }
}
