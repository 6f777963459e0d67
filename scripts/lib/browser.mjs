// Chromium under our control, and the address of a VS Code window in it.
import { chromium } from 'playwright-core';
import { ensureChromium } from './chromium.mjs';

/** WebGL by SwiftShader where there is no GPU, and nothing that calls home. */
const FLAGS = [
  '--no-sandbox',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
  '--disable-background-networking',
  '--no-first-run',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--disable-dev-shm-usage',
];

/** @returns {Promise<import('playwright-core').Browser>} Headless Chromium. */
export async function launchBrowser() {
  return chromium.launch({ executablePath: await ensureChromium(), headless: true, args: FLAGS });
}

/**
 * @typedef {object} WindowOptions
 * @property {string} folder Workspace folder, absolute.
 * @property {string} [extension] Folder of the extension under development.
 * @property {string} [tests] Module whose `run()` the extension host calls (without `.js`).
 */

/**
 * @param {import('./vscodeServer.mjs').VscodeServer} server
 * @param {WindowOptions} options
 * @returns {string} Address of a window on a workspace folder.
 */
export function windowAddress(server, { folder, extension, tests }) {
  const remote = (/** @type {string} */ file) => `vscode-remote://${server.authority}${file}`;
  const payload = [
    ...(extension ? [['extensionDevelopmentPath', remote(extension)]] : []),
    ...(tests ? [['extensionTestsPath', remote(tests)]] : []),
    ['skipWelcome', 'true'],
  ];
  const query = new URLSearchParams({
    tkn: server.token,
    folder,
    payload: JSON.stringify(payload),
  });
  return `http://${server.authority}/?${query}`;
}
