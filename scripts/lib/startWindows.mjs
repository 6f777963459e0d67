// The three ways in which `npm start` shows a training.
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { windowAddress } from './browser.mjs';
import { bundleDriver } from './bundleTests.mjs';
import { exec } from './exec.mjs';
import { runExtensionTests } from './extensionTests.mjs';
import { progress } from './log.mjs';
import { cache, relative, root, screenshots } from './paths.mjs';
import { startServer } from './vscodeServer.mjs';

/** @typedef {import('./startOptions.mjs').StartOptions} StartOptions */

/** The extension trains this file when it is first active, and not again when a window is reloaded. */
const trainOnStart = (/** @type {StartOptions} */ { file }) => ({
  GRADIENT_LENS_TRAIN: file,
  GRADIENT_LENS_START: randomUUID(),
});

/**
 * An Extension Development Host of the installed VS Code, with a profile of its own: the user's
 * settings and extensions stay out of it, and it out of them.
 * @param {StartOptions} options
 * @param {string} code
 */
export async function openDesktop(options, code) {
  const profile = path.join(cache, 'desktop');
  progress(`Opening ${code} on ${relative(options.folder)}; it trains ${relative(options.file)}`);
  await exec(
    code,
    [
      '--new-window',
      `--extensionDevelopmentPath=${root}`,
      `--user-data-dir=${path.join(profile, 'data')}`,
      `--extensions-dir=${path.join(profile, 'extensions')}`,
      '--disable-workspace-trust',
      '--skip-welcome',
      // Chromium's sandbox refuses to run as root.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      options.folder,
      '--goto',
      options.file,
    ],
    { env: trainOnStart(options), timeoutMs: 24 * 3600 * 1000 },
  );
}

/**
 * A VS Code server to open in the user's own browser, until Ctrl+C.
 * @param {StartOptions} options
 */
export async function serveWindow(options) {
  const server = await startServer({ name: 'start', env: trainOnStart(options) });
  const address = windowAddress(server, { folder: options.folder, extension: root });
  progress(
    `VS Code is ready; it trains ${relative(options.file)} as soon as you open\n\n${address}\n`,
  );
  progress('Ctrl+C ends it.');
  await server.ended;
}

/**
 * The same window, driven here: progress and summary as text, the panel as a picture.
 * @param {StartOptions} options
 */
export async function trainHeadless(options) {
  const { file, folder, steps } = options;
  const picture = path.join(screenshots, 'start.png');
  /** @type {string | undefined} */
  let failure;
  await mkdir(screenshots, { recursive: true });
  await rm(picture, { force: true });
  progress(`No display: training ${relative(file)} for ${steps} steps in a headless VS Code`);
  await runExtensionTests({
    name: 'start',
    folder,
    extension: root,
    tests: await bundleDriver(),
    env: {
      GRADIENT_LENS_DRIVE_FILE: file,
      GRADIENT_LENS_DRIVE_STEPS: String(steps),
      GRADIENT_LENS_DRIVE_SCREENSHOT: picture,
    },
    timeoutMs: 540_000,
    onLine(line, page) {
      if (line.startsWith('@screenshot ')) void page.screenshot({ path: line.slice(12) });
      else if (line.startsWith('@failed ')) failure = String(JSON.parse(line.slice(8)));
      else if (line === '' || line.startsWith(' ')) console.log(line);
      else progress(line);
    },
  });
  progress(`Screenshot of the window: ${relative(picture)}`);
  if (failure) throw new Error(`The training failed. ${failure}`);
}
