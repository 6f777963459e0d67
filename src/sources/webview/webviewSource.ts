// The source that trains in a worker of the panel's page: bundles the model, starts the worker, passes
// controls on, and turns the worker's messages into calls of the run's sink.
import { messageOf, ModelError } from '../../model/modelError';
import type { Bundle } from '../../model/bundle';
import type { RunControl, RunSink, RunSource } from '../../run/source';
import {
  RUNTIME_PROTOCOL_VERSION,
  type BundlePosition,
  type FromRuntime,
  type DebugStart,
  type HostMethods,
  type StartOptions,
} from '../../shared/protocol/runtime';
import { Reporter } from '../reporter';
import { toRunError } from '../reports';
import { Questions } from './questions';
import { Recovery } from './recovery';
import { Resumption, type ResumedRun } from './resumption';
import type { TrainingPage } from './trainingPage';
import { WorkspaceFileError, type WorkspaceFiles } from './workspaceFiles';

/** Time for the worker's script to be evaluated and to say hello. */
const HELLO_MS = 30_000;
/** Time after which a worker that says nothing is worth a notice. */
const SILENCE_MS = 30_000;
/** Time that a program gets to end by itself when it is stopped. */
const STOP_MS = 1000;

/** What a source needs of its surroundings. */
export interface WebviewSourceOptions {
  page: TrainingPage;
  files: Pick<WorkspaceFiles, keyof HostMethods>;
  start: StartOptions;
  /** Present where the training goes on from an earlier run. */
  resumed?: ResumedRun;
  bundle(): Promise<Bundle>;
  /** Where the page is none of the editor's, but a thread of Node. */
  runtime?: 'node';
  /** Given the states to be kept on disk, and the bundle that they belong to. */
  onCheckpoint?(bytes: ArrayBuffer, bundle: Bundle): void;
  /** Told what the program prints. */
  onConsole(level: 'debug' | 'log' | 'info' | 'warn' | 'error', text: string): void;
  /** Told what is wrong beneath the run, for the log. */
  onTrouble(message: string): void;
}

/** A run's training in a webview worker. */
export class WebviewSource implements RunSource {
  private sink: RunSink | undefined;
  private bundle: Bundle | undefined;
  private detach: () => void = () => undefined;
  private launched = false;
  private paused: boolean;
  /** Controls that came before the worker was launched; undefined once it was. */
  private held: RunControl[] | undefined = [];
  private readonly recovery: Recovery;
  private readonly resumption: Resumption | undefined;
  private readonly questions: Questions;
  /** What a debugger asked of the worker that trains now, if one did. */
  private debug: DebugStart | undefined;
  private isReplayed = false;
  /** For a run that is debugged. */
  readonly ask?: NonNullable<RunSource['ask']>;
  private readonly reporter: Reporter<BundlePosition>;
  private stopTimer: NodeJS.Timeout | undefined;
  private silenceTimer: NodeJS.Timeout | undefined;

  constructor(private readonly options: WebviewSourceOptions) {
    const { start, resumed } = options;
    this.paused = start.paused;
    this.resumption = resumed && new Resumption(resumed);
    this.recovery = new Recovery(resumed?.checkpoint && { ...resumed.past, ...resumed });
    this.questions = new Questions((message) => options.page.send(this.runId, message));
    this.debug = start.debug;
    if (this.debug) this.ask = (question) => this.questions.ask(question);
    this.reporter = new Reporter({
      locator: { locate: (frames) => this.bundle?.map.locate(frames) },
      isContinued: () => this.recovery.isRecovered || this.isReplayed || resumed !== undefined,
      onTrouble: (message) => options.onTrouble(message),
    });
  }

  private get runId(): string {
    return this.options.start.runId;
  }

  start(sink: RunSink): void {
    this.sink = this.resumption?.around(sink) ?? sink;
    this.launch().catch((error: unknown) => {
      this.end((open) =>
        open.failed(
          error instanceof ModelError
            ? error.toRunError()
            : { code: 'panel-failed', message: messageOf(error) },
        ),
      );
    });
  }

  control(control: RunControl): void {
    if (!this.sink) return;
    if (control.type === 'stop') {
      this.stop();
    } else if (this.held) {
      this.held.push(control);
    } else if (control.type === 'rewind') {
      // A worker that cannot go back is replaced: the next one takes the same steps again.
      this.debug = { replayTo: control.step, changes: control.changes };
      this.options.page.send(this.runId, { type: 'rewind', step: control.step });
    } else {
      // Where a lost device brings another worker, it goes on from there.
      if (this.debug && control.type !== 'pause') this.debug = { changes: this.debug.changes };
      this.options.page.send(this.runId, control);
    }
  }

  dispose(): void {
    if (this.sink) this.end(() => undefined);
  }

  private async launch(): Promise<void> {
    const { page } = this.options;
    if (this.resumption && this.sink) {
      this.sink.progress('Reading the run before');
      await this.resumption.begin(this.sink);
      this.reporter.goOnFrom(this.resumption.resumed.past);
    }
    this.sink?.progress('Bundling the model');
    let isLoaded = false;
    const [bundle] = await Promise.all([
      this.options.bundle().then((made) => {
        if (!isLoaded) this.sink?.progress(page.loading ?? 'Loading the panel');
        return made;
      }),
      page.ready().then(() => (isLoaded = true)),
    ]);
    if (!this.sink) return;
    this.bundle = bundle;
    this.resumption?.bundled(bundle, this.sink);
    this.sink.progress('Starting the training worker');
    this.detach = page.attach(this.runId, {
      message: (message) => this.receive(message),
      workerError: (message) => this.fail('worker-failed', message),
      lost: (notice) => this.end((sink) => sink.lost(notice)),
    });
    this.launchWorker(bundle);
  }

