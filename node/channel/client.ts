// The program's side of the channel: posting never waits, and never fails.
import { Worker, type Transferable } from 'node:worker_threads';
import {
  CHANNEL_THREAD,
  NODE_PROTOCOL_VERSION,
  type FromNode,
  type NodeInvitation,
} from '../../src/shared/protocol/node';
import { startReleased } from '../lens/debugger';
import { toWorkerData, type Posted } from './data';
import { newWords, WORD } from './words';

/** Longest time that a program which ends waits for its last records to leave, in milliseconds. */
const END_MS = 1000;

/** Longest time that a program in a debugger waits for the channel's thread to start, in milliseconds. */
const START_MS = 5000;

/** A connection to the host that invited this process. */
export class Channel {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly #worker: Worker | undefined;
  #isEnded = false;

  /**
   * `standIn`: tfjs-node is replaced. `isLate`: this runs within an evaluation of the debugger, which would
   * not be interrupted.
   */
  constructor({ channel, token, start }: NodeInvitation, standIn: boolean, isLate: boolean) {
    this.words = newWords(start.paused);
    const hello: Extract<FromNode, { type: 'hello' }> = {
      type: 'hello',
      version: NODE_PROTOCOL_VERSION,
      token,
      pid: process.pid,
      script: process.argv[1] ?? '',
      standIn,
    };
    this.#worker = this.#start(toWorkerData({ channel, hello, words: this.words }), isLate);
  }

  /** True once nobody listens any more. */
  get isGone(): boolean {
    return Atomics.load(this.words, WORD.gone) === 1;
  }

  /** Sends a message. `steps`: the number of records in it, where it may be left out. */
  post(message: FromNode, steps?: number): void {
    if (this.#isEnded || this.isGone) return;
    const transfer: Transferable[] = message.type === 'steps' ? [message.batch] : [];
    this.#post(steps === undefined ? { message } : { message, steps }, transfer);
  }

  /** Waits until everything has left, a second at most. Nothing can be posted after. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (this.isGone) return;
    this.#post('end', []);
    Atomics.wait(this.words, WORD.done, 0, END_MS);
  }

  #start(workerData: object, isLate: boolean): Worker | undefined {
    try {
      // Of the program's options and environment, none concern the thread.
      const options = { workerData, env: {}, execArgv: [], name: CHANNEL_THREAD };
      const isRunning = (): boolean =>
        isLate || Atomics.wait(this.words, WORD.started, 0, START_MS) !== 'timed-out';
      const worker = startReleased(() => new Worker(__filename, options), isRunning);
      worker.unref();
      worker.on('error', () => this.#lose());
      worker.on('exit', () => this.#lose());
      return worker;
    } catch {
      // Forbidden here (--permission), or no memory for a thread: the program trains unseen.
      this.#lose();
      return undefined;
    }
  }

  #lose(): void {
    Atomics.store(this.words, WORD.gone, 1);
    Atomics.store(this.words, WORD.done, 1);
    Atomics.notify(this.words, WORD.done);
  }

  #post(posted: Posted, transfer: Transferable[]): void {
    try {
      this.#worker?.postMessage(posted, transfer);
    } catch {
      this.#lose();
    }
  }
}
