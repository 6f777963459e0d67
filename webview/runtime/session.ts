// One run, from `start` to `finished` or `failed`: starts the backend, installs the tap, runs the
// user's module and sends what comes of it. The host's messages arrive here.
import type { LayersModel } from '@tensorflow/tfjs';
import type { StepRecord } from '../../src/shared/core/stepRecord';
import { installTap } from '../../src/shared/tap';
import type { Tap, TappedLayer } from '../../src/shared/tap/types';
import type { PageToWorker, StartOptions } from '../../src/shared/protocol/runtime';
import { Activity } from './activity';
import type { Choice } from './backends/chooser';
import { startBackend, type ChosenBackend } from './backends/ladder';
import { followingStatistics } from './backends/switching';
import { receiveWebglReport } from './backends/foreknowledge';
import { isContextLost } from './backends/webgl';
import { receiveWasm } from './backends/wasm';
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from './checkpoint/checkpoint';
import type { CheckpointKeeper } from './checkpoint/keeper';
import { Clock } from './clock';
import { CountedRandom } from './countedRandom';
import { createGradientLensModule } from './data';
import { watchModels, type ModelWatch } from './diagnosis';
import { runExperiment } from './experiment/run';
import { EndOfRun, RunFailure, toRawError } from './failure';
import { Gate, type GateEvents } from './gate';
import { installHooks } from './hooks';
import { HostClient } from './hostClient';
import { Outbox } from './outbox';
import { runProgram } from './program';
import { native, postToHost } from './scope';
import { captureStack, constructionFrames } from './stack';
import { tf } from './tf';
import { createWorkspaceFetch } from './workspaceFetch';

/** The training of one user module. A worker serves one session. */
export class Session {
  private clock = new Clock();
  private readonly host = new HostClient();
  private readonly outbox = new Outbox(() => {
    const { numTensors, numBytes } = tf.memory();
    const ours = this.keeper?.held ?? { numTensors: 0, numBytes: 0 };
    return { numTensors: numTensors - ours.numTensors, numBytes: numBytes - ours.numBytes };
  });
  private readonly activity = new Activity((task) => this.admit(task));
  private load: (() => Promise<unknown>) | undefined;
  private options: StartOptions | undefined;
  private gate: Gate | undefined;
  private tap: Tap | undefined;
  private watch: ModelWatch | undefined;
  private readonly statistics = followingStatistics(tf);
  private chooser: ChosenBackend['chooser'];
  private keeper: CheckpointKeeper | undefined;
  private listener: ((records: readonly StepRecord[]) => void) | undefined;
  private ended = false;
  private lastStep = 0;
  private maxSteps = Infinity;

  /** The virtual module `gradient-lens`. */
  readonly module = createGradientLensModule(this.workspace(), tf);

  /** Called by the user's bundle when it is evaluated; the module runs after `start`. */
  program(load: () => Promise<unknown>): void {
    this.load = load;
  }

  /** Takes a message from the host or the page. */
  receive(message: PageToWorker): void {
    switch (message.type) {
      case 'start':
        void this.start(message.options, message.checkpoint);
        break;
      case 'pause':
        this.gate?.pause();
        break;
      case 'resume':
        this.gate?.resume();
        break;
      case 'step':
        this.gate?.step(message.count);
        break;
      case 'stop':
        this.finish('stopped');
        break;
      case 'response':
        this.host.receive(message);
        break;
      case 'wasm':
        receiveWasm(message.binary);
        break;
      case 'webglReport':
        receiveWebglReport(message.report);
        break;
    }
  }

  /** Ends the run with an error of user code or of the runtime. The first end counts. */
  fail(thrown: unknown, readDevice = true): void {
    if (this.ended || thrown instanceof EndOfRun) return;
    // Whatever is thrown after the device is gone comes of that.
    if (readDevice && isContextLost()) {
      this.loseContext();
      return;
    }
    if (readDevice) this.flushTap();
    this.close();
    postToHost({ type: 'failed', error: toRawError(thrown), steps: this.tap?.step ?? 0 });
  }

