// One connection of a channel: bytes to messages that have passed the guards, at the pace of the host.
import type { Socket } from 'node:net';
import { messageOf } from '../../model/modelError';
import { encodeFrame, FrameDecoder, MAX_FRAME } from '../../shared/protocol/frames';
import type { FromNode, ToNode } from '../../shared/protocol/node';
import { parseFromNode } from '../../shared/protocol/nodeGuards';

/** Time given to a flood before the host's other work gets its turn, milliseconds. */
const TURN_MS = 20;
/** Most bytes of a `hello`, and of any message before the sender is known. */
const MAX_HELLO = 256 * 1024;
/** Bytes that may wait to be sent; a process that reads nothing gets no more. */
const MAX_WAITING = 2 ** 20;

/** Told what a connection does. Nothing is told after `closed`, and after `broken` only that. */
export interface ConnectionListener {
  message(message: FromNode): void;
  /** What arrived is no message. The connection is closed. */
  broken(reason: string): void;
  closed(): void;
}

/** A socket that speaks the protocol. */
export class Connection {
  private readonly decoder = new FrameDecoder(MAX_HELLO);
  /** Nothing that arrives counts any more. */
  private isDeaf = false;
  /** When the host's other work gets its turn, as `performance.now()`. */
  private turnEnd = 0;

  constructor(
    private readonly socket: Socket,
    private readonly listener: ConnectionListener,
  ) {
    socket.on('data', (chunk: Buffer) => this.take(chunk));
    // `close` follows.
    socket.on('error', () => undefined);
    socket.on('close', () => listener.closed());
  }

  /** Takes messages of any size from now on: the sender is known. */
  trust(): void {
    this.decoder.limit = MAX_FRAME;
  }

  /** Sends a message, unless the other side has stopped to read. */
  send(message: ToNode): void {
    if (this.socket.destroyed || this.socket.writableLength > MAX_WAITING) return;
    this.socket.write(encodeFrame(message));
  }

  /** Sends what waits, and closes: at the latest after `ms`. */
  end(ms: number): void {
    if (this.socket.destroyed) return;
    this.isDeaf = true;
    this.socket.end();
    // What still arrives is thrown away, so that the sender is not held up.
    this.socket.resume();
    setTimeout(() => this.socket.destroy(), ms).unref();
  }

  /** Closes at once. */
  destroy(): void {
    this.socket.destroy();
  }

  private take(chunk: Uint8Array): void {
    if (this.isDeaf) return;
    const start = performance.now();
    if (this.turnEnd < start) this.turnEnd = start + TURN_MS;
    try {
      this.decoder.read(chunk, (value) => this.receive(value));
    } catch (error) {
      this.break(messageOf(error));
    }
    if (performance.now() < this.turnEnd) return;
    // What arrives meanwhile waits in the sender, who drops what it has no room for.
    this.socket.pause();
    setImmediate(() => {
      this.turnEnd = 0;
      this.socket.resume();
    });
  }

  private receive(value: unknown): void {
    if (this.isDeaf) return;
    const message = parseFromNode(value, (reason) => this.break(reason.message));
    if (message) this.listener.message(message);
  }

  private break(reason: string): void {
    if (this.isDeaf) return;
    this.isDeaf = true;
    this.socket.destroy();
    this.listener.broken(reason);
  }
}
