// The host's end of a run's channel: listens where only this user can connect, and lets in the one
// process that knows the run's token.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { messageOf } from '../../model/modelError';
import type { FromNode, ToNode } from '../../shared/protocol/node';
import { newAddress, type ChannelAddress } from './channelAddress';
import { Connection } from './connection';
import { NodeError } from './nodeError';

/** Time for a connection to say `hello`, milliseconds. */
const HELLO_MS = 10_000;
/** Connections that may be waiting to say who they are. */
const MAX_STRANGERS = 4;
/** Time for the last message to leave, milliseconds. */
const END_MS = 1000;

type Hello = Extract<FromNode, { type: 'hello' }>;

/** Told what the one process says. */
export interface ChannelListener {
  /** It has shown the token. Called once, before all else. */
  connected(hello: Hello): void;
  message(message: FromNode): void;
  /** What it sent is no message; the connection is closed. `closed` does not follow. */
  corrupt(reason: string): void;
  /** Its connection is closed, by whatever. */
  closed(): void;
  /** Somebody else tried to connect, for the log. */
  refused(reason: string): void;
}

const isSame = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};

/** A place that several channels use, one after another. It is its owner's to free. */
export interface ChannelPlace {
  address: Pick<ChannelAddress, 'path'>;
  token: string;
}

/** What proves that a connection is that of a run: 32 hexadecimal digits. */
export const newToken = (): string => randomBytes(16).toString('hex');

/** A channel that waits for its process, or is connected to it. */
export class ChannelServer {
  private readonly strangers = new Set<Connection>();
  private chosen: Connection | undefined;
  private isClosed = false;

  private constructor(
    private readonly server: Server,
    private readonly address: ChannelAddress,
    /** What proves that a connection is that of the run. */
    readonly token: string,
    private readonly listener: ChannelListener,
  ) {
    server.on('connection', (socket) => this.meet(socket));
    server.on('error', (error) => listener.refused(messageOf(error)));
  }

  /** Listens, at a place of its own unless told one. Rejects with a {@link NodeError} `channel-failed`. */
  static async open(listener: ChannelListener, place?: ChannelPlace): Promise<ChannelServer> {
    let address: ChannelAddress | undefined;
    try {
      address = place ? { path: place.address.path, remove: () => undefined } : await newAddress();
      const { path } = address;
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(path, resolve);
      });
      server.removeAllListeners('error');
      if (process.platform !== 'win32') await chmod(path, 0o600);
      return new ChannelServer(server, address, place?.token ?? newToken(), listener);
    } catch (error) {
      address?.remove();
      throw new NodeError(
        'channel-failed',
        `The channel to the program could not be opened: ${messageOf(error)}. Make the folder for ` +
          'temporary files writable (on Unix, TMPDIR names it) and train again.',
        { cause: error },
      );
    }
  }

  /** Path of the socket, or name of the pipe. */
  get path(): string {
    return this.address.path;
  }

  /** True while the process is connected. */
  get isConnected(): boolean {
    return this.chosen !== undefined && !this.isClosed;
  }

  send(message: ToNode): void {
    this.chosen?.send(message);
  }

  /** Sends what waits, closes, and leaves nothing behind. Its listener hears nothing more. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.shut();
    this.chosen?.end(END_MS);
  }

  /** Lets nobody in any more. */
  private shut(): void {
    this.server.close();
    for (const stranger of this.strangers) stranger.destroy();
    this.strangers.clear();
    this.address.remove();
  }

  private meet(socket: Socket): void {
    if (this.chosen || this.strangers.size >= MAX_STRANGERS) {
      socket.destroy();
      this.listener.refused('A second connection to the run was refused.');
      return;
    }
    const timer = setTimeout(() => refuse('it did not say who it is in time'), HELLO_MS).unref();
    const leave = (): void => {
      clearTimeout(timer);
      this.strangers.delete(connection);
    };
    const refuse = (reason: string): void => {
      leave();
      connection.destroy();
      this.listener.refused(`A connection to the run was refused: ${reason}.`);
    };
    const connection = new Connection(socket, {
      message: (message) => {
        if (this.chosen === connection) {
          if (!this.isClosed) this.listener.message(message);
        } else if (message.type !== 'hello') {
          refuse(`it began with '${message.type}'`);
        } else if (!isSame(message.token, this.token)) {
          refuse('it does not know the token');
        } else {
          leave();
          this.choose(connection, message);
        }
      },
      broken: (reason) => {
        if (this.chosen !== connection) refuse(`what it sent is no message (${reason})`);
        else if (!this.isClosed) this.finish(() => this.listener.corrupt(reason));
      },
      closed: () => {
        leave();
        if (this.chosen === connection && !this.isClosed) {
          this.finish(() => this.listener.closed());
        }
      },
    });
    this.strangers.add(connection);
  }

  private choose(connection: Connection, hello: Hello): void {
    this.chosen = connection;
    connection.trust();
    this.shut();
    this.listener.connected(hello);
  }

  private finish(tell: () => void): void {
    this.isClosed = true;
    tell();
  }
}
