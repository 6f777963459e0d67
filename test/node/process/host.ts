// A small host for tests: listens at a real socket, starts a real process under the lens, and keeps what
// the process says.
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import { decodeStepRecords } from '../../../src/shared/protocol/codec';
import { encodeFrame, FrameDecoder } from '../../../src/shared/protocol/frames';
import {
  NODE_INVITATION,
  NODE_PROTOCOL_VERSION,
  type FromNode,
  type NodeInvitation,
  type NodeStart,
  type ToNode,
} from '../../../src/shared/protocol/node';
import { parseFromNode } from '../../../src/shared/protocol/nodeGuards';

/** The preload under test. */
export const PRELOAD =
  process.env['GRADIENT_LENS_NODE_TAP'] ?? path.resolve(__dirname, '../../../dist/nodeTap.cjs');

export const FIXTURES = path.resolve(__dirname, '../../fixtures/node');

const START: NodeStart = {
  seed: 42,
  paused: false,
  sampling: { everySteps: 1, activationEverySteps: 1 },
  epsilon: 'keras',
  probe: 'auto',
  standIn: 'offer',
  breakOn: [],
};

/** How a program is run. */
export interface RunOptions {
  start?: Partial<NodeStart>;
  args?: readonly string[];
  nodeArgs?: readonly string[];
  env?: Record<string, string>;
  /** Without the lens. */
  plain?: boolean;
  /** The preload is given by NODE_OPTIONS, which launchers hand on. */
  byEnvironment?: boolean;
  node?: string;
}

/** How a process ended. */
export interface End {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

type Of<T extends FromNode['type']> = Extract<FromNode, { type: T }>;

/** A host, and the program that it runs. */
export class TestHost {
  readonly messages: FromNode[] = [];
  readonly records: StepRecord[] = [];
  readonly rejected: string[] = [];
  /** Connections so far. */
  connections = 0;
  /** Stops reading when the first step records come. */
  stalls = false;
  child!: ChildProcess;
  ended!: Promise<End>;
  private server!: Server;
  private folder!: string;
  private socket: Socket | undefined;
  private readonly waiting: (() => void)[] = [];
  readonly token = randomBytes(16).toString('hex');

  static async listen(): Promise<TestHost> {
    const host = new TestHost();
    host.folder = await mkdtemp(path.join(tmpdir(), 'gradient-lens-test-'));
    host.server = createServer((socket) => host.accept(socket));
    await new Promise<void>((resolve) => host.server.listen(host.channel, resolve));
    return host;
  }

  get channel(): string {
    return path.join(this.folder, 'channel');
  }

  /** Starts `file` of the fixtures, or any other by an absolute path. */
  run(file: string, options: RunOptions = {}): this {
    const { start, args = [], nodeArgs = [], env, plain, byEnvironment } = options;
    const invitation: NodeInvitation = {
      version: NODE_PROTOCOL_VERSION,
      channel: this.channel,
      token: this.token,
      start: { ...START, ...start },
    };
    const preload = plain || byEnvironment ? [] : ['--require', PRELOAD];
    this.child = spawn(
      options.node ?? process.execPath,
      [...preload, ...nodeArgs, path.resolve(FIXTURES, file), ...args],
      {
        env: {
          ...process.env,
          NODE_OPTIONS: byEnvironment && !plain ? `--require "${PRELOAD}"` : '',
          ...(plain ? {} : { [NODE_INVITATION]: JSON.stringify(invitation) }),
          ...env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let stdout = '';
    let stderr = '';
    this.child.stdout?.on('data', (chunk) => (stdout += String(chunk)));
    this.child.stderr?.on('data', (chunk) => (stderr += String(chunk)));
    this.ended = new Promise((resolve) => {
      this.child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
    return this;
  }

  /** Messages of one type. */
  of<T extends FromNode['type']>(type: T): Of<T>[] {
    return this.messages.filter((message): message is Of<T> => message.type === type);
  }

  /** Waits until `condition` holds, looked at whenever something came. */
  async until(condition: () => boolean, ms = 15_000): Promise<void> {
    const timeout = Date.now() + ms;
    while (!condition()) {
      if (Date.now() > timeout) throw new Error(`Not within ${ms} ms: ${String(condition)}`);
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
        setTimeout(resolve, 50);
      });
    }
  }

  send(message: ToNode): void {
    this.socket?.write(encodeFrame(message));
  }

  /** Writes bytes that are no message. */
  sendRaw(bytes: Uint8Array): void {
    this.socket?.write(bytes);
  }

  /** Goes away. */
  hangUp(): void {
    this.socket?.destroy();
    this.server.close();
  }

  async dispose(): Promise<void> {
    this.hangUp();
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
    await this.ended;
    await rm(this.folder, { recursive: true, force: true });
  }

  private accept(socket: Socket): void {
    this.connections += 1;
    this.socket = socket;
    const decoder = new FrameDecoder();
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      decoder.read(chunk, (raw) => {
        const message = parseFromNode(raw, (reason) => this.rejected.push(reason.message));
        if (message) this.take(message, socket);
      });
      for (const resolve of this.waiting.splice(0)) resolve();
    });
  }

  private take(message: FromNode, socket: Socket): void {
    this.messages.push(message);
    if (message.type !== 'steps') return;
    this.records.push(...decodeStepRecords(message.batch));
    if (this.stalls) socket.pause();
  }

  /** Reads on. */
  goOn(): void {
    this.stalls = false;
    this.socket?.resume();
  }
}

const hosts: TestHost[] = [];

/** A host that runs `file`; freed by {@link disposeHosts}. */
export async function host(file: string, options?: RunOptions): Promise<TestHost> {
  const made = await TestHost.listen();
  hosts.push(made);
  return made.run(file, options);
}

/** Ends whatever a test has left. */
export async function disposeHosts(): Promise<void> {
  await Promise.all(hosts.splice(0).map((one) => one.dispose()));
}

/** The last line of a program's output that is JSON. */
export function resultOf({ stdout, stderr }: End): Record<string, unknown> {
  const line = stdout.split('\n').findLast((text) => text.startsWith('{'));
  if (line === undefined) throw new Error(`The program said no result: ${stdout}${stderr}`);
  return JSON.parse(line) as Record<string, unknown>;
}
