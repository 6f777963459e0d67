// The source that trains in a Node process of its own: prepares the program, opens a channel, launches,
// and turns what the process says into calls of the run's sink. The program never depends on it: whatever
// happens here, it trains on.
import { messageOf, ModelError } from '../../model/modelError';
import type { RunControl, RunSink, RunSource } from '../../run/source';
import {
  NODE_INVITATION,
  NODE_PROTOCOL_VERSION,
  type FilePosition,
  type FromNode,
  type NodeInvitation,
  type NodeStart,
} from '../../shared/protocol/node';
import { Reporter } from '../reporter';
import { toRunError } from '../reports';
import { ChannelServer, type ChannelListener, type ChannelPlace } from './channelServer';
import { channelCorrupt, channelLost, otherVersion } from './channelWords';
import { endedEarly, hasFailed, isInterrupt, neverConnected, nothingTrained } from './endWords';
import type { LaunchedProcess, NodeLauncher, NodeProgram, ProcessEnd } from './launcher';
import { NodeError } from './nodeError';
import { inWords, STAND_IN } from './standInWords';

/** Times that a source waits, milliseconds; tests wait less. */
export interface NodeTimes {
  /** Time that a program gets to end by itself when it is stopped. */
  stop: number;
  /** Time after which a process that says nothing is worth a notice. */
  silence: number;
  /** Between the end of a process and what it sent last, or the other way round. */
  end: number;
}

const TIMES: NodeTimes = { stop: 5000, silence: 30_000, end: 5000 };
/** Time for a connection of a process that has ended already to be noticed, milliseconds. */
const GRACE_MS = 300;

/** What a source needs of its surroundings. */
export interface NodeSourceOptions {
  /** File name of the program, for messages. */
  script: string;
  start: NodeStart;
  launcher: NodeLauncher;
  /** Rejects with {@link ModelError} or {@link NodeError}. */
  prepare(): Promise<NodeProgram>;
  /** Why it trains in Node, in one plain sentence; absent where that was asked for. */
  reason?: string;
  /** Where the process finds the channel; absent: a place of its own. */
  place?: ChannelPlace;
  /** The process has connected. */
  onConnected?(process: { pid: number; script: string }): void;
  /** Told what is wrong beneath the run, for the log. */
  onTrouble(message: string): void;
  times?: Partial<NodeTimes>;
}

type Hello = Extract<FromNode, { type: 'hello' }>;
/** A process cannot go back: nobody asks it to, as it has no answers for a debugger of trainings. */
type ProgramControl = Exclude<RunControl, { type: 'stop' | 'rewind' }>;

/** True for a process that runs. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A run's training in a Node process. */
export class NodeSource implements RunSource {
  private sink: RunSink | undefined;
  private program: NodeProgram | undefined;
  private channel: ChannelServer | undefined;
  private process: LaunchedProcess | undefined;
  private hello: Hello | undefined;
  /** How the process ended, once it has. */
  private ended: ProcessEnd | undefined;
  /** What the process said at its end: how well it ended, only its exit code tells. */
  private last: Extract<FromNode, { type: 'finished' }> | undefined;
  private isChannelClosed = false;
  private isStopping = false;
  private paused: boolean;
  /** Controls that came before the process was connected; undefined once it was. */
  private held: ProgramControl[] | undefined = [];
  private readonly times: NodeTimes;
  private readonly reporter: Reporter<FilePosition>;
  private stopTimer: NodeJS.Timeout | undefined;
  private silenceTimer: NodeJS.Timeout | undefined;
  private endTimer: NodeJS.Timeout | undefined;

  constructor(private readonly options: NodeSourceOptions) {
    this.paused = options.start.paused;
    this.times = { ...TIMES, ...options.times };
    this.reporter = new Reporter({
      locator: { locate: (frames) => this.program?.locator.locate(frames) },
      onTrouble: (message) => this.corrupt(message),
    });
  }

  start(sink: RunSink): void {
    this.sink = sink;
    this.launch().catch((error: unknown) => this.fail(error));
  }

  control(control: RunControl): void {
    if (!this.sink || control.type === 'rewind') return;
    if (control.type === 'stop') this.stop();
    else if (this.held) this.held.push(control);
    else this.channel?.send(control);
  }

