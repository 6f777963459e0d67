// The way out of the channel's thread: frames in order, bounded. A host that does not keep up costs step
// records, which are counted and told of; it costs the program nothing.
import type { Socket } from 'node:net';
import type { EpochRecord } from '../../src/shared/core/run';
import { encodeFrame } from '../../src/shared/protocol/frames';
import type { FromNode } from '../../src/shared/protocol/node';

/** Bytes that may wait for the host: records of some hundred steps of a large net. */
export const MAX_WAITING = 16 * 2 ** 20;

/** Records are sent again when no more than this waits, so that a notice stands for many. */
const RESUME_WAITING = MAX_WAITING / 4;

type Steps = Extract<FromNode, { type: 'steps' }>;

/** Sends messages over a socket, before and after it is connected. */
export class Sender {
  readonly #socket: Socket;
  /** Records left out since the last notice. */
  #dropped = 0;
  #isDropping = false;
  /** Epochs whose message was left out. */
  #epochs: EpochRecord[] = [];

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('drain', () => this.#resume());
  }

  /** `steps`: the number of records in a message that may be left out. */
  send(message: FromNode, steps?: number): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return;
    if (message.type !== 'steps') {
      this.#write(message);
      return;
    }
    const waiting = this.#socket.writableLength;
    if (waiting > (this.#isDropping ? RESUME_WAITING : MAX_WAITING)) {
      this.#drop(message, steps ?? 0);
      return;
    }
    this.#resume();
    const epochs = [...this.#epochs.splice(0), ...message.epochs];
    this.#write({ ...message, epochs });
  }

  /** Calls `done` when everything has been handed to the system. */
  end(done: () => void): void {
    this.#tell();
    this.#socket.end(done);
  }

  #drop({ epochs }: Steps, steps: number): void {
    this.#isDropping = true;
    this.#dropped += steps;
    for (const epoch of epochs) this.#epochs.push(epoch);
  }

  #resume(): void {
    if (this.#socket.writableLength > RESUME_WAITING) return;
    this.#isDropping = false;
    this.#tell();
  }

  #tell(): void {
    if (this.#dropped === 0) return;
    const count = this.#dropped;
    this.#dropped = 0;
    const records = count === 1 ? 'One step record was' : `${count} step records were`;
    const message = `${records} left out, because Gradient Lens did not take them in time. The training itself is complete; \`gradientLens.sampling\` makes fewer records.`;
    this.#write({ type: 'notice', notice: { code: 'steps-dropped', message } });
  }

  #write(message: FromNode): void {
    this.#socket.write(encodeFrame(message));
  }
}
