// The browser that stands in for VS Code's own window: found on this machine, or installed by the
// system's package manager when that is possible without asking.
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { exec } from './exec.mjs';
import { withLock } from './lock.mjs';
import { progress } from './log.mjs';
import { cache } from './paths.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];

/** No browser, and no way to install one from here. The message holds the command to run. */
export class BrowserMissingError extends Error {
  /** @override */
  name = 'BrowserMissingError';
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {readonly string[]} names @returns {string | undefined} The first one on the PATH. */
export function findOnPath(names) {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  return names
    .flatMap((name) => folders.map((folder) => path.join(folder, name)))
    .find((file) => existsSync(file) && isExecutable(file));
}

/** @returns {string | undefined} Chromium or Chrome; the variable CHROME_PATH decides where set. */
export function findChromium() {
  const chosen = process.env['CHROME_PATH'];
  if (!chosen) return findOnPath(NAMES);
  if (isExecutable(chosen)) return chosen;
  throw new BrowserMissingError(
    `CHROME_PATH names ${chosen}, which cannot be run. Correct it, or unset it to search the PATH.`,
  );
}

async function installChromium() {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  progress('Installing chromium with apt-get');
  await exec('apt-get', ['update', '-q'], { env });
  await exec('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], { env });
}

/** @returns {Promise<string>} Path of the browser; installs it when root on a Debian system. */
export async function ensureChromium() {
  const found = findChromium();
  if (found) return found;
  const root = process.getuid?.() === 0;
  if (!root || !findOnPath(['apt-get'])) {
    const command = findOnPath(['apt-get'])
      ? 'sudo apt-get update && sudo apt-get install -y chromium'
      : 'install Chromium or Google Chrome with your package manager';
    throw new BrowserMissingError(
      `No Chromium or Chrome was found on the PATH. Run: ${command}\n` +
        'Or set CHROME_PATH to the browser to use, then run this command again.',
    );
  }
  return withLock(path.join(cache, 'chromium.lock'), 'installing chromium', async () => {
    if (!findChromium()) await installChromium();
    const installed = findChromium();
    if (installed) return installed;
    throw new BrowserMissingError('apt-get installed chromium, but it is not on the PATH.');
  });
}
