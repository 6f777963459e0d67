// The real built panel page in a real Chromium, under the policy that VS Code gives it, with a stand-in
// for VS Code's side: messages travel as VS Code carries them (JSON, binary apart).
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { FromPanel, ToPanel } from '../../../src/shared/protocol/panel';
import { launchChromium, serve } from '../harness';
import { type TestTheme, DARK, styleOf } from './themes/themes';
import { pack, unpackSource } from './wire';

/** Where the built page is: dist/, or another folder to test a build that is not there. */
const DIST = process.env['GRADIENT_LENS_DIST'] ?? path.resolve(__dirname, '../../../dist');

const CSP = [
  "default-src 'none'",
  "script-src 'nonce-x' 'wasm-unsafe-eval'",
  'worker-src blob:',
  "connect-src 'self' blob:",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
].join('; ');

/**
 * The stand-in: records what the page posts, keeps its state, hands messages to it, and takes the
 * time (milliseconds) of every message handled and of every frame drawn.
 */
const STAND_IN = `
  window.sent = [];
  window.acquireVsCodeApi = () => ({
    postMessage: (message) => void window.sent.push(message),
    getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
    setState: (state) => sessionStorage.setItem('state', JSON.stringify(state)),
  });
  const unpack = ${unpackSource};
  window.handled = [];
  window.frames_ = [];
  const timed = (times, run) => {
    const start = performance.now();
    run();
    times.push(performance.now() - start);
  };
  window.receive = (packed) => {
    const event = new MessageEvent('message', { data: unpack(packed) });
    timed(window.handled, () => window.dispatchEvent(event));
  };
  const nextFrame = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (draw) =>
    nextFrame((time) => timed(window.frames_, () => draw(time)));
`;

export interface PanelPageOptions {
  theme?: TestTheme;
  width?: number;
  height?: number;
  /** Extra classes of the body, e.g. `vscode-reduce-motion`. */
  bodyClass?: string;
  browser?: Browser;
}

async function built(file: string): Promise<Uint8Array> {
  try {
    return await readFile(path.join(DIST, file));
  } catch (cause) {
    throw new Error(`dist/${file} is missing. Run \`npm run build\` before these tests.`, {
      cause,
    });
  }
}

export class PanelPage {
  /** Errors and console errors of the page: policy violations are among them. */
  readonly errors: string[] = [];

  private constructor(
    readonly page: Page,
    readonly close: () => Promise<void>,
  ) {
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text());
    });
  }

  static async open(options: PanelPageOptions = {}): Promise<PanelPage> {
    const theme = options.theme ?? DARK;
    const html = `<!doctype html>
      <html lang="en" style="${styleOf(theme).replaceAll('"', '&quot;')}">
      <head><meta charset="utf-8"><link rel="icon" href="data:,">
      <link rel="stylesheet" href="/panel.css"></head>
      <body class="${theme.className} ${options.bodyClass ?? ''}" data-runtime-uri="/runtime.js" data-wasm-uri="/backend.wasm">
      <div id="root"></div>
      <script nonce="x">${STAND_IN}</script>
      <script nonce="x" src="/panel.js"></script></body></html>`;
    const wasm = await built('tfjs-backend-wasm-simd.wasm');
    // VS Code sets the variables by script, so the attribute in the HTML needs its leave here.
    const csp = CSP.replace("style-src 'self'", "style-src 'self'; style-src-attr 'unsafe-inline'");
    const server = await serve(
      new Map([
        ['/', { body: html, type: 'text/html', headers: { 'content-security-policy': csp } }],
        ['/panel.js', { body: await built('panel.js'), type: 'text/javascript' }],
        ['/runtime.js', { body: await built('runtime.js'), type: 'text/javascript' }],
        ['/panel.css', { body: await built('panel.css'), type: 'text/css' }],
        ['/backend.wasm', { body: wasm, type: 'application/wasm' }],
      ]),
    );
    const browser = options.browser ?? (await launchChromium());
    const page = await browser.newPage({
      viewport: { width: options.width ?? 900, height: options.height ?? 1000 },
    });
    const panel = new PanelPage(page, async () => {
      await (options.browser === undefined ? browser.close() : page.close());
      await server.close();
    });
    await page.goto(server.origin);
    return panel;
  }

  /** Sends messages of the host in order, then waits until they are drawn. */
  async send(...messages: ToPanel[]): Promise<void> {
    await this.page.evaluate(
      (packed) => {
        const { receive } = window as unknown as { receive: (message: string) => void };
        packed.forEach((message) => receive(message));
      },
      messages.map((message) => pack(message)),
    );
    await this.drawn();
  }

  /** Waits for two frames: the one that draws, and the one that scrolls or measures after it. */
  async drawn(): Promise<void> {
    await this.page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => resolve())), 0);
        }),
    );
  }

  /** Milliseconds that messages and frames took since the last call. */
  timings(): Promise<{ handled: number[]; frames: number[] }> {
    return this.page.evaluate(() => {
      const times = window as unknown as { handled: number[]; frames_: number[] };
      return { handled: times.handled.splice(0), frames: times.frames_.splice(0) };
    });
  }

  /** What the page sent to the host so far. */
  sent(): Promise<FromPanel[]> {
    return this.page.evaluate(() => (window as unknown as { sent: FromPanel[] }).sent);
  }
}
