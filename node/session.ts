// A process under the lens: waits for tfjs, and follows the program that loads it to its end. A process
// that loads none (npm, a shell of scripts) hands the invitation on to the processes that it starts.
import {
  NODE_INVITATION,
  NODE_PROTOCOL_VERSION,
  type FromNode,
  type NodeInvitation,
} from '../src/shared/protocol/node';
import { parseInvitation } from '../src/shared/protocol/nodeGuards';
import { CountedRandom } from '../webview/runtime/countedRandom';
import { Channel } from './channel/client';
import { callEntryAtEnd } from './entry';
import { installInspector } from './inspector/inspect';
import { Lens } from './lens/lens';
import { Copies } from './loading/assemble';
import { loadedModules, watchModules, type TfModule } from './loading/compileHook';
import { isWatchable, type TfCopy } from './loading/copies';
import { toRawError } from './rawError';
import { widenStacks } from './stack';
import { TfjsNode } from './standIn/tfjsNode';
import { messageOf } from '../src/shared/core/thrown';

/** The session of this process, once it has one. */
let current: Session | undefined;

/** Accepts the invitation in a process's environment; one of another version is left alone. */
export function begin(json: string): void {
  const invitation = parseInvitation(json);
  if (invitation?.version !== NODE_PROTOCOL_VERSION) return;
  installInspector();
  current = new Session(invitation);
  current.start();
}

/**
 * How attaching to a process that runs went: `attached` to the tfjs that it has loaded; `waiting` for it to
 * load one; `already` watched; `hidden`: its tfjs is part of a bundle; `refused`: not an invitation.
 */
export type AttachOutcome = 'attached' | 'waiting' | 'already' | 'hidden' | 'refused';

/** Accepts an invitation for a process that runs. */
export function attach(json: string): AttachOutcome {
  const invitation = parseInvitation(json);
  if (invitation?.version !== NODE_PROTOCOL_VERSION) return 'refused';
  if (current?.isWatched === true) return 'already';
  installInspector();
  current = new Session(invitation);
  return current.join();
}

/** The one session of a process. */
class Session {
  readonly #invitation: NodeInvitation;
  readonly #copies = new Copies();
  readonly #tfjsNode: TfjsNode;
  #channel: Channel | undefined;
  #lens: Lens | undefined;
  /** An error that nobody caught, by which the process ends. */
  #fatal: { error: unknown } | undefined;
  #isOver = false;
  /** What is being looked at was loaded before. */
  #isJoining = false;
  #isTooOld = false;

  constructor(invitation: NodeInvitation) {
    this.#invitation = invitation;
    this.#tfjsNode = new TfjsNode(invitation.start.standIn);
  }

  /** True while a host hears of the training. */
  get isWatched(): boolean {
    return this.#channel?.isGone === false && !this.#isOver;
  }

  /** Watches the process, which may have loaded tfjs long ago. */
  join(): AttachOutcome {
    this.#isJoining = true;
    this.start();
    this.#guard(() => this.#onLoaded(loadedModules()));
    this.#isJoining = false;
    if (this.#channel) return 'attached';
    return '_tfengine' in globalThis ? 'hidden' : 'waiting';
  }

  /** Watches the process from now on. */
  start(): void {
    watchModules({
      onLoaded: (modules) => this.#guard(() => this.#onLoaded(modules)),
      isReplaceable: (file) => this.#tfjsNode.isReplaceable(file),
      onThrown: (file) => this.#guard(() => this.#tfjsNode.replaceBroken(file)),
    });
    this.#tfjsNode.watchMissing();
    process.on('uncaughtExceptionMonitor', (error) => {
      // A program that listens goes on.
      const isHeard =
        process.listenerCount('uncaughtException') > 0 ||
        process.hasUncaughtExceptionCaptureCallback();
      if (!isHeard) this.#fatal = { error };
    });
    process.on('exit', () => this.#guard(() => this.#end('completed')));
  }

  #onLoaded(modules: readonly TfModule[]): void {
    if (this.#isOver) return;
    for (const copy of this.#copies.add(modules)) {
      if (!isWatchable(copy)) this.#tellTooOld(copy);
      else if (this.#lens) this.#lens.attach(copy);
      else this.#watch(copy);
    }
  }

  /** Watches the first tfjs of the process. */
  #watch(copy: TfCopy): void {
    const { start } = this.#invitation;
    // In the middle of a training, its random numbers stay its own.
    const random = this.#isJoining ? undefined : new CountedRandom(start.seed);
    if (random) Math.random = random.next;
    widenStacks();
    const channel = this.#open();
    const standIn = this.#tfjsNode.reason;
    const context = {
      ...{ channel, start, isLate: this.#isJoining },
      ...(random && { random }),
      ...(standIn !== undefined && { standIn }),
      end: (outcome: 'completed' | 'stopped') => this.#end(outcome),
    };
    const lens = new Lens(context, copy);
    this.#lens = lens;
    if (!this.#isJoining) callEntryAtEnd(() => lens.step);
    this.#tfjsNode.connect(
      (message) => channel.post({ type: 'notice', notice: { code: 'stand-in', message } }),
      () => lens.step,
    );
  }

  /** The program trains with a tfjs that cannot be watched. */
  #tellTooOld({ version }: TfCopy): void {
    if (this.#isTooOld) return;
    this.#isTooOld = true;
    const channel = this.#open();
    const message = `Gradient Lens cannot watch tfjs ${version}, with which the program trains unseen. Install @tensorflow/tfjs 4 (npm install @tensorflow/tfjs@4) and train again.`;
    channel.post({ type: 'notice', notice: { code: 'tfjs-too-old', message } });
  }

  /** The process that connects is the run: those that it starts train unseen. */
  #open(): Channel {
    Reflect.deleteProperty(process.env, NODE_INVITATION);
    this.#channel ??= new Channel(
      this.#invitation,
      this.#tfjsNode.reason !== undefined,
      this.#isJoining,
    );
    return this.#channel;
  }

  /** Sends the last message; returns when it has left, or after a second. */
  #end(outcome: 'completed' | 'stopped'): void {
    if (this.#isOver) return;
    this.#isOver = true;
    // tfjs that is part of a bundle was never seen being loaded.
    const isHidden = !this.#channel && '_tfengine' in globalThis;
    if (!this.#channel && !this.#fatal && !isHidden) return;
    const channel = this.#open();
    this.#lens?.flush();
    const steps = Math.min(this.#lens?.step ?? 0, this.#invitation.start.maxSteps ?? Infinity);
    if (isHidden) channel.post(TFJS_HIDDEN);
    if (this.#fatal) {
      const { error } = this.#fatal;
      const code = this.#tfjsNode.codeOf(error);
      channel.post({ type: 'failed', error: toRawError(error, code), steps });
    } else {
      channel.post({ type: 'finished', outcome, steps });
    }
    channel.end();
    this.#lens?.close();
  }

  /** Nothing that goes wrong in here is the program's concern. */
  #guard<T>(task: () => T): T | undefined {
    try {
      return task();
    } catch (error) {
      const reason = messageOf(error);
      const message = `Gradient Lens cannot watch this training, which goes on without it: ${reason}`;
      this.#channel?.post({ type: 'notice', notice: { code: 'lens-off', message } });
      return undefined;
    }
  }
}

const TFJS_HIDDEN: FromNode = {
  type: 'notice',
  notice: {
    code: 'tfjs-hidden',
    message:
      'The program has tfjs inside its own bundle, where Gradient Lens cannot reach it. Leave @tensorflow/tfjs out of the bundle (esbuild: --external:@tensorflow/*) and train again.',
  },
};