  /** Lets go of the program, which trains on. */
  dispose(): void {
    this.end(() => undefined);
  }

  private async launch(): Promise<void> {
    const { options } = this;
    this.sink?.progress('Preparing the program');
    const program = await options.prepare();
    this.program = program;
    const channel = this.sink && (await this.listen());
    if (!this.sink || !channel) {
      channel?.close();
      program.dispose();
      return;
    }
    this.channel = channel;
    for (const notice of program.notices ?? []) this.sink.notice(notice);
    const invitation: NodeInvitation = {
      version: NODE_PROTOCOL_VERSION,
      channel: channel.path,
      token: channel.token,
      start: options.start,
    };
    this.sink.progress('Starting Node');
    const env = { ...program.command.env, [NODE_INVITATION]: JSON.stringify(invitation) };
    try {
      this.process = await options.launcher.launch({ ...program.command, env });
    } catch (error) {
      program.dispose();
      throw error;
    }
    void this.process.ended.then((end) => {
      program.dispose();
      this.ended = end;
      this.consider();
    });
    // It was stopped while it was being launched.
    if (this.isStopping) this.process.interrupt(undefined);
  }

  private listen(): Promise<ChannelServer> {
    const listener: ChannelListener = {
      connected: (hello) => this.connected(hello),
      message: (message) => this.receive(message),
      corrupt: (reason) => this.corrupt(reason),
      closed: () => {
        this.isChannelClosed = true;
        this.consider();
      },
      refused: (reason) => this.options.onTrouble(reason),
    };
    return ChannelServer.open(listener, this.options.place);
  }

  private connected(hello: Hello): void {
    const { sink } = this;
    if (!sink) return;
    if (hello.version !== NODE_PROTOCOL_VERSION) {
      this.fail(otherVersion(hello.version));
      return;
    }
    this.hello = hello;
    this.options.onConnected?.(hello);
    sink.progress('Starting the program');
    if (hello.standIn) sink.notice(STAND_IN);
    for (const control of this.held ?? []) this.channel?.send(control);
    this.held = undefined;
    this.watchSilence();
  }

  private receive(message: FromNode): void {
    const { sink } = this;
    if (!sink) return;
    this.watchSilence();
    // The process has ended, and what it sent is still being read.
    if (this.ended) this.consider();
    switch (message.type) {
      case 'hello':
        this.corrupt("a second 'hello'");
        break;
      case 'started': {
        const { backend, tfjsVersion } = message;
        const reason = [this.options.reason, message.reason].filter(Boolean).join(' ');
        sink.started({
          ...{ backend, tfjsVersion, runtime: 'node' },
          ...(reason !== '' && { reason }),
        });
        break;
      }
      case 'state':
        this.paused = message.state === 'paused';
        this.watchSilence();
        this.reporter.report(message, sink);
        break;
      case 'layers':
      case 'autopsy':
      case 'facts':
      case 'steps':
      case 'plan':
      case 'notice':
      case 'progress':
        this.reporter.report(message, sink);
        break;
      case 'finished':
        this.last = message;
        this.consider();
        break;
      case 'failed':
        this.failed(message);
        break;
    }
  }

  private finished(outcome: 'completed' | 'stopped', steps: number): void {
    if (this.isStopping || outcome === 'stopped')
      this.end((sink) => sink.finished('stopped', steps));
    else if (steps === 0) this.fail(nothingTrained(this.options.script, true));
    else this.end((sink) => sink.finished('completed', steps));
  }

  private failed({ error, steps }: Extract<FromNode, { type: 'failed' }>): void {
    // What a program throws on Ctrl-C is no failure of its training.
    if (this.isStopping) {
      this.finished('stopped', steps);
      return;
    }
    const locator = { locate: (frames: FilePosition[]) => this.program?.locator.locate(frames) };
    this.end((sink) => sink.failed(toRunError(inWords(error), locator)));
  }

