// Owns the training worker. Workers of a webview start only from blobs, and cannot fetch the page's
// resources, so the script is put together here from text and the wasm binary is fetched here. The
// page relays messages without reading them: the host validates whatever comes out of the worker,
// where the user's code runs.
import type { FromPanel } from '../../src/shared/protocol/panel';
import type { PageToWorker, ToRuntime, WorkerToPage } from '../../src/shared/protocol/runtime';

export interface WorkerHostOptions {
  /** Text of dist/runtime.js. */
  runtime: string;
  /** Address of the wasm backend's binary, as the document may fetch it. */
  wasmUri: string | undefined;
  post(message: FromPanel, transfer?: readonly ArrayBuffer[]): void;
}

/**
 * The worker's whole script. Its first line tells the runtime on which line of the whole the last
 * line before the user's bundle stands, so that stack frames can be mapped back.
 */
export function workerScript(runtime: string, bundle: string): string {
  const lineBreaks = runtime.split('\n').length - 1;
  // The line of the constant itself, then the runtime's lines.
  const before = 1 + lineBreaks + 1;
  return `self.__gradientLensBundleLine = ${before};\n${runtime}\n${bundle}`;
}

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

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** One worker at a time; launching another, or ending this one, silences it at once. */
export class WorkerHost {
  private worker: Worker | undefined;
  private runId: string | undefined;
  /** The wasm backend's binary, under way while the worker reads its script. */
  private wasm: Promise<ArrayBuffer> | undefined;

  constructor(private readonly options: WorkerHostOptions) {}

  /** Starts the worker of a run; `bundle` is the user's code. */
  launch(runId: string, bundle: string): void {
    this.end();
    const script = workerScript(this.options.runtime, bundle);
    const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
    let worker: Worker;
    try {
      worker = new Worker(url, { type: 'module', name: `Gradient Lens: ${runId}` });
    } catch (error) {
      URL.revokeObjectURL(url);
      this.fail(runId, `The training worker could not be started: ${textOf(error)}`);
      return;
    }
    this.worker = worker;
    this.runId = runId;
    this.wasm = this.fetchWasm();
    // Whoever needs it meets the failure again.
    this.wasm.catch(() => undefined);
    let loaded = false;
    const release = (): void => {
      if (!loaded) URL.revokeObjectURL(url);
      loaded = true;
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
    this.worker = undefined;
    this.runId = undefined;
    this.wasm = undefined;
  }

  private toWorker(message: PageToWorker): void {
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
    this.options.post({ type: 'fromRuntime', runId, message }, transferables(message));
  }

  private async fetchWasm(): Promise<ArrayBuffer> {
    const uri = this.options.wasmUri;
    if (uri === undefined || uri === '') throw new Error('the page was not told its address');
    const response = await fetch(uri);
    if (!response.ok) throw new Error(`the answer was ${response.status} ${response.statusText}`);
    return response.arrayBuffer();
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
