// One run, from `start` to `finished`, `failed` or `interrupted`: starts the backend, lets the recorder
// watch, runs the user's module and holds or ends it. The host's messages arrive here.
import type { LayersModel } from '@tensorflow/tfjs';
import type { EpochRecord } from '../../src/shared/core/run';
import type { PageToWorker, StartOptions } from '../../src/shared/protocol/runtime';
import { Activity } from './activity';
import { startBackend, type ChosenBackend } from './backends/ladder';
import { receiveWebglReport } from './backends/foreknowledge';
import { isContextLost } from './backends/webgl';
import { receiveWasm } from './backends/wasm';
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from './checkpoint/checkpoint';
import type { StateKeeper } from './checkpoint/keeper';
import type { CheckpointSender } from './checkpoint/sender';
import { Clock } from './clock';
import { CountedRandom } from './countedRandom';
import { createGradientLensModule } from './data';
import { TrainingDebugger } from './debug';
import { setProgramRates } from './experiment/programRates';
import { runExperiment } from './experiment/run';
import { EndOfRun, RunFailure, toRawError } from './failure';
import { Gate, type GateEvents } from './gate';
import { installHooks } from './hooks';
import { HostClient } from './hostClient';
import { contextLost, refuseToDebug, sendNeverAwaits, sendProgress, sendStarted } from './messages';
import { runProgram } from './program';
import { Recorder } from './recorder';
import { native, postToHost } from './scope';
import { tf } from './tf';
import { WorkspaceAccess } from './workspaceAccess';
import { createWorkspaceFetch } from './workspaceFetch';

/** The training of one user module. A worker serves one session. */
export class Session {
  private clock = new Clock();
  private readonly host = new HostClient();
  private readonly files = new WorkspaceAccess(this.host, () => this.lastStep === 0);
  private readonly recorder = new Recorder({
    now: () => this.clock.now(),
    countStep: (step) => this.countStep(step),
    ended: () => this.ended,
    maxSteps: () => this.maxSteps,
    keeper: () => this.keeper,
  });
  private readonly activity = new Activity((task) => this.admit(task));
  private load: (() => Promise<unknown>) | undefined;
  private options: StartOptions | undefined;
  private gate: Gate | undefined;
  private chooser: ChosenBackend['chooser'];
  private keeper: StateKeeper | undefined;
  private sender: CheckpointSender | undefined;
  private debug: TrainingDebugger | undefined;
  private ended = false;
  private lastStep = 0;
  private maxSteps = Infinity;
  private builtOn = '';

  /** The virtual module `gradient-lens`. */
  readonly module = createGradientLensModule(this.files, tf);

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
        this.debug?.goOn();
        this.sender?.goesOn();
        this.gate?.resume();
        break;
      case 'step':
        this.step(message.count, message.record);
        break;
      case 'rewind':
      case 'ask':
        if (!this.debug || this.ended) refuseToDebug(message);
        else if (message.type === 'ask') this.debug.ask(message);
        else this.debug.rewind(message.step);
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
    if (readDevice) {
      this.recorder.flush();
      this.sender?.sendNow();
    }
    this.close();
    postToHost({ type: 'failed', error: toRawError(thrown), steps: this.recorder.step });
  }

  private step(asked: number, record = false): void {
    const { gate } = this;
    if (!gate) return;
    const count = Math.max(1, Math.floor(asked));
    this.debug?.goOn(record ? gate.stepsTaken + count : undefined);
    this.sender?.goesOn();
    gate.step(count);
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
    const { debug, paused } = options;
    if (debug) {
      const { statistics } = this.recorder;
      this.debug = new TrainingDebugger(tf, gate, statistics, debug, checkpoint?.step ?? 0);
    }
    if (paused && debug?.replayTo === undefined) gate.pause();
    try {
      const backend = await startBackend(options, () => this.loseContext());
      sendStarted(backend);
      this.chooser = backend.chooser;
      this.builtOn = backend.backend;
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
    const { recorder, debug } = this;
    const { tap, watch } = recorder.install(options, random, checkpoint?.step, debug);
    const shared = {
      ...{ tf, tap, gate },
      chooseBackend: (model: LayersModel, batchSize: number) =>
        this.chooseBackend(model, batchSize),
      flush: () => recorder.read(),
      reportEpoch: (epoch: EpochRecord) => recorder.addEpoch(epoch),
    };
    installHooks({ ...shared, activity: this.activity, clock: this.clock });
    self.fetch = createWorkspaceFetch((path) => this.files.readFile(path));
    this.activity.watchTimers();
    if (options.kind === 'experiment') {
      await runExperiment(await load(), {
        ...shared,
        options,
        announce: (model, data) => watch.announce(model, data),
        random,
        debug,
        checkpoint,
        keeps: (keeper) => (this.keeper = keeper),
        sends: (sender) => (this.sender = sender),
        builtOn: this.builtOn,
        requireDevice: () => {
          if (isContextLost()) throw contextLost();
        },
        seconds: () => this.clock.now(),
        onRecords: (listener) => recorder.onRecords(listener),
      });
      return;
    }
    if (options.training) setProgramRates(tf, options.training, () => tap.step);
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
    const { chooser } = this;
    if (!chooser) return;
    this.chooser = undefined;
    // A program that began with bare optimizer steps stays where it began.
    if (this.recorder.step > 0) {
      chooser.close();
      return;
    }
    const { chosen } = this.options ?? {};
    if (chosen && chooser.take(chosen, model)) {
      const reason = 'It is the backend that the run began on.';
      sendStarted({ backend: chosen, reason });
      return;
    }
    const measuring = (): void => sendProgress('Measuring the backends on this model');
    const choice = chooser.choose(model, batchSize, measuring);
    if (choice) sendStarted(choice);
  }

  private createGate(stepsBefore = 0): Gate {
    const events: GateEvents = {
      onState: (state, step) => {
        this.recorder.sendOut();
        if (state === 'paused') {
          this.debug?.paused();
          this.sender?.held();
        }
        postToHost({ type: 'state', state, step });
      },
      onLimit: () => this.finish('completed'),
      onYield: (held) => {
        if (held) this.recorder.flush();
        else this.recorder.poll();
      },
      onDeaf: sendNeverAwaits,
    };
    this.gate = new Gate(this.maxSteps, this.clock, events, stepsBefore);
    return this.gate;
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
    this.recorder.flush();
    this.sender?.sendNow();
    this.close();
    const steps = Math.min(this.recorder.step, this.maxSteps);
    postToHost({ type: 'finished', outcome, steps });
  }

  private close(): void {
    this.recorder.sendOut();
    this.ended = true;
    this.debug?.goOn();
    this.gate?.end();
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
    const step = Math.max(this.recorder.step, latest?.step ?? 0);
    postToHost(
      { type: 'interrupted', step, from: latest?.step ?? 0, ...(checkpoint && { checkpoint }) },
      checkpoint ? [checkpoint] : [],
    );
  }
}
