// Runs a compiled test module inside the extension host of a VS Code window, and gathers what it
// printed. The contract is that of @vscode/test-electron: the module exports run(): Promise<void>.
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { format } from 'node:util';
import { launchBrowser, windowAddress } from './browser.mjs';
import { lastLines } from './hostLog.mjs';
import { messageOf } from './log.mjs';
import { out, screenshots } from './paths.mjs';
import { startServer } from './vscodeServer.mjs';

/**
 * Marks the lines that the module prints for us: the extension host's console carries much else. The
 * module finds it in the environment variable GRADIENT_LENS_LINE_PREFIX.
 */
const LINE_PREFIX = 'gradient-lens> ';

/** The window's tests failed, or it never told how they ended. */
export class ExtensionTestsError extends Error {
  /** @override */
  name = 'ExtensionTestsError';
}

/**
 * @typedef {object} ExtensionTestsOptions
 * @property {string} name Names the server's folder and the screenshot of a failure.
 * @property {string} folder Workspace.
 * @property {string} extension Folder of the extension under development.
 * @property {string} tests Compiled module, absolute, without `.js`.
 * @property {NodeJS.ProcessEnv} [env]
 * @property {Record<string, unknown>} [settings]
 * @property {string} [vsix]
 * @property {number} [timeoutMs] Default: six minutes.
 * @property {(line: string, page: import('playwright-core').Page) => void} [onLine] Lines printed by
 *   the module. Default: printed here.
 * @property {(page: import('playwright-core').Page) => Promise<void>} [beforehand] Called with the
 *   empty page, before the window is opened in it.
 * @property {(page: import('playwright-core').Page) => Promise<void>} [afterwards] Called with the
 *   window still open, whatever the outcome.
 */

/**
 * @param {unknown} entry Arguments of one console call in the extension host.
 * @returns {string[]} Its lines.
 */
const linesOf = (entry) => (Array.isArray(entry) ? format(...entry) : String(entry)).split('\n');

/**
 * @param {import('playwright-core').Page} page
 * @param {ExtensionTestsOptions} options
 * @param {string} address
 * @param {(line: string) => void} log
 */
async function runInPage(page, options, address, log) {
  const { timeoutMs = 360_000, onLine = (line) => console.log(line) } = options;
  /** @type {(code: number) => void} */
  let exit = () => undefined;
  /** @type {Promise<number>} */
  const exited = new Promise((resolve) => (exit = resolve));
  await page.exposeFunction(
    'codeAutomationLog',
    (/** @type {string} */ _type, /** @type {unknown} */ entry) => {
      const [first = '', ...rest] = linesOf(entry);
      const isOurs = first.startsWith(LINE_PREFIX);
      for (const line of [isOurs ? first.slice(LINE_PREFIX.length) : first, ...rest]) {
        log(line);
        if (isOurs) onLine(line, page);
      }
    },
  );
  await page.exposeFunction('codeAutomationExit', (/** @type {number} */ code) => exit(code));
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new ExtensionTestsError(`No end after ${timeoutMs / 1000} s.`));
    }, timeoutMs);
    page.once('crash', () => reject(new ExtensionTestsError('The window crashed.')));
  });
  try {
    await Promise.race([page.goto(address, { waitUntil: 'commit' }), late]);
    const code = await Promise.race([exited, late]);
    if (code !== 0) throw new ExtensionTestsError(`The extension host reported failure (${code}).`);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @param {ExtensionTestsOptions} options
 * @returns {Promise<void>} Rejects with what the host printed when the module's `run()` failed.
 */
export async function runExtensionTests(options) {
  const env = { ...options.env, GRADIENT_LENS_LINE_PREFIX: LINE_PREFIX };
  const server = await startServer({ ...options, env });
  const windowLog = path.join(out, 'hosts', options.name, 'window.log');
  const log = createWriteStream(windowLog);
  const write = (/** @type {string} */ line) => log.write(`${line}\n`);
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1600, height: 1200 } });
    page.on('console', (message) => message.type() === 'error' && write(message.text()));
    page.on('pageerror', (error) => write(error.message));
    await options.beforehand?.(page);
    try {
      await runInPage(page, options, windowAddress(server, options), write);
    } catch (error) {
      await mkdir(screenshots, { recursive: true });
      const picture = path.join(screenshots, `failure-${options.name}.png`);
      await page.screenshot({ path: picture }).catch(() => undefined);
      throw new ExtensionTestsError(
        `${messageOf(error)}\nScreenshot: ${picture}\n` +
          `--- the window printed (${windowLog}) ---\n${await lastLines(windowLog, 60)}\n` +
          `--- its server printed (${server.logFile}) ---\n${await server.log()}`,
      );
    } finally {
      await options.afterwards?.(page);
    }
  } finally {
    await browser.close();
    await server.stop();
    log.end();
  }
}
