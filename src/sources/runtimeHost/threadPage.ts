// Trains in a worker thread of this Node process: to a WebviewSource it is a page like the editor's
// panel. The thread evaluates the editor's own runtime (node/runtimeHost.ts): on the tfjs-node that is
// installed beside the model, else on wasm or cpu.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { messageOf } from '../../model/modelError';
import { parseFromRuntime } from '../../shared/protocol/guards';
import type { RuntimeHostData } from '../../shared/protocol/thread';
import type { FromRuntime, PageToWorker, ToRuntime } from '../../shared/protocol/runtime';
import type { PageListener, TrainingPage, WorkerStart } from '../webview/trainingPage';

/** Code of a failure that the cpu backend does not meet, see `wasmKernels.ts` of the runtime. */
const NEEDS_CPU = 'needs-cpu';

/** How tfjs says that tfjs-node lacks a kernel. */
const LACKS_KERNEL = /^Kernel '(\w+)' not registered for backend 'tensorflow'/;

/** Files of the runtime, in the folder `dist`. */
const THREAD = 'nodeRuntime.cjs';
const RUNTIME = 'runtime.js';
const WASM = 'tfjs-backend-wasm-simd.wasm';

interface Launched {
  runId: string;
  code: string;
  start: WorkerStart;
  worker: Worker;
}

/** What a thread says beside the messages of a run. */
function typeOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
}

/** One thread at a time; launching another ends it. */
export class ThreadPage implements TrainingPage {
  readonly loading = 'Starting a thread';
  private launched: Launched | undefined;
  private readonly listeners = new Map<string, PageListener>();

  /**
   * @param dist Folder of the built files.
   * @param model Path of the model: packages are found from there.
   * @param onTrouble Told what is wrong beneath the run.
   */
  constructor(
    private readonly dist: string,
    private readonly model: string,
    private readonly onTrouble: (message: string) => void,
  ) {}

  ready(): Promise<void> {
    return Promise.resolve();
  }

  attach(runId: string, listener: PageListener): () => void {
    this.listeners.set(runId, listener);
    return () => this.listeners.delete(runId);
  }

  launch(runId: string, code: string, start: WorkerStart): void {
    const { backend } = start.options;
    this.launchOn(backend === 'auto' ? 'best' : backend === 'cpu' ? 'cpu' : 'wasm', {
      ...{ runId, code, start },
    });
  }

  send(runId: string, message: ToRuntime): void {
    if (runId === this.launched?.runId) this.toWorker(message);
  }

  terminate(runId: string): void {
    if (runId === this.launched?.runId) this.end();
  }

  /** `first`: the backend that is tried first; `best`: tfjs-node, and wasm after it. */
  private launchOn(
    first: 'best' | 'wasm' | 'cpu',
    { runId, code, start }: Omit<Launched, 'worker'>,
  ): void {
    this.end();
    const data: RuntimeHostData = {
      runtime: path.join(this.dist, RUNTIME),
      bundle: code,
      ...(first === 'best' && { tfjsNodeFrom: this.model }),
    };
    const worker = new Worker(path.join(this.dist, THREAD), {
      workerData: data,
      // What this process preloads or inspects is no business of the training.
      execArgv: [],
      // Printed by the run's listener; the thread itself prints nothing.
      stdout: true,
      stderr: true,
    });
    const launched = { runId, code, start, worker };
    this.launched = launched;
    const current = (): boolean => this.launched === launched;
    worker.on('message', (message: unknown) => {
      if (current()) this.receive(launched, message);
    });
    worker.on('error', (error: unknown) => {
      if (current()) this.fail(runId, `The training thread failed: ${messageOf(error)}`);
    });
    worker.on('exit', (exitCode) => {
      if (current()) this.fail(runId, `The training thread ended by itself (code ${exitCode}).`);
    });
    // There is no WebGL to choose, so that nothing has to be measured.
    const backend = first === 'cpu' ? 'cpu' : 'wasm';
    this.toWorker({ ...start, options: { ...start.options, backend } });
  }

  private end(): void {
    const { launched } = this;
    this.launched = undefined;
    launched?.worker.terminate().catch((error: unknown) => this.onTrouble(messageOf(error)));
  }

  private fail(runId: string, message: string): void {
    this.end();
    this.listeners.get(runId)?.workerError(message);
  }

  private toWorker(message: PageToWorker): void {
    const result = message.type === 'response' && message.ok ? message.result : undefined;
    const binary = message.type === 'wasm' ? message.binary : undefined;
    const moved = [result, binary].filter((value) => value instanceof ArrayBuffer);
    this.launched?.worker.postMessage(message, moved);
  }

  private receive(launched: Launched, value: unknown): void {
    if (typeOf(value) === 'needWasm') {
      void this.sendWasm(launched);
      return;
    }
    const message = parseFromRuntime(value, (reason) => this.onTrouble(reason.message));
    if (!message || this.goesOnElsewhere(launched, message)) return;
    this.listeners.get(launched.runId)?.message(message);
  }

  /** An empty binary tells the runtime that there is none, so that it trains on cpu. */
  private async sendWasm(launched: Launched): Promise<void> {
    const binary = await readFile(path.join(this.dist, WASM)).then(
      // A copy of its own: small files share one buffer of Node's pool.
      (bytes) => new Uint8Array(bytes).buffer,
      (error: unknown) => {
        this.onTrouble(`The wasm backend could not be read: ${messageOf(error)}`);
        return new ArrayBuffer(0);
      },
    );
    if (this.launched === launched) this.toWorker({ type: 'wasm', binary });
  }

  /** A model that a backend of our choice cannot compute trains again on the next one. */
  private goesOnElsewhere(launched: Launched, message: FromRuntime): boolean {
    if (message.type !== 'failed' || launched.start.options.backend !== 'auto') return false;
    const next = nextBackend(message);
    if (!next) return false;
    this.listeners.get(launched.runId)?.message({
      type: 'notice',
      notice: { code: 'backend-fallback', message: next.text },
    });
    this.launchOn(next.backend, launched);
    return true;
  }
}

/** Where a run that failed may succeed. */
function nextBackend({
  error,
  steps,
}: Extract<FromRuntime, { type: 'failed' }>):
  { text: string; backend: 'wasm' | 'cpu' } | undefined {
  if (error.code === NEEDS_CPU) {
    const text = 'The model needs an operation that wasm lacks; it trains again, on cpu.';
    return { text, backend: 'cpu' };
  }
  const kernel = LACKS_KERNEL.exec(error.message)?.[1];
  if (kernel === undefined || steps > 0) return undefined;
  const text = `tfjs-node lacks an operation that the model needs (${kernel}); it trains again, on wasm.`;
  return { text, backend: 'wasm' };
}
