// Follows one event file: decodes what is there, and goes on when it has grown.
import { EventDecoder, type LogEvent } from '../../shared/tensorboard/eventDecoder';
import { LogError } from '../../shared/tensorboard/logError';
import { RecordReader } from '../../shared/tensorboard/records';
import type { EventFile } from './findRuns';
import type { LogFiles } from './logFiles';

/** Bytes that are read at once: decoding them takes some milliseconds, in which the editor waits. */
const CHUNK_BYTES = 2 ** 20;

/** One event file of a run. */
export class EventFileTail {
  private readonly reader: RecordReader;
  private readonly decoder = new EventDecoder();
  /** Bytes of the file that were handed to the reader. */
  private taken = 0;
  private size = 0;
  private event: LogEvent | undefined;
  private isBroken = false;
  private isLog = false;
  /** Records and values that could not be read. */
  damaged = 0;
  /** Why reading ended before the file did. */
  problem: LogError | undefined;

  constructor(
    readonly file: EventFile,
    private readonly files: LogFiles,
    /** Named in errors. */
    name: string,
  ) {
    this.reader = new RecordReader(name);
  }

  /** Bytes that are there, and of those the ones that were read. */
  get progress(): { size: number; read: number } {
    return { size: this.size, read: this.isBroken ? this.size : this.taken };
  }

  /** True once the file has turned out to be one of events. */
  get isEventFile(): boolean {
    return this.isLog;
  }

  /** Looks whether the file has grown; resolves with when it last changed (milliseconds since 1970). */
  async look(): Promise<number> {
    const { size, changedAt } = await this.files.stat(this.file.path);
    if (size < this.taken && !this.isBroken) {
      this.fail(
        new LogError(
          'corrupt-record',
          `The event file ${this.file.path} became shorter while it was read. What came before is shown; open the log again.`,
        ),
      );
    }
    this.size = size;
    return changedAt;
  }

  /** The next event; undefined where more has to be read first, or there is no more. */
  peek(): LogEvent | undefined {
    while (!this.event && !this.isBroken) {
      try {
        const read = this.reader.next();
        if (read.type === 'torn') return undefined;
        if (read.type === 'damaged') {
          this.damaged++;
          continue;
        }
        this.event = this.decode(read.data);
      } catch (error) {
        if (!(error instanceof LogError)) throw error;
        this.fail(error);
      }
    }
    return this.event;
  }

  /** Takes the event that {@link peek} showed. */
  take(): void {
    this.event = undefined;
  }

  /** Reads on; false where there is nothing more to read now. */
  async fill(): Promise<boolean> {
    if (this.isBroken || this.taken >= this.size) return false;
    const to = Math.min(this.size, this.taken + CHUNK_BYTES);
    const bytes = await this.files.read(this.file.path, this.taken, to);
    if (bytes.length === 0) return false;
    this.taken += bytes.length;
    this.reader.push(bytes);
    return true;
  }

  /** A record that is no event is left out; the first one of a file has to be one. */
  private decode(data: Uint8Array): LogEvent | undefined {
    try {
      const event = this.decoder.decode(data);
      this.isLog = true;
      this.damaged += event.malformed;
      return event;
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
      this.damaged++;
      return undefined;
    }
  }

  private fail(error: LogError): void {
    this.isBroken = true;
    this.problem = error;
  }
}
