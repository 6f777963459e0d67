// Runs user modules in the real training worker: the real runtime, bundled as in the product, in a
// page of a real Chromium under the panel's policy.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import type { StartOptions, ToRuntime } from '../../../src/shared/protocol/runtime';
import { launchChromium, serve, type Resource } from '../harness';
import { buildRuntime, bundlePlain, bundleUser, ROOT, type PlainSetup } from './bundles';
import { RuntimeRun, type Arrived } from './runtimeRun';

export type { RuntimeRun } from './runtimeRun';

const CSP =
  "default-src 'none'; script-src 'nonce-x' 'wasm-unsafe-eval'; worker-src blob:; connect-src blob:";

/** The panel's part: starts the worker from a blob and relays, bytes as base64. */
const PAGE_SCRIPT = `
const toBytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
const toText = (buffer) => {
  const bytes = new Uint8Array(buffer);
  let text = '';
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return btoa(text);
};
const workers = new Map();
window.launch = (id, code, wasm) => {
  const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  const worker = new Worker(url, { type: 'module' });
  workers.set(id, worker);
  worker.onmessage = ({ data }) => {
    if (data.type === 'needWasm') {
      if (wasm) { const binary = toBytes(wasm); worker.postMessage({ type: 'wasm', binary }, [binary]); }
      return;
    }
    // As a page that could not look: the worker does itself.
    if (data.type === 'needWebglReport') { worker.postMessage({ type: 'webglReport' }); return; }
    if (data.type === 'steps') data = { ...data, batch: toText(data.batch) };
    if (data.result instanceof ArrayBuffer) data = { ...data, result: toText(data.result) };
    if (data.checkpoint) data = { ...data, checkpoint: toText(data.checkpoint) };
    if (data.type === 'checkpoint') data = { ...data, bytes: toText(data.bytes) };
    window.fromRuntime(id, data);
  };
  worker.onerror = (event) => window.fromRuntime(id, { type: 'workerError', message: event.message });
};
window.toRuntime = (id, message) => {
  if (message.type === 'response' && message.ok && message.base64) {
    const { base64, ...rest } = message;
    message = { ...rest, result: toBytes(base64) };
  } else if (message.type === 'start' && message.base64) {
    const { base64, ...rest } = message;
    message = { ...rest, checkpoint: toBytes(base64) };
  }
  workers.get(id)?.postMessage(message);
};
window.terminate = (id) => { workers.get(id)?.terminate(); workers.delete(id); };
document.title = 'ready';
`;

/** A browser page that can run many workers. */
export class RuntimeBench {
  private readonly runs = new Map<string, RuntimeRun>();
  private nextRun = 1;

  private constructor(
    private readonly browser: Browser,
    private readonly page: Page,
    private readonly runtime: string,
    private readonly wasm: string,
    private readonly resources: Map<string, Resource>,
    private readonly server: { origin: string; close(): Promise<void> },
  ) {}

  static async open(): Promise<RuntimeBench> {
    const resources = new Map<string, Resource>([
      [
        '/',
        {
          type: 'text/html',
          headers: { 'content-security-policy': CSP },
          body: `<!doctype html><title>bench</title><script nonce="x">${PAGE_SCRIPT}</script>`,
        },
      ],
    ]);
    const server = await serve(resources);
    const browser = await launchChromium();
    const page = await browser.newPage();
    const require = createRequire(__filename);
    const wasmFolder = path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
    const wasm = await readFile(
      path.join(wasmFolder, 'dist/tfjs-backend-wasm-simd.wasm'),
      'base64',
    );
    const runtime = await buildRuntime();
    const bench = new RuntimeBench(browser, page, runtime, wasm, resources, server);
    await page.exposeFunction('fromRuntime', (id: string, message: Arrived) => {
      bench.runs.get(id)?.arrive(message);
    });
    await page.goto(server.origin);
    return bench;
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.close();
  }

  /** Bundles `source` as if it were a file in `folder` and starts it. */
  async start(source: string, setup: RunSetup = {}): Promise<RuntimeRun> {
    const id = `run-${this.nextRun++}`;
    const folder = setup.folder ?? ROOT;
    const bundle = await bundleUser(source, folder, setup.file ?? 'model.js');
    // N: the declaring line, then the runtime's own lines.
    const lines = this.runtime.split('\n').length + 1;
    const code = `self.__gradientLensBundleLine = ${lines};\n${this.runtime}\n${bundle}`;
    const send = async (message: ToRuntime & { base64?: string }): Promise<void> => {
      await this.page.evaluate(
        ([run, data]) => (globalThis as unknown as PageFunctions).toRuntime(run, data),
        [id, message] as const,
      );
    };
    const end = (): Promise<void> =>
      this.page.evaluate((run) => (globalThis as unknown as PageFunctions).terminate(run), id);
    const options: StartOptions = {
      runId: id,
      kind: 'program',
      seed: 1,
      backend: 'cpu',
      paused: false,
      sampling: { everySteps: 1, activationEverySteps: 1 },
      epsilon: 'keras',
      fusedUpdates: 'auto',
      probe: 'auto',
      hyperparameters: {},
      ...setup.options,
    };
    const run = new RuntimeRun(send, end, folder, bundle);
    this.runs.set(id, run);
    await this.page.evaluate(
      ([name, text, wasm]) => (globalThis as unknown as PageFunctions).launch(name, text, wasm),
      [id, code, setup.withoutWasm ? '' : this.wasm] as const,
    );
    await run.next('hello');
    const { checkpoint: base64 } = setup;
    await send({ type: 'start', options, ...(base64 !== undefined && { base64 }) });
    return run;
  }

  /**
   * Runs `source` in a page of its own with plain tfjs, untapped, and gives what it sets as
   * `globalThis.result`.
   */
  async plain<T>(source: string, setup: PlainSetup): Promise<T> {
    const name = `/plain-${this.nextRun++}`;
    const code = await bundlePlain(source, setup);
    this.resources.set(`${name}.js`, { type: 'text/javascript', body: code });
    this.resources.set(name, {
      type: 'text/html',
      body: `<!doctype html><script type="module" src="${name}.js"></script>`,
    });
    this.resources.set('/tfjs-backend-wasm-simd.wasm', {
      type: 'application/wasm',
      body: Buffer.from(this.wasm, 'base64'),
    });
    const page = await this.browser.newPage();
    try {
      const failed = new Promise<never>((_, reject) => page.once('pageerror', reject));
      await page.goto(`${this.server.origin}${name}`);
      await Promise.race([page.waitForFunction('globalThis.result !== undefined'), failed]);
      return await page.evaluate('globalThis.result');
    } finally {
      await page.close();
    }
  }

  /** Starts and waits for the end. */
  async finish(source: string, setup: RunSetup = {}): Promise<RuntimeRun> {
    const run = await this.start(source, setup);
    await run.ended();
    await run.terminate();
    return run;
  }
}

interface PageFunctions {
  launch(id: string, code: string, wasm: string): void;
  toRuntime(id: string, message: unknown): void;
  terminate(id: string): void;
}

export interface RunSetup {
  options?: Partial<StartOptions>;
  /** Folder of the model file; reads are relative to it. Default: the repository. */
  folder?: string;
  file?: string;
  /** State to go on from, as base64. */
  checkpoint?: string;
  /** The page does not answer `needWasm`. */
  withoutWasm?: boolean;
}
