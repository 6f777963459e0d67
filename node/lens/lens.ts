// One run: everything that watches the tfjs of a process, from its loading to the last record. Nothing in
// here throws into the program: what fails switches the lens off, says so, and the training goes on.
import { engineOf, isVariable, layerPrototypeOf } from '../../src/shared/tap/internals';
import type { EpochRecord } from '../../src/shared/core/run';
import type { StepRecord } from '../../src/shared/core/stepRecord';
import type { FromNode, NodeStart } from '../../src/shared/protocol/node';
import { Outbox } from '../../src/shared/protocol/outbox';
import { installTap } from '../../src/shared/tap';
import { EpochCounter, followFits } from '../../src/shared/tap/fit';
import { Patches } from '../../src/shared/tap/patches';
import type { StatisticsEngine, Tap, TappedLayer, TfNamespace } from '../../src/shared/tap/types';
import type { CountedRandom } from '../../webview/runtime/countedRandom';
import { watchModels, type ModelWatch } from '../../webview/runtime/diagnosis';
import { watchBreaks, type AutopsyWatch } from '../../webview/runtime/diagnosis/autopsy';
import type { Channel } from '../channel/client';
import type { TfCopy } from '../loading/copies';
import { livingLayers } from '../loading/livingLayers';
import { setTraining } from '../inspector/inspect';
import {
  captureStack,
  constructionFrames,
  stackOf,
  userFrames,
  type CapturedStack,
} from '../stack';
import { BackendReport } from './backendReport';
import { BreakConditions, reasonOf } from './breaks';
import { halt, isDebugged } from './debugger';
import { EndSignals } from './endSignals';
import { Gate } from './gate';
import { LastGradients } from './lastGradients';
import { shareOptimizers } from './sharedOptimizers';
import { followingStatistics } from './statistics';

/** Records are sent as often as this where a signal would end the program unheard; milliseconds. */
const UNHEARD_MS = 10;

/** What a lens needs of its process. */
export interface LensContext {
  channel: Channel;
  start: NodeStart;
  /** The program's Math.random, where it is the run's. */
  random?: CountedRandom;
  /** The program trains already: it has built layers that nobody saw. */
  isLate: boolean;
  /** Why tfjs-node is replaced, where it is. */
  standIn?: string;
  /** Sends the last message of the run; returns when it has left, or after a second. */
  end(outcome: 'completed' | 'stopped'): void;
}

/** Watches the first tfjs of the process and every other copy of it. */
export class Lens {
  readonly #context: LensContext;
  readonly #tf: TfNamespace;
  readonly #tap: Tap;
  readonly #gate: Gate;
  readonly #outbox: Outbox;
  readonly #signals: EndSignals;
  readonly #backend: BackendReport;
  readonly #breaks: BreakConditions;
  readonly #statistics: StatisticsEngine;
  readonly #patches = new Patches();
  readonly #epochs = new EpochCounter();
  readonly #gradients = new LastGradients();
  readonly #models: ModelWatch[] = [];
  readonly #autopsies: AutopsyWatch[] = [];
  readonly #undo: (() => void)[] = [];
  /** Prototypes of the models that are watched: one per copy of tfjs that has layers. */
  readonly #met = new Set<object>();
  /** Records in the outbox. */
  #unsent = 0;
  #isOff = false;
  #failure: unknown;
  #isInspecting = false;
  /** Training functions of compiled models under way: metrics of their step are still to come. */
  #trainings = 0;
  /** A look at what has come up since is due at the next turn of the event loop. */
  #isTurning = false;
  #lastTurn = performance.now();
  #lastStep = performance.now();
  #lastFlush = -Infinity;

