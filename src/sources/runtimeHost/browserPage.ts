// Trains in headless Chromium: to a WebviewSource it is a page like the editor's panel, with the same
// worker, runtime and policy, and WebGL where the machine has it.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, BrowserContext, BrowserType, Page, Route } from 'playwright-core';
import { messageOf } from '../../model/modelError';
import { parseFromPanel } from '../../shared/protocol/guards';
import type { ToRuntime } from '../../shared/protocol/runtime';
import type { PageListener, TrainingPage, WorkerStart } from '../webview/trainingPage';

/** The page's address; nothing but the files below is ever fetched. */
const ORIGIN = 'https://gradient-lens.invalid';
const NONCE = 'page';
/** As the panel's; the worker inherits it, so that the program has no network. */
const POLICY = [
  "default-src 'none'",
  `script-src 'nonce-${NONCE}' 'wasm-unsafe-eval'`,
  'worker-src blob:',
  "connect-src 'self' blob:",
].join('; ');
const HTML = `<!doctype html><script nonce="${NONCE}" src="/headless.js"></script>`;

/** Files of the folder `dist`, by address. */
const FILES: Record<string, { file: string; type: string }> = {
  '/headless.js': { file: 'headless.js', type: 'text/javascript' },
  '/runtime.js': { file: 'runtime.js', type: 'text/javascript' },
  '/backend.wasm': { file: 'tfjs-backend-wasm-simd.wasm', type: 'application/wasm' },
};

/** Hardware where there is some, else WebGL computed in software; and no calls home. */
const FLAGS = [
  '--ignore-gpu-blocklist',
  '--enable-gpu',
  '--enable-unsafe-swiftshader',
  '--disable-background-networking',
  '--no-first-run',
  '--disable-component-update',
  '--disable-sync',
];

/** The part of playwright-core that is used. */
export interface Playwright {
  chromium: Pick<BrowserType, 'launch'>;
}

/** What the page publishes, see webview/panel/headless.ts. */
interface PageGlobals {
  gradientLens: {
    launch(runId: string, code: string, start: WorkerStart): void;
    send(runId: string, message: ToRuntime): void;
    end(runId: string): void;
  };
}

/** Whole buffers do not pass into the page; views do, and the page takes them back. */
function withViews<T extends object>(message: T): T {
  const entries = Object.entries(message).map(([key, value]: [string, unknown]) => [
    key,
    value instanceof ArrayBuffer ? new Uint8Array(value) : value,
  ]);
  return Object.fromEntries(entries) as T;
}

export interface BrowserPageOptions {
  playwright: Playwright;
  /** Path of the browser. */
  executable: string;
  /** Folder of the built files. */
  dist: string;
  onTrouble(message: string): void;
}

/** A page of a browser of its own. */
export class BrowserPage implements TrainingPage {
  readonly loading = 'Starting the browser';
  private readonly listeners = new Map<string, PageListener>();
  private opening: Promise<{ browser: Browser; page: Page }> | undefined;
  /** Calls into the page, one after the other. */
  private calls: Promise<unknown> = Promise.resolve();
  private isClosed = false;

  constructor(private readonly options: BrowserPageOptions) {}

  async ready(): Promise<void> {
    await this.open();
  }

  attach(runId: string, listener: PageListener): () => void {
    this.listeners.set(runId, listener);
    return () => this.listeners.delete(runId);
  }

  launch(runId: string, code: string, start: WorkerStart): void {
    this.call((page) =>
      page.evaluate(
        ([id, text, first]) =>
          (globalThis as unknown as PageGlobals).gradientLens.launch(id, text, first),
        [runId, code, withViews(start)] as const,
      ),
    );
  }

  send(runId: string, message: ToRuntime): void {
    this.call((page) =>
      page.evaluate(
        ([id, data]) => (globalThis as unknown as PageGlobals).gradientLens.send(id, data),
        [runId, withViews(message)] as const,
      ),
    );
  }

  terminate(runId: string): void {
    this.call((page) =>
      page.evaluate((id) => (globalThis as unknown as PageGlobals).gradientLens.end(id), runId),
    );
  }

  /** Ends the browser. */
  async close(): Promise<void> {
    this.isClosed = true;
    const opened = await this.opening?.catch(() => undefined);
    await opened?.browser.close();
  }

  private open(): Promise<{ browser: Browser; page: Page }> {
    return (this.opening ??= this.begin());
  }

  private async begin(): Promise<{ browser: Browser; page: Page }> {
    const { playwright, executable } = this.options;
    const browser = await playwright.chromium.launch({
      executablePath: executable,
      headless: true,
      args: FLAGS,
      // Ctrl-C is the command line's to answer: the run ends first.
      handleSIGINT: false,
    });
    try {
      const context = await browser.newContext();
      await this.serve(context);
      const page = await context.newPage();
      browser.on('disconnected', () => this.lose('The browser ended.'));
      page.on('crash', () => this.lose('The page crashed, probably for want of memory.'));
      page.on('pageerror', (error) => this.options.onTrouble(error.message));
      await page.exposeFunction('gradientLensReceive', (value: unknown) => this.receive(value));
      await page.goto(`${ORIGIN}/`, { waitUntil: 'load' });
      return { browser, page };
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  private async serve(context: BrowserContext): Promise<void> {
    await context.route('**/*', async (route: Route) => {
      const { origin, pathname } = new URL(route.request().url());
      const known = origin === ORIGIN ? FILES[pathname] : undefined;
      if (known) {
        const body = await readFile(path.join(this.options.dist, known.file));
        await route.fulfill({ body, contentType: known.type });
      } else if (origin === ORIGIN && pathname === '/') {
        const headers = { 'content-security-policy': POLICY };
        await route.fulfill({ body: HTML, contentType: 'text/html', headers });
      } else {
        await route.abort();
      }
    });
  }

  private call(action: (page: Page) => Promise<unknown>): void {
    this.calls = this.calls
      .then(async () => {
        const { page } = await this.open();
        await action(page);
      })
      .catch((error: unknown) => {
        if (!this.isClosed) this.options.onTrouble(messageOf(error));
      });
  }

  private receive(value: unknown): void {
    const message = parseFromPanel(value, (reason) => this.options.onTrouble(reason.message));
    if (message?.type === 'fromRuntime') {
      this.listeners.get(message.runId)?.message(message.message);
    } else if (message?.type === 'workerError') {
      this.listeners.get(message.runId)?.workerError(message.message);
    } else if (message?.type === 'pageError') {
      this.options.onTrouble(message.message);
    }
  }

  private lose(message: string): void {
    if (this.isClosed) return;
    for (const listener of [...this.listeners.values()]) listener.workerError(message);
  }
}
