// One debug session under the lens: the place at which its processes find us, and the runs that come of
// them, one after another. Free of the editor's API.
import { NODE_INVITATION, type NodeStart } from '../shared/protocol/node';
import type { RunSource } from '../run/source';
import { newAddress, type ChannelAddress } from '../sources/node/channelAddress';
import { newToken, type ChannelPlace } from '../sources/node/channelServer';
import type { NodeProgram, ProcessEnd } from '../sources/node/launcher';
import { NodeSource } from '../sources/node/nodeSource';
import { HeldSink, HeldSource } from './heldSink';

/** What a session under the lens needs. */
export interface LensSessionOptions {
  /** Name of the program, for messages. */
  script: string;
  start: NodeStart;
  /** From the places of its stack traces to the user's files; it is disposed with the session. */
  program: Pick<NodeProgram, 'locator' | 'dispose'>;
  /** A process of the session trains: makes a run of its source. `script`: what Node was started with. */
  onTraining(source: RunSource, script: string): void;
  /** A program came to its end, or the session did, without having trained. */
  onNothing(message: string | undefined): void;
  /** Ends the debug session: the run is stopped in its panel. */
  stop(): void;
  /** Told what is wrong beneath, for the log. */
  onTrouble(message: string): void;
}

/** Time for the program of a session that has ended to end as well, milliseconds. */
const PARTING_MS = 2000;

/** A program that stands in its debugger says nothing, for as long as its user likes; milliseconds. */
const NEVER_MS = 2 ** 31 - 1;

const DETACHED = {
  code: 'debugger-detached',
  message: 'The debug session has ended. The program goes on without it, unrecorded.',
};

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** The wait for one process to train, and its training. */
interface Watch {
  held: HeldSink;
  source: NodeSource;
  process?: { pid: number; script: string };
  /** Tells the source how its process ended. */
  end: (end: ProcessEnd) => void;
}

/** Where the processes of one debug session report. */
export class LensSession {
  private watch: Watch | undefined;
  private place: (ChannelPlace & { address: ChannelAddress }) | undefined;
  private hadRun = false;
  private isOver = false;
  private isStopping = false;

  constructor(private readonly options: LensSessionOptions) {}

  /** Waits for a process from now on. Resolves with the invitation for it, as JSON; rejects with a NodeError. */
  async open(): Promise<string> {
    this.place = { address: await newAddress(), token: newToken() };
    return this.arm();
  }

  /** The user ends the session, or detaches from it: what ends now was stopped. */
  stopping(): void {
    this.isStopping = true;
  }

  /** The session starts its program anew: the process that trains will be gone in a moment. */
  restarting(): void {
    if (this.watch?.process) this.watch.end({ signal: 'SIGINT' });
  }

  /** The session has ended, and with it, a moment later, the run. */
  over(): void {
    if (this.isOver) return;
    this.isOver = true;
    const { watch } = this;
    if (!watch?.process) {
      watch?.source.dispose();
      if (!this.hadRun) this.options.onNothing(undefined);
      this.free();
      return;
    }
    watch.end(this.isStopping ? { signal: 'SIGINT' } : {});
    const { pid } = watch.process;
    setTimeout(() => {
      if (this.watch === watch && isRunning(pid)) {
        watch.held.sink.lost(DETACHED);
        watch.source.dispose();
      }
    }, PARTING_MS);
  }

  /** Waits for the next process that trains. */
  private arm(): Promise<string> {
    const { script, start, program } = this.options;
    return new Promise((resolve, reject) => {
      let end: Watch['end'] = () => undefined;
      const ended = new Promise<ProcessEnd>((settle) => (end = settle));
      const held = new HeldSink({
        begins: () => this.begins(watch),
        ends: ({ hasRun, message }) => {
          // It may end before it was launched: the channel could not be opened.
          reject(new Error(message ?? 'The channel to the program could not be opened.'));
          this.ends(watch, hasRun, message);
        },
      });
      const source = new NodeSource({
        ...{ script, start },
        times: { silence: NEVER_MS },
        onTrouble: (message) => this.options.onTrouble(message),
        ...(this.place && { place: this.place }),
        prepare: () =>
          Promise.resolve({
            command: { executable: '', args: [], cwd: '', env: {} },
            locator: program.locator,
            dispose: () => undefined,
          }),
        launcher: {
          launch: ({ env }) => {
            resolve(env[NODE_INVITATION] ?? '');
            return Promise.resolve({ ended, interrupt: () => this.options.stop() });
          },
        },
        onConnected: (connected) => (watch.process = connected),
      });
      const watch: Watch = { held, source, end };
      this.watch = watch;
      source.start(held.sink);
    });
  }

  private begins({ held, source, process }: Watch): void {
    this.hadRun = true;
    this.options.onTraining(new HeldSource(held, source), process?.script ?? '');
  }

  private ends(watch: Watch, hasRun: boolean, message: string | undefined): void {
    if (this.watch !== watch) return;
    this.watch = undefined;
    if (!hasRun) this.options.onNothing(message);
    if (this.isOver) this.free();
    // A restart, the next file of a test runner: whatever trains next is a run of its own.
    else this.arm().catch((error: unknown) => this.options.onTrouble(String(error)));
  }

  private free(): void {
    this.place?.address.remove();
    this.options.program.dispose();
  }
}
