// Runs user modules in the real training worker: the real runtime, bundled as in the product, in a
// page of a real Chromium under the panel's policy. This file plays the host: it bundles the module
// and answers reads of files, from the real file system.
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { createRequire } from 'node:module';
import { build, type Plugin } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { decodeStepRecords } from '../../../src/shared/protocol/codec';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import type {
  FromRuntime,
  HostMethod,
  RawError,
  RawLayer,
  StartOptions,
  ToRuntime,
} from '../../../src/shared/protocol/runtime';
import { launchChromium, serve, type Resource } from '../harness';

const ROOT = path.resolve(__dirname, '../../..');
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
    if (data.type === 'steps') data = { ...data, batch: toText(data.batch) };
    window.fromRuntime(id, data);
  };
  worker.onerror = (event) => window.fromRuntime(id, { type: 'workerError', message: event.message });
};
window.toRuntime = (id, message) => {
  if (message.type === 'response' && message.ok && message.base64) {
    const { base64, ...rest } = message;
    message = { ...rest, result: toBytes(base64) };
  }
  workers.get(id)?.postMessage(message);
};
window.terminate = (id) => { workers.get(id)?.terminate(); workers.delete(id); };
document.title = 'ready';
`;

type Arrived = FromRuntime | { type: 'workerError'; message: string };
type Of<T extends Arrived['type']> = Extract<Arrived, { type: T }>;

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
    await send({ type: 'start', options });
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
      return (await page.evaluate('globalThis.result')) as T;
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

interface PlainSetup {
  backend: 'cpu' | 'wasm' | 'webgl';
  seed: number;
  /** As tfjs ships it, where it is wrong; else 1e-7. */
  epsilon?: 'as-shipped';
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
  /** The page does not answer `needWasm`. */
  withoutWasm?: boolean;
}

/** One worker as the host sees it. */
export class RuntimeRun {
  readonly messages: Arrived[] = [];
  readonly records: StepRecord[] = [];
  /** `Date.now()` of each arrival, in step with `messages`. */
  readonly times: number[] = [];
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly post: (message: ToRuntime & { base64?: string }) => Promise<void>,
    readonly terminate: () => Promise<void>,
    private readonly folder: string,
    /** The user's bundle, for looking up frames. */
    readonly bundle: string,
  ) {}

  arrive(message: Arrived): void {
    if (message.type === 'steps') {
      const bytes = Buffer.from(message.batch as unknown as string, 'base64');
      this.records.push(...decodeStepRecords(new Uint8Array(bytes).buffer));
    } else if (message.type === 'request') {
      void this.answer(message);
    }
    this.messages.push(message);
    this.times.push(Date.now());
    for (const listener of this.listeners) listener();
  }

  send(message: ToRuntime): Promise<void> {
    return this.post(message);
  }

  all<T extends Arrived['type']>(type: T): Of<T>[] {
    return this.messages.filter((message): message is Of<T> => message.type === type);
  }

  /** The first message of `type` that is there, or comes, from index `from` on. */
  async next<T extends Arrived['type']>(type: T, from = 0, timeout = 60_000): Promise<Of<T>> {
    return this.until(
      () => this.messages.slice(from).find((message): message is Of<T> => message.type === type),
      timeout,
      `a message "${type}"`,
    );
  }

  /** Waits until `look` finds something. */
  until<R>(look: () => R | undefined, timeout = 60_000, what = 'a condition'): Promise<R> {
    return new Promise((resolve, reject) => {
      const done = (settle: () => void): void => {
        clearTimeout(timer);
        this.listeners.delete(check);
        settle();
      };
      const check = (): void => {
        const found = look();
        if (found !== undefined) done(() => resolve(found));
      };
      const timer = setTimeout(() => {
        const last = JSON.stringify(this.messages.slice(-4)).slice(0, 2000);
        done(() => reject(new Error(`Waited in vain for ${what}. Last messages: ${last}`)));
      }, timeout);
      this.listeners.add(check);
      check();
    });
  }

  ended(timeout = 60_000): Promise<Of<'finished'> | Of<'failed'> | Of<'workerError'>> {
    return this.until(
      () =>
        this.messages.find(
          (message): message is Of<'finished'> | Of<'failed'> | Of<'workerError'> =>
            message.type === 'finished' ||
            message.type === 'failed' ||
            message.type === 'workerError',
        ),
      timeout,
      'the end',
    );
  }

  get error(): RawError | undefined {
    return this.all('failed')[0]?.error;
  }

  get layers(): RawLayer[] {
    return this.all('layers').at(-1)?.layers ?? [];
  }

  get losses(): (number | undefined)[] {
    return this.records.map(({ loss }) => loss);
  }

  /** The text of the bundle's line at the innermost of `frames`. */
  lineOf(frames: readonly { line: number }[]): string {
    const line = frames[0]?.line;
    return line === undefined ? '' : (this.bundle.split('\n')[line - 1] ?? '');
  }

  private async answer(message: Of<'request'>): Promise<void> {
    const { id } = message;
    try {
      await this.post({
        type: 'response',
        id,
        ok: true,
        result: null,
        ...(await this.read(message)),
      });
    } catch {
      const { path: name } = message.params;
      const text = `${name} was not found next to the model or in the workspace.`;
      const error = { code: 'missing-file', message: text };
      await this.post({ type: 'response', id, ok: false, error });
    }
  }

  private async read({
    method,
    params,
  }: Of<'request'>): Promise<{ result?: unknown; base64?: string }> {
    const file = path.join(this.folder, params.path);
    switch (method satisfies HostMethod) {
      case 'readFile': {
        const { start = 0, end } = params as { start?: number; end?: number };
        return { base64: (await readFile(file)).subarray(start, end).toString('base64') };
      }
      case 'stat': {
        const info = await stat(file);
        return { result: { size: info.size, isDirectory: info.isDirectory() } };
      }
      case 'list': {
        const entries = await readdir(file, { withFileTypes: true });
        const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
        return { result: names.sort() };
      }
    }
  }
}

/** The runtime, built as esbuild.mjs builds dist/runtime.js. */
async function buildRuntime(): Promise<string> {
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints: ['webview/runtime/worker.ts'],
    bundle: true,
    minify: true,
    write: false,
    platform: 'browser',
    mainFields: ['module', 'main'],
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return result.outputFiles[0]!.text;
}

const virtualModules: Plugin = {
  name: 'virtual-modules',
  setup(b) {
    b.onResolve({ filter: /^(@tensorflow\/tfjs.*|gradient-lens)$/ }, ({ path: name }) => ({
      path: name,
      namespace: 'gradient-lens',
    }));
    b.onLoad({ filter: /.*/, namespace: 'gradient-lens' }, ({ path: name }) => ({
      contents: `module.exports = globalThis.__gradientLens.${name === 'gradient-lens' ? 'module' : 'tf'};`,
      loader: 'js',
    }));
  },
};

/** The module `user:model`: `source` as if it were a file. */
function userModel(source: string, folder: string, file: string): Plugin {
  return {
    name: 'model',
    setup(b) {
      b.onResolve({ filter: /^user:model$/ }, () => ({
        path: path.join(folder, file),
        namespace: 'user',
      }));
      b.onLoad({ filter: /.*/, namespace: 'user' }, () => ({
        contents: source,
        loader: file.endsWith('.ts') ? 'ts' : 'js',
        resolveDir: folder,
      }));
    },
  };
}

/** The user's module bundled from the stub entry, as the host does it. */
async function bundleUser(source: string, folder: string, file: string): Promise<string> {
  const result = await build({
    stdin: {
      contents: `globalThis.__gradientLens.program(() => import('user:model'));`,
      resolveDir: folder,
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    keepNames: true,
    logLevel: 'error',
    plugins: [userModel(source, folder, file), virtualModules],
  });
  return result.outputFiles[0]!.text;
}

/** The same module with the real tfjs, after the backend has started and the seed is set. */
async function bundlePlain(
  source: string,
  { backend, seed, epsilon }: PlainSetup,
): Promise<string> {
  const prelude = `
    import * as tf from '@tensorflow/tfjs';
    import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
    import { completeWasmKernels } from './webview/runtime/backends/wasmKernels';
    import { seededRandom } from './src/shared/core/random';
    setWasmPaths('/');
    tf.env().set('SOFTWARE_WEBGL_ENABLED', true);
    await tf.setBackend('${backend}');
    if ('${backend}' === 'wasm') completeWasmKernels();
    if ('${epsilon ?? ''}' === '') tf.backend().epsilon = () => 1e-7;
    Math.random = seededRandom(${seed});
    await import('user:model');
  `;
  const result = await build({
    stdin: { contents: prelude, resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    mainFields: ['module', 'main'],
    target: 'es2022',
    keepNames: true,
    logLevel: 'error',
    plugins: [userModel(source, ROOT, 'model.js')],
  });
  return result.outputFiles[0]!.text;
}