  private launchWorker(bundle: Bundle): void {
    this.launched = true;
    this.watch(HELLO_MS, () => {
      this.fail(
        'worker-silent',
        `The training worker did not start within ${HELLO_MS / 1000} s. Restart the run; if it ` +
          'happens again, reload the window.',
      );
    });
    const { page, start } = this.options;
    const { debug } = this;
    const message = this.recovery.startMessage({
      ...start,
      paused: this.paused,
      ...(debug && { debug }),
    });
    page.launch(this.runId, bundle.code, message);
    const held = this.held ?? [];
    this.held = undefined;
    for (const control of held) this.control(control);
  }

  private stop(): void {
    if (!this.launched) {
      this.end((sink) => sink.finished('stopped', 0));
      return;
    }
    if (this.stopTimer) return;
    this.options.page.send(this.runId, { type: 'stop' });
    this.stopTimer = setTimeout(() => {
      this.end((sink) => sink.finished('stopped', this.reporter.lastStep));
    }, STOP_MS);
  }

  /** The last report: nothing comes after it, and the worker's memory is freed. */
  private end(report: (sink: RunSink) => void): void {
    const { sink } = this;
    if (!sink) return;
    this.sink = undefined;
    clearTimeout(this.stopTimer);
    clearTimeout(this.silenceTimer);
    this.questions.close();
    this.detach();
    if (this.launched) this.options.page.terminate(this.runId);
    report(sink);
  }

  private fail(code: string, message: string): void {
    this.end((sink) => sink.failed({ code, message }));
  }

  /** Calls `silent` when nothing arrives for so long. */
  private watch(ms: number, silent: () => void): void {
    clearTimeout(this.silenceTimer);
    this.silenceTimer = setTimeout(silent, ms).unref();
  }

  /** A program may compute for long without a word; it is said so, and goes on. */
  private watchSilence(): void {
    if (this.paused) {
      clearTimeout(this.silenceTimer);
      return;
    }
    this.watch(SILENCE_MS, () => {
      this.sink?.notice({
        code: 'worker-silent',
        message:
          `The program has not been heard of for ${SILENCE_MS / 1000} s. It may be in a long ` +
          'computation or an endless loop; Stop ends it at once.',
      });
    });
  }

  private receive(message: FromRuntime): void {
    const { sink, bundle } = this;
    if (!sink || !bundle) return;
    this.watchSilence();
    switch (message.type) {
      case 'hello':
        this.hello(message.version, sink);
        break;
      case 'started':
        this.started(message, sink);
        break;
      case 'state':
        this.paused = message.state === 'paused';
        this.watchSilence();
        this.reporter.report(message, sink);
        break;
      case 'console':
        this.options.onConsole(message.level, message.text);
        break;
      case 'request':
        void this.answer(message);
        break;
      case 'checkpoint':
        this.options.onCheckpoint?.(message.bytes, bundle);
        break;
      case 'recording':
        sink.recording(message.recording);
        break;
      case 'answer':
        this.questions.receive(message);
        break;
      case 'cannotRewind':
        this.replay(bundle);
        break;
      case 'interrupted':
        this.recover(message, sink, bundle);
        break;
      case 'finished':
        this.end((open) => open.finished(message.outcome, message.steps));
        break;
      case 'failed':
        this.end((open) => open.failed(toRunError(message.error, bundle.map)));
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
    }
  }

  private started(message: Extract<FromRuntime, { type: 'started' }>, sink: RunSink): void {
    const { runtime } = this.options;
    sink.started({ ...this.recovery.started(message), ...(runtime && { runtime }) });
  }

  private hello(version: number, sink: RunSink): void {
    if (version !== RUNTIME_PROTOCOL_VERSION) {
      this.fail(
        'version-mismatch',
        `The panel runs another version of Gradient Lens (protocol ${version}, not ${RUNTIME_PROTOCOL_VERSION}). Reload the window.`,
      );
      return;
    }
    sink.progress('Starting the model');
  }

  /** The worker lost its device; a fresh one goes on. Steps that it takes again are known already. */
  private recover(
    loss: Extract<FromRuntime, { type: 'interrupted' }>,
    sink: RunSink,
    bundle: Bundle,
  ): void {
    this.options.page.terminate(this.runId);
    sink.notice(this.recovery.note(loss));
    this.launchWorker(bundle);
  }

  /** Going back in a fresh worker: it takes all steps again, the same as before, up to the one asked for. */
  private replay(bundle: Bundle): void {
    this.questions.close();
    this.options.page.terminate(this.runId);
    this.isReplayed = true;
    this.paused = false;
    this.recovery.reach(this.debug?.replayTo ?? 0);
    this.launchWorker(bundle);
  }

  private async answer(request: Extract<FromRuntime, { type: 'request' }>): Promise<void> {
    const { files, page } = this.options;
    const { id } = request;
    try {
      const result = await (request.method === 'readFile'
        ? files.readFile(request.params)
        : files[request.method](request.params));
      if (this.sink) page.send(this.runId, { type: 'response', id, ok: true, result });
    } catch (error) {
      const code = error instanceof WorkspaceFileError ? error.code : 'unreadable-file';
      const failure = { code, message: messageOf(error) };
      if (this.sink) page.send(this.runId, { type: 'response', id, ok: false, error: failure });
    }
  }
}