  constructor(context: LensContext, copy: TfCopy) {
    const { channel, start } = context;
    this.#context = context;
    this.#tf = copy.tf;
    this.#statistics = followingStatistics(copy.tf);
    this.#outbox = this.#createOutbox();
    this.#backend = new BackendReport(copy, start.epsilon, context.standIn, (message) =>
      this.#post(message),
    );
    this.#breaks = new BreakConditions(start.breakOn);
    this.#signals = new EndSignals(() => context.end('stopped'));
    this.#gate = new Gate(channel.words, {
      onHold: (step) => {
        this.#signals.leave();
        this.#send();
        this.#post({ type: 'state', state: 'paused', step });
      },
      onGo: () => (this.#lastTurn = performance.now()),
    });
    this.#tap = installTap<CapturedStack>(copy.tf, {
      statistics: this.#statistics,
      sampling: start.sampling,
      captureSite: captureStack,
      onRecords: (records) => this.#take(records),
      onLayers: (layers) => this.#tellLayers(layers),
      onStep: (step) => this.#afterStep(step),
      now: () => this.#gate.now(),
      onFailure: (error) => this.#fail(error),
    });
    this.#watchGradients();
    setTraining({ gradientOf: (variable) => this.#gradients.of(variable, this.#tap.newest()) });
    this.#backend.tell();
    this.attach(copy);
  }

  /** Optimizer steps so far. */
  get step(): number {
    return this.#tap.step;
  }

  /** Watches another copy of tfjs, or parts of one that were loaded later. */
  attach(copy: TfCopy): void {
    this.#guard(() => {
      this.#tap.attach(copy.tf);
      const prototype = layerPrototypeOf(copy.tf);
      if (this.#context.isLate && prototype) this.#tap.adopt(livingLayers(prototype));
      this.#undo.push(shareOptimizers(copy));
      this.#watchModelsOf(copy.tf);
    });
  }

  /** Reads everything so far, and sends it. Not to be called within a computation of the program. */
  flush(): void {
    this.#guard(() => {
      this.#tap.flush();
      this.#inspect();
    });
    this.#send();
  }

  /** Lets go of the program, which trains on unseen. */
  close(): void {
    if (this.#isOff) return;
    this.#isOff = true;
    setTraining(undefined);
    this.#signals.dispose();
    try {
      this.#patches.restore();
      for (const undo of this.#undo) undo();
      for (const one of [...this.#models, ...this.#autopsies]) one.uninstall();
      this.#tap.uninstall();
      this.#statistics.dispose();
    } catch {
      // What cannot be undone is inert.
    }
  }

  #createOutbox(): Outbox {
    return new Outbox({
      post: (message) => {
        this.#context.channel.post(message, this.#unsent);
        this.#unsent = 0;
      },
      memory: () => {
        const { numTensors, numBytes } = this.#tf.memory();
        return { numTensors, numBytes };
      },
      now: () => performance.now(),
      later: (task, ms) => {
        const timer = setTimeout(() => this.#guard(task), ms);
        timer.unref();
        return () => clearTimeout(timer);
      },
    });
  }

  /** Sends what has been measured. */
  #send(): void {
    this.#guard(() => {
      this.#tap.flush();
      this.#outbox.flush();
    });
  }

  #watchGradients(): void {
    const engine = engineOf(this.#tf);
    this.#patches.replace(engine, 'gradients', (original) => {
      return (f, xs, ...rest) => {
        if (!this.#isInspecting && xs.some(isVariable)) this.#beforeStep();
        return original(f, xs, ...rest);
      };
    });
  }

  #watchModelsOf(tf: TfNamespace): void {
    const { LayersModel } = tf as Partial<TfNamespace>;
    if (LayersModel === undefined || this.#met.has(LayersModel.prototype)) return;
    this.#met.add(LayersModel.prototype);
    const tap = this.#tap;
    const { start, random } = this.#context;
    // Autopsies need tfjs's own train functions: they come before whatever else wraps them.
    const autopsy = watchBreaks(tf, tap, {
      ...(random && { random }),
      onAutopsy: ({ autopsy, stack }) => {
        // The record of its step comes first.
        this.#outbox.flush();
        this.#post({ type: 'autopsy', autopsy, frames: userFrames(stack.join('\n')) });
      },
    });
    this.#autopsies.push(autopsy);
    const models = watchModels(tf, tap, {
      statistics: this.#statistics,
      probe: start.probe,
      onFacts: (facts) => this.#post({ type: 'facts', facts }),
    });
    this.#models.push(models);
    const onEpoch = (epoch: EpochRecord): void => {
      this.flush();
      this.#outbox.addEpoch(epoch);
    };
    const fits = {
      tap,
      onPlan: (plan: { epochs: number; stepsPerEpoch?: number }) =>
        this.#post({ type: 'plan', ...plan }),
      onEpoch,
      onTraining: (isUnderWay: boolean) => {
        this.#trainings += isUnderWay ? 1 : -1;
        if (!isUnderWay) this.#showWhileStopped();
      },
      onFailure: (error: unknown) => this.#fail(error),
    };
    this.#undo.push(followFits(tf, fits, this.#epochs));
  }

  #beforeStep(): void {
    const { maxSteps = Infinity } = this.#context.start;
    if (this.step >= maxSteps) this.#endAtLimit();
    this.#guard(() => {
      this.#backend.correctEpsilon();
      this.#gate.beforeStep();
    });
  }

  #afterStep(step: number): void {
    if (this.#isOff) return;
    if (this.#failure !== undefined) {
      this.#switchOff();
      return;
    }
    if (this.#context.channel.isGone) {
      this.close();
      return;
    }
    this.#guard(() => {
      this.#backend.look();
      this.#gate.afterStep(step);
      this.#awaitTurn();
      // What is kept back does not survive a Ctrl-C that nobody hears.
      const now = performance.now();
      if (!this.#signals.isListening && now - this.#lastFlush > UNHEARD_MS) {
        this.#lastFlush = now;
        this.#outbox.flush();
      }
    });
    if (!this.#breaks.isEmpty && isDebugged()) this.#breakAt();
    this.#showWhileStopped();
    const { maxSteps = Infinity } = this.#context.start;
    if (step >= maxSteps) setImmediate(() => this.#endAtLimit());
  }

  /** Halts in the debugger, where this step calls for it. */
  #breakAt(): void {
    const found = this.#guard(() => {
      const record = this.#tap.newest();
      const kind = record && this.#breaks.meet(record);
      if (record === undefined || kind === undefined) return undefined;
      const reason = reasonOf(kind, record);
      this.#send();
      const message = `The debugger halted the program: ${reason}.`;
      this.#post({ type: 'notice', notice: { code: 'debugger-halt', message } });
      return reason;
    });
    if (found !== undefined) halt(found);
  }

  /** A program that stops at a breakpoint sends nothing any more: what there is leaves at once. */
  #showWhileStopped(): void {
    if (!this.#isOff && this.#trainings === 0 && isDebugged()) this.#send();
  }

  /** Metrics of a step come after it, and a signal is heard, when the event loop turns. */
  #awaitTurn(): void {
    const now = performance.now();
    const taken = now - this.#lastStep;
    this.#lastStep = now;
    if (this.#isTurning) {
      this.#signals.stepped(now - this.#lastTurn);
      return;
    }
    this.#isTurning = true;
    this.#lastTurn = now;
    const immediate = setImmediate(() => {
      this.#isTurning = false;
      this.#lastTurn = performance.now();
      if (this.#isOff) return;
      this.#signals.turned(taken);
      this.#guard(() => {
        this.#tap.flush();
        this.#inspect();
      });
    });
    immediate.unref();
  }

  #take(records: readonly StepRecord[]): void {
    let complete = records;
    for (const models of this.#models) complete = models.complete(complete);
    for (const autopsy of this.#autopsies) autopsy.observe(complete);
    // Steps beyond the limit can only come from a loop that could not be held at it.
    const { maxSteps = Infinity } = this.#context.start;
    const sent = complete.filter(({ step }) => step <= maxSteps);
    if (isDebugged()) this.#gradients.note(sent);
    this.#unsent += sent.length;
    this.#outbox.add(sent);
  }

  /** Makes the autopsy that is due, if one is. */
  #inspect(): void {
    this.#isInspecting = true;
    try {
      for (const autopsy of this.#autopsies) autopsy.perform();
    } finally {
      this.#isInspecting = false;
    }
  }

  #tellLayers(layers: readonly TappedLayer<CapturedStack>[]): void {
    const told = layers.map(({ name, className, activation, tensors, leftOutOf, site }) => ({
      name,
      className,
      ...(activation !== undefined && { activation }),
      tensors,
      ...(leftOutOf && { leftOutOf }),
      frames: site === undefined ? [] : constructionFrames(stackOf(site.error), className),
    }));
    this.#post({ type: 'layers', layers: told });
  }

  #endAtLimit(): void {
    if (this.#isOff) return;
    this.#context.end('completed');
    process.exit(0);
  }

  #post(message: FromNode): void {
    this.#context.channel.post(message);
  }

  #guard<T>(task: () => T): T | undefined {
    if (this.#isOff) return undefined;
    try {
      return task();
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  /** Something of ours went wrong: it is switched off when the step under way is over. */
  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = error ?? new Error('unknown');
    const turn = setImmediate(() => this.#switchOff());
    turn.unref();
  }

  #switchOff(): void {
    if (this.#isOff) return;
    const reason = this.#failure instanceof Error ? this.#failure.message : String(this.#failure);
    const message = `Gradient Lens cannot watch this training any further, which goes on without it: ${reason}`;
    this.close();
    this.#post({ type: 'notice', notice: { code: 'lens-off', message } });
  }
}
