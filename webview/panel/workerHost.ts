// Owns the training worker. Workers of a webview start only from blobs, and cannot fetch the page's
// resources, so the script is put together here and the wasm binary is fetched here. The page relays
// messages without reading them: the host validates whatever comes out of the worker, where the
// user's code runs.
import type { FromPanel } from '../../src/shared/protocol/panel';
import type { PageToWorker, ToRuntime, WorkerToPage } from '../../src/shared/protocol/runtime';
import { fetchResource, textOf } from './resources';
import { WorkerScript } from './workerScript';
import { WebglProbe } from './webglProbe';

export interface WorkerHostOptions {
  /** Address of dist/runtime.js, as the document may fetch it. */
  runtimeUri: string | undefined;
  /** Script of the WebGL probe. */
  probe: string;
  /** Address of the wasm backend's binary. */
  wasmUri: string | undefined;
  post(message: FromPanel, transfer?: readonly ArrayBuffer[]): void;
}

type Start = Extract<ToRuntime, { type: 'start' }>;

/** ArrayBuffers directly in a message or in its result, to be moved instead of copied. */
export function transferables(message: object): ArrayBuffer[] {
  const buffers = Object.values(message).flatMap((value: unknown) => {
    if (value instanceof ArrayBuffer) return [value];
    if (ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer) return [value.buffer];
    return [];
  });
  return [...new Set(buffers)];
}

function isMessage(value: unknown): value is WorkerToPage {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { type?: unknown }).type === 'string'
  );
}

/** One worker at a time; launching another, or ending this one, silences it at once. */
export class WorkerHost {
  private worker: Worker | undefined;
  private runId: string | undefined;
  /** Messages to the worker while its script is on its way; undefined when there is a worker. */
  private waiting: PageToWorker[] | undefined;
  /** The wasm backend's binary, under way while the worker reads its script. */
  private wasm: Promise<ArrayBuffer> | undefined;
  private probe: WebglProbe | undefined;
  private readonly script: WorkerScript;

  constructor(private readonly options: WorkerHostOptions) {
    this.script = new WorkerScript(options.runtimeUri);
  }

  /** Starts the worker of a run; `bundle` is the user's code, `start` the worker's first message. */
  launch(runId: string, bundle: string, start: Start): void {
    this.end();
    this.runId = runId;
    const waiting: PageToWorker[] = [start];
    this.waiting = waiting;
    if (WebglProbe.serves(start.options)) this.probe = new WebglProbe(this.options.probe);
    this.wasm = this.fetchWasm();
    // Whoever needs it meets the failure again.
    this.wasm.catch(() => undefined);
    this.script.with(bundle).then(
      (script) => {
        if (this.waiting === waiting) this.begin(runId, script, waiting);
      },
      (error: unknown) => {
        if (this.waiting !== waiting) return;
        this.fail(
          runId,
          `The training worker's script could not be loaded: ${textOf(error)}. Restart the run; if it happens again, reload the window.`,
        );
      },
    );
  }

  private begin(runId: string, script: Blob, waiting: readonly PageToWorker[]): void {
    const url = URL.createObjectURL(script);
    let worker: Worker;
    try {
      worker = new Worker(url, { type: 'module', name: `Gradient Lens: ${runId}` });
    } catch (error) {
      URL.revokeObjectURL(url);
      this.fail(runId, `The training worker could not be started: ${textOf(error)}`);
      return;
    }
    this.worker = worker;
    this.waiting = undefined;
    this.listen(runId, worker, () => URL.revokeObjectURL(url));
    for (const message of waiting) this.toWorker(message);
  }

  /** @param loaded Called once, when the script has been read. */
  private listen(runId: string, worker: Worker, loaded: () => void): void {
    let isLoaded = false;
    const release = (): void => {
      if (!isLoaded) loaded();
      isLoaded = true;
    };
    worker.addEventListener('message', (event: MessageEvent<unknown>) => {
      release();
      if (this.worker === worker) this.relay(runId, worker, event.data);
    });
    worker.addEventListener('error', (event) => {
      release();
      event.preventDefault();
      if (this.worker !== worker) return;
      const place = event.lineno > 0 ? ` (line ${event.lineno} of the worker's script)` : '';
      this.fail(
        runId,
        event.message === ''
          ? 'The training worker could not load its script. Restart the run; if it happens again, reload the window.'
          : `The training worker failed: ${event.message}${place}`,
      );
    });
    worker.addEventListener('messageerror', () => {
      if (this.worker !== worker) return;
      this.fail(runId, 'A message of the training worker could not be read. Restart the run.');
    });
  }

  /** Passes a message of the host on, where its run is still the one at work. */
  send(runId: string, message: ToRuntime): void {
    if (runId === this.runId) this.toWorker(message);
  }

  /** Ends the worker of `runId`, or whichever there is. */
  end(runId?: string): void {
    if (runId !== undefined && runId !== this.runId) return;
    this.worker?.terminate();
    this.probe?.end();
    this.worker = undefined;
    this.waiting = undefined;
    this.runId = undefined;
    this.wasm = undefined;
    this.probe = undefined;
  }

  private toWorker(message: PageToWorker): void {
    if (this.waiting) {
      this.waiting.push(message);
      return;
    }
    const carrier =
      message.type === 'response' && message.ok ? { result: message.result } : message;
    this.worker?.postMessage(message, transferables(carrier));
  }

  private relay(runId: string, worker: Worker, message: unknown): void {
    // The user's code shares the worker's scope: what is no message at all is not worth an error.
    if (!isMessage(message)) return;
    if (message.type === 'needWasm') {
      void this.sendWasm(runId, worker);
      return;
    }
    if (message.type === 'needWebglReport') {
      void this.sendReport(worker);
      return;
    }
    this.options.post({ type: 'fromRuntime', runId, message }, transferables(message));
  }

  private async fetchWasm(): Promise<ArrayBuffer> {
    return (await fetchResource(this.options.wasmUri)).arrayBuffer();
  }

  private async sendReport(worker: Worker): Promise<void> {
    const report = await this.probe?.report;
    if (this.worker !== worker) return;
    this.toWorker({ type: 'webglReport', ...(report && { report }) });
  }

  private async sendWasm(runId: string, worker: Worker): Promise<void> {
    try {
      const fetched = this.wasm ?? this.fetchWasm();
      // It is moved to the worker: asked again, it is fetched again.
      this.wasm = undefined;
      const binary = await fetched;
      if (this.worker === worker) this.toWorker({ type: 'wasm', binary });
    } catch (error) {
      if (this.worker !== worker) return;
      // An empty binary tells the runtime that there is none, so that it goes on without wasm.
      this.toWorker({ type: 'wasm', binary: new ArrayBuffer(0) });
      this.options.post({
        type: 'pageError',
        message: `The wasm backend of run ${runId} could not be fetched: ${textOf(error)}.`,
      });
    }
  }

  private fail(runId: string, message: string): void {
    this.end(runId);
    this.options.post({ type: 'workerError', runId, message });
  }
}
