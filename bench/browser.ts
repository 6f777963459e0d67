// The browser of the bench, and contestants in it. WebGL is computed in software unless a GPU is
// asked for.
import path from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { ensureChromium } from '../scripts/lib/chromium.mjs';
import { launchBrowser } from '../scripts/lib/browser.mjs';
import { bundle, openPage, type HarnessPage } from '../test/webview/harness/index';
import type { Block, ContestantOptions, Exactness, StartedBackend } from './contestant';

/** Chromium's ways to a GPU, the likeliest first. */
const DEVICE_FLAGS = [['--use-angle=vulkan', '--enable-features=Vulkan'], ['--use-angle=gl-egl']];
const COMMON_FLAGS = ['--no-sandbox', '--ignore-gpu-blocklist', '--enable-gpu', '--no-first-run'];
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** No GPU computes WebGL here. */
export class NoDeviceError extends Error {
  override readonly name = 'NoDeviceError';
}

let script: Promise<string> | undefined;

/** The contestants' worker, bundled as the runtime is. */
function workerScript(): Promise<string> {
  script ??= bundle(path.join(import.meta.dirname, 'worker/main.ts'), {
    sourcemap: false,
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return script;
}

/** One contestant in its own worker. */
export interface RunningContestant {
  options: ContestantOptions;
  /** Undefined for a session, which starts its own in the first block. */
  backend: StartedBackend | undefined;
  block(steps: number): Promise<Block>;
  exactness(steps: number): Promise<Exactness>;
  adversarial(): Promise<Exactness>;
  end(): Promise<void>;
}

/** A page in which contestants run, one at a time. */
export class Arena {
  readonly #page: HarnessPage;

  private constructor(page: HarnessPage) {
    this.#page = page;
  }

  static async open(browser: Browser): Promise<Arena> {
    const worker = { body: await workerScript(), type: 'text/javascript' };
    const entry = path.join(import.meta.dirname, 'page/main.ts');
    return new Arena(await openPage(entry, { resources: { '/worker.js': worker } }, browser));
  }

  /** Starts a worker and its backend; the model is built in the first block. */
  async start(options: ContestantOptions): Promise<RunningContestant> {
    const id = await this.#page.call<number>('create');
    const call = <T>(method: string, ...args: unknown[]): Promise<T> =>
      this.#page.call<T>('call', id, method, ...args);
    return {
      options,
      backend: await call<StartedBackend | undefined>('start', options),
      block: (steps) => call('block', steps),
      exactness: (steps) => call('exactness', steps),
      adversarial: () => call('adversarial'),
      end: () => this.#page.call('end', id),
    };
  }

  async close(): Promise<void> {
    await this.#page.close();
  }
}

/** A fresh browser: nothing is compiled in it yet. The caller closes it. */
export async function launch(device: boolean): Promise<Browser> {
  return device ? launchOnDevice() : launchBrowser();
}

async function launchOnDevice(): Promise<Browser> {
  const executablePath = await ensureChromium();
  const found: string[] = [];
  for (const flags of DEVICE_FLAGS) {
    const args = [...COMMON_FLAGS, ...flags];
    const browser = await chromium.launch({ executablePath, headless: true, args });
    const renderer = await rendererOf(browser).catch(() => 'no WebGL');
    if (renderer !== 'no WebGL' && !SOFTWARE.test(renderer)) return browser;
    found.push(`${flags[0] ?? ''}: ${renderer}`);
    await browser.close();
  }
  throw new NoDeviceError(
    `No GPU computes WebGL in this Chromium (${found.join('; ')}). Run without --device, or install the GPU's driver.`,
  );
}

async function rendererOf(browser: Browser): Promise<string> {
  const page = await browser.newPage();
  try {
    return await page.evaluate(() => {
      const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
      if (!gl) return 'no WebGL';
      const info = gl.getExtension('WEBGL_debug_renderer_info');
      return String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
    });
  } finally {
    await page.close();
  }
}