  private async start(options: StartOptions, saved?: ArrayBuffer): Promise<void> {
    if (this.options) return;
    this.options = options;
    let checkpoint: Checkpoint | undefined;
    try {
      checkpoint = saved && decodeCheckpoint(saved);
    } catch (error) {
      this.fail(error);
      return;
    }
    this.clock = new Clock(checkpoint?.seconds);
    this.maxSteps = options.maxSteps ?? Infinity;
    // Before the backend starts, which takes a while: a pause that arrives meanwhile must count.
    const gate = this.createGate(checkpoint?.step);
    if (options.paused) gate.pause();
    try {
      const backend = await startBackend(options, () => this.loseContext());
      sendStarted(backend);
      this.chooser = backend.chooser;
      for (const notice of backend.notices) postToHost({ type: 'notice', notice });
      await this.run(options, gate, checkpoint);
      this.finish('completed');
    } catch (error) {
      this.fail(error);
    }
  }

  private async run(
    options: StartOptions,
    gate: Gate,
    checkpoint: Checkpoint | undefined,
  ): Promise<void> {
    const { load } = this;
    if (!load) {
      throw new RunFailure(
        'internal',
        'The bundle of the model did not register itself; run the command again, and report it if it stays.',
      );
    }
    const random = new CountedRandom(options.seed);
    Math.random = random.next;
    const tap = this.installTap(options, checkpoint?.step);
    const watch = this.installWatch(options, tap);
    installHooks({
      tf,
      tap,
      gate,
      activity: this.activity,
      clock: this.clock,
      chooseBackend: (model, batchSize) => this.chooseBackend(model, batchSize),
      flush: () => this.readTap(),
      reportEpoch: (epoch) => this.outbox.addEpoch(epoch),
    });
    self.fetch = createWorkspaceFetch((path) => this.readFile(path));
    this.activity.watchTimers();
    if (options.kind === 'experiment') {
      await runExperiment(await load(), {
        tf,
        tap,
        gate,
        options,
        chooseBackend: (model, batchSize) => this.chooseBackend(model, batchSize),
        announce: (model, data) => watch.announce(model, data),
        random,
        checkpoint,
        keeps: (keeper) => (this.keeper = keeper),
        requireDevice: () => {
          if (isContextLost()) throw contextLost();
        },
        seconds: () => this.clock.now(),
        onRecords: (listener) => (this.listener = listener),
        flush: () => this.readTap(),
        reportEpoch: (epoch) => this.outbox.addEpoch(epoch),
      });
      return;
    }
    await gate.pass();
    await runProgram(load, {
      steps: () => tap.step,
      lastStep: () => this.lastStep,
      activity: this.activity,
      pendingRequests: () => this.host.pending,
    });
  }

  /** Measures the backends on `model`, before the first step of the run. */
  private chooseBackend(model: LayersModel, batchSize: number): void {
    const { chooser, tap } = this;
    if (!chooser) return;
    this.chooser = undefined;
    // A program that began with bare optimizer steps stays where it began.
    if (tap && tap.step > 0) {
      chooser.close();
      return;
    }
    const measuring = (): void => {
      postToHost({ type: 'progress', message: 'Measuring the backends on this model' });
    };
    const choice = chooser.choose(model, batchSize, measuring);
    if (choice) sendStarted(choice);
  }

  private createGate(stepsBefore = 0): Gate {
    const events: GateEvents = {
      onState: (state, step) => {
        this.outbox.flush();
        postToHost({ type: 'state', state, step });
      },
      onLimit: () => this.finish('completed'),
      onYield: (held) => {
        if (held) this.flushTap();
        else this.tap?.poll();
      },
      onDeaf: () => {
        const message =
          'The program trains in a loop that never awaits: it can be stopped, but not paused. Add `await tf.nextFrame()` to the loop to make it pausable.';
        postToHost({ type: 'notice', notice: { code: 'never-awaits', message } });
      },
    };
    this.gate = new Gate(this.maxSteps, this.clock, events, stepsBefore);
    return this.gate;
  }

  private installTap({ sampling }: StartOptions, stepsBefore = 0): Tap {
    this.tap = installTap<CapturedStack>(tf, {
      statistics: this.statistics,
      sampling,
      stepsBefore,
      captureSite: () => ({ stack: captureStack() }),
      onRecords: (records) => this.send(this.watch?.complete(records) ?? records),
      onLayers: (layers) => sendLayers(layers),
      onStep: (step) => this.countStep(step),
      now: () => this.clock.now(),
    });
    return this.tap;
  }

