// Finds an installed Chromium, Chrome or Edge: CHROME_PATH, then the PATH, then where the installers
// of each system put it.
import { accessSync, constants, existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'chrome',
  'microsoft-edge',
];

const MAC = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
const WINDOWS = [
  'Google\\Chrome\\Application\\chrome.exe',
  'Chromium\\Application\\chrome.exe',
  'Microsoft\\Edge\\Application\\msedge.exe',
];

/** No browser, or one that cannot be run. The message says what to do. */
export class ChromiumMissingError extends Error {
  override readonly name = 'ChromiumMissingError';
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function usualPlaces(env: NodeJS.ProcessEnv): string[] {
  if (process.platform === 'darwin') {
    const folders = ['/Applications', path.join(os.homedir(), 'Applications')];
    return folders.flatMap((folder) =>
      MAC.map((name) => path.join(folder, `${name}.app/Contents/MacOS/${name}`)),
    );
  }
  if (process.platform !== 'win32') return ['/opt/google/chrome/chrome', '/snap/bin/chromium'];
  const folders = [env['PROGRAMFILES'], env['PROGRAMFILES(X86)'], env['LOCALAPPDATA']];
  return folders.flatMap((folder) =>
    folder === undefined ? [] : WINDOWS.map((name) => path.join(folder, name)),
  );
}

/** Path of the browser. Throws {@link ChromiumMissingError}. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string {
  const chosen = env['CHROME_PATH'];
  if (chosen) {
    if (isExecutable(chosen)) return chosen;
    throw new ChromiumMissingError(
      `CHROME_PATH names ${chosen}, which cannot be run. Correct it, or unset it to search the PATH.`,
    );
  }
  const folders = (env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  const onPath = folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name)));
  const found = [...onPath, ...usualPlaces(env)].find(
    (file) => existsSync(file) && isExecutable(file),
  );
  if (found !== undefined) return found;
  throw new ChromiumMissingError(
    'No Chromium, Chrome or Edge was found, and WebGL needs one. Install one, or set CHROME_PATH to it, ' +
      'or leave the backend out to train on WebAssembly.',
  );
}
