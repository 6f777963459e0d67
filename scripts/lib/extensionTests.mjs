// Runs a compiled test module inside the extension host of a VS Code window, and gathers what it
// printed. The contract is that of @vscode/test-electron: the module exports run(): Promise<void>.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { format } from 'node:util';
import { launchBrowser, windowAddress } from './browser.mjs';
import { messageOf } from './log.mjs';
import { screenshots } from './paths.mjs';
import { startServer } from './vscodeServer.mjs';

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
 * @property {(page: import('playwright-core').Page) => Promise<void>} [afterwards] Called with the
 *   window still open, whatever the outcome.
 */

/**
 * @param {unknown} entry One argument of a console call in the extension host.
 * @returns {string[]} Its lines; nothing for what is not text.
 */
function linesOf(entry) {
  if (!Array.isArray(entry)) return [String(entry)];
  return format(...entry).split('\n');
}

/**
 * @param {import('playwright-core').Page} page
 * @param {ExtensionTestsOptions} options
 * @param {string} address
 */
async function runInPage(page, options, address) {
  const { timeoutMs = 360_000, onLine = (line) => console.log(line) } = options;
  /** @type {(code: number) => void} */
  let exit = () => undefined;
  /** @type {Promise<number>} */
  const exited = new Promise((resolve) => (exit = resolve));
  await page.exposeFunction(
    'codeAutomationLog',
    (/** @type {string} */ _type, /** @type {unknown} */ args) =>
      linesOf(args).forEach((line) => onLine(line, page)),
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
 * @returns {Promise<void>} Rejects with the host's log when the module's `run()` failed.
 */
export async function runExtensionTests(options) {
  const server = await startServer(options);
  const browser = await launchBrowser();
  /** @type {string[]} */
  const consoleLines = [];
  try {
    const page = await browser.newPage({ viewport: { width: 1500, height: 950 } });
    page.on('console', (message) => {
      if (message.type() === 'error') consoleLines.push(message.text());
    });
    page.on('pageerror', (error) => consoleLines.push(error.message));
    try {
      await runInPage(page, options, windowAddress(server, options));
    } catch (error) {
      await mkdir(screenshots, { recursive: true });
      const picture = path.join(screenshots, `failure-${options.name}.png`);
      await page.screenshot({ path: picture }).catch(() => undefined);
      throw new ExtensionTestsError(
        `${messageOf(error)} Screenshot: ${picture}\n` +
          `--- console of the window (last 30 errors) ---\n${consoleLines.slice(-30).join('\n')}\n` +
          `--- log of the server (${server.logFile}) ---\n${await server.log()}`,
      );
    } finally {
      await options.afterwards?.(page);
    }
  } finally {
    await browser.close();
    await server.stop();
  }
}