  /** After the tap, and before the other hooks: what they add to a step is none of a probe's business. */
  private installWatch({ probe }: StartOptions, tap: Tap): ModelWatch {
    this.watch = watchModels(tf, tap, {
      statistics: this.statistics,
      probe,
      onFacts: (facts) => {
        if (!this.ended) postToHost({ type: 'facts', facts });
      },
      onGiveUp: (reason) => native.console.debug('Gradient Lens does not probe a model:', reason),
    });
    return this.watch;
  }

  private send(records: StepRecord[]): void {
    if (this.ended) return;
    this.listener?.(records);
    // Steps beyond the limit can only come from a loop that could not be held at it.
    this.outbox.add(records.filter((record) => record.step <= this.maxSteps));
  }

  private countStep(step: number): void {
    this.lastStep = native.now();
    if (!this.ended && step > this.maxSteps) this.finish('completed');
    if (this.ended) throw new EndOfRun();
    this.gate?.countStep(step);
  }

  private admit(task: () => void): void {
    if (this.gate) this.gate.runOpen(task);
    else task();
  }

  private finish(outcome: 'completed' | 'stopped'): void {
    if (this.ended) return;
    this.flushTap();
    this.close();
    const steps = Math.min(this.tap?.step ?? 0, this.maxSteps);
    postToHost({ type: 'finished', outcome, steps });
  }

  private close(): void {
    this.outbox.flush();
    this.ended = true;
    this.gate?.end();
  }

  /** Waits for the device and takes every record so far; they are sent with the next ones. */
  private readTap(): void {
    try {
      this.tap?.flush();
    } catch (error) {
      // The device is gone (context lost): what was read before still counts.
      native.console.warn('Gradient Lens could not read the last steps:', error);
    }
  }

  /** As {@link readTap}, and sends at once. */
  private flushTap(): void {
    this.readTap();
    this.outbox.flush();
  }

  /** An experiment goes on in a fresh worker, where it left off; a program cannot be held so. */
  private loseContext(): void {
    if (this.ended) return;
    if (this.options?.kind !== 'experiment') {
      this.fail(contextLost(), false);
      return;
    }
    const latest = this.keeper?.latest;
    const checkpoint =
      latest &&
      encodeCheckpoint({ ...latest, seconds: Math.max(latest.seconds, this.clock.now()) });
    this.close();
    const step = Math.max(this.tap?.step ?? 0, latest?.step ?? 0);
    postToHost(
      { type: 'interrupted', step, from: latest?.step ?? 0, ...(checkpoint && { checkpoint }) },
      checkpoint ? [checkpoint] : [],
    );
  }

  private readFile(path: string, start?: number, end?: number): Promise<ArrayBuffer> {
    if (this.lastStep === 0 && (start ?? 0) === 0) {
      postToHost({ type: 'progress', message: `Reading ${path.replace(/^.*\//, '')}` });
    }
    return this.host.request('readFile', {
      path,
      ...(start !== undefined && { start }),
      ...(end !== undefined && { end }),
    });
  }

  private workspace() {
    return {
      readFile: (path: string, start?: number, end?: number) => this.readFile(path, start, end),
      stat: (path: string) => this.host.request('stat', { path }),
      list: (path: string) => this.host.request('list', { path }),
    };
  }
}

function contextLost(): RunFailure {
  const message =
    'The browser took the WebGL context away, and with it the weights, usually because the GPU ran out of memory or its driver was reset. Restart the run, with a smaller batch or with wasm in the setting gradientLens.backend.';
  return new RunFailure('context-lost', message);
}

function sendStarted(chosen: ChosenBackend | Choice): void {
  const { backend, reason, renderer } = chosen;
  postToHost({
    type: 'started',
    backend,
    ...(reason !== undefined && { reason }),
    ...(renderer !== undefined && { renderer }),
    ...('lasting' in chosen && { lasting: chosen.lasting }),
    tfjsVersion: tf.version.tfjs,
  });
}

/** A place in the program, parsed only when it is sent. */
interface CapturedStack {
  stack: string;
}

function sendLayers(layers: readonly TappedLayer<CapturedStack>[]): void {
  const raw = layers.map(({ name, className, activation, tensors, site }) => ({
    name,
    className,
    ...(activation !== undefined && { activation }),
    tensors,
    frames: site === undefined ? [] : constructionFrames(site.stack, className),
  }));
  postToHost({ type: 'layers', layers: raw });
}