  private stop(): void {
    if (this.isStopping) return;
    this.isStopping = true;
    if (!this.channel) {
      this.end((sink) => sink.finished('stopped', 0));
      return;
    }
    // A program that is held could not act on the signal.
    if (this.paused) this.channel.send({ type: 'resume' });
    this.process?.interrupt(this.hello?.pid);
    this.stopTimer = setTimeout(() => {
      this.sink?.notice({
        code: 'still-running',
        message:
          `${this.options.script} did not end within ${this.times.stop / 1000} s of Ctrl-C. It goes on in ` +
          'its terminal, unrecorded; close the terminal to end it.',
      });
      this.end((sink) => sink.finished('stopped', this.reporter.lastStep));
    }, this.times.stop);
  }

  /** Process or channel has come to its end: the run ends when both have. */
  private consider(): void {
    if (!this.sink) return;
    clearTimeout(this.endTimer);
    const { ended, hello, last } = this;
    if (last) {
      this.considerLast(last);
      return;
    }
    if (ended && (this.isChannelClosed || !this.channel)) {
      this.conclude(ended);
      return;
    }
    // A package manager may end before the program that it started.
    if (ended && hello && isRunning(hello.pid)) return;
    const wait = hello ? this.times.end : Math.min(GRACE_MS, this.times.end);
    this.endTimer = setTimeout(() => {
      if (ended) this.conclude(ended);
      else if (hello && isRunning(hello.pid)) this.fail(channelLost(this.options.script));
      else this.conclude({});
    }, wait);
  }

  /** The program has ended; its process may take a moment, or is not the one that was launched. */
  private considerLast({ outcome, steps }: NonNullable<typeof this.last>): void {
    const taken = Math.max(steps, this.reporter.lastStep);
    const { ended, hello, process } = this;
    const isOther = process !== undefined && process.pid !== hello?.pid;
    if (isOther || this.isStopping || outcome === 'stopped') this.finished(outcome, taken);
    else if (!ended)
      this.endTimer = setTimeout(() => this.finished(outcome, taken), this.times.end);
    else if (hasFailed(ended)) this.fail(endedEarly(this.options.script, ended, taken));
    else this.finished(outcome, taken);
  }

  /** The process has ended without having said how. */
  private conclude(end: ProcessEnd): void {
    const { script } = this.options;
    const steps = this.reporter.lastStep;
    if (this.isStopping || isInterrupt(end)) this.finished('stopped', steps);
    else if (!this.hello) this.fail(neverConnected(script, end));
    else if (end.code === 0) this.completeUnsaid(steps);
    else this.fail(endedEarly(script, end, steps));
  }

  /** A program that ends well says so: where that did not arrive, more may be missing. */
  private completeUnsaid(steps: number): void {
    const { script } = this.options;
    const message = `${script} ended before all that it recorded had arrived; its last steps may be missing.`;
    this.sink?.notice({ code: 'end-missing', message });
    this.finished('completed', steps);
  }

  private corrupt(reason: string): void {
    this.options.onTrouble(`The channel to ${this.options.script} is corrupt: ${reason}`);
    this.fail(channelCorrupt(this.options.script, this.reporter.lastStep));
  }

  private fail(error: unknown): void {
    this.end((sink) =>
      sink.failed(
        error instanceof ModelError || error instanceof NodeError
          ? error.toRunError()
          : { code: 'launch-failed', message: messageOf(error) },
      ),
    );
  }

  /** The last report: nothing comes after it. A program that still runs is left alone. */
  private end(report: (sink: RunSink) => void): void {
    const { sink } = this;
    if (!sink) return;
    this.sink = undefined;
    clearTimeout(this.stopTimer);
    clearTimeout(this.silenceTimer);
    clearTimeout(this.endTimer);
    this.channel?.send({ type: 'detach' });
    this.channel?.close();
    report(sink);
  }

  /** A program may compute for long without a word; it is said so, and goes on. */
  private watchSilence(): void {
    clearTimeout(this.silenceTimer);
    if (this.paused) return;
    this.silenceTimer = setTimeout(() => {
      this.sink?.notice({
        code: 'process-silent',
        message:
          `${this.options.script} has not been heard of for ${this.times.silence / 1000} s. It may be in ` +
          'a long computation, or wait for something; its terminal shows what it prints.',
      });
    }, this.times.silence).unref();
  }
}
