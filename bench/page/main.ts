// The bench's page: keeps the workers of the contestants, passes calls to them, and gives them the
// wasm binary when they ask for it.
import { expose } from '../../test/webview/harness/page';

interface Answer {
  answer: number;
  result?: unknown;
  error?: string;
}

const WASM = '/tfjs-backend-wasm-simd.wasm';

class WorkerClient {
  readonly #worker = new Worker('/worker.js');
  readonly #waiting = new Map<
    number,
    { resolve: (result: unknown) => void; reject: (error: Error) => void }
  >();
  #calls = 0;

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<Answer | { type: string }>) => {
      if ('answer' in data) this.#settle(data);
      else if (data.type === 'needWasm') void this.#sendWasm();
      // Everything else is what the runtime tells its host: records, plans, progress.
    };
    this.#worker.onerror = ({ message }) => this.#rejectAll(message);
  }

  call(method: string, args: unknown[]): Promise<unknown> {
    const call = ++this.#calls;
    return new Promise((resolve, reject) => {
      this.#waiting.set(call, { resolve, reject });
      this.#worker.postMessage({ call, method, args });
    });
  }

  end(): void {
    this.#worker.terminate();
    this.#rejectAll('The worker was ended.');
  }

  #settle({ answer, result, error }: Answer): void {
    const waiting = this.#waiting.get(answer);
    this.#waiting.delete(answer);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new Error(error));
  }

  #rejectAll(message: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(message));
    this.#waiting.clear();
  }

  async #sendWasm(): Promise<void> {
    const binary = await (await fetch(WASM)).arrayBuffer();
    this.#worker.postMessage({ type: 'wasm', binary }, [binary]);
  }
}

const workers = new Map<number, WorkerClient>();
let created = 0;

/** A new worker; its number is what the other functions take. */
function create(): number {
  workers.set(++created, new WorkerClient());
  return created;
}

function call(id: number, method: string, ...args: unknown[]): Promise<unknown> {
  const worker = workers.get(id);
  if (worker === undefined) throw new Error(`There is no worker ${id}.`);
  return worker.call(method, args);
}

function end(id: number): void {
  workers.get(id)?.end();
  workers.delete(id);
}

expose({ create, call, end });
