// One running VS Code server: fresh data and settings, a free port, ready when it answers.
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { exec } from './exec.mjs';
import { lastLines } from './hostLog.mjs';
import { out } from './paths.mjs';
import { end, start } from './processes.mjs';
import { ensureVscodeHost } from './vscodeHost.mjs';

const READY_MS = 60_000;
const ATTEMPTS = 3;

/** A quiet window: no welcome page, no assistant, no network look-ups. */
const QUIET_SETTINGS = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/**
 * @typedef {object} ServerOptions
 * @property {string} name Names its folder below out/hosts/, which is made anew.
 * @property {NodeJS.ProcessEnv} [env] Added to the environment of the extension host.
 * @property {Record<string, unknown>} [settings] User settings, over the quiet ones.
 * @property {string} [vsix] Package to install before the start.
 * @property {boolean} [workspaceTrust] True leaves workspace trust on. Default: off.
 *
 * @typedef {object} VscodeServer
 * @property {string} authority Host and port, as in `vscode-remote://<authority>/…`.
 * @property {string} token Connection token: without it the server answers nobody.
 * @property {string} logFile Everything that the server and its extension hosts printed.
 * @property {() => Promise<string>} log The last lines of that file.
 * @property {Promise<void>} ended Settles when the server ends by itself.
 * @property {() => Promise<void>} stop
 */

/** The server could not be started. */
export class ServerError extends Error {
  /** @override */
  name = 'ServerError';
}

/** @returns {Promise<number>} A port of 127.0.0.1 that is free at this moment. */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/**
 * @param {string} authority
 * @param {() => boolean} isRunning
 */
async function untilReady(authority, isRunning) {
  const deadline = performance.now() + READY_MS;
  while (performance.now() < deadline) {
    if (!isRunning()) throw new ServerError('The VS Code server ended while starting.');
    const answer = await fetch(`http://${authority}/version`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  throw new ServerError(`The VS Code server did not answer within ${READY_MS / 1000} s.`);
}

/**
 * @param {string} folder
 * @param {ServerOptions} options
 * @returns {Promise<VscodeServer>}
 */
async function startOnce(folder, options) {
  const host = await ensureVscodeHost();
  const authority = `127.0.0.1:${await freePort()}`;
  const token = randomBytes(16).toString('hex');
  const logFile = path.join(folder, 'server.log');
  const args = [
    host.server,
    '--host=127.0.0.1',
    `--port=${authority.split(':')[1]}`,
    `--connection-token=${token}`,
    '--accept-server-license-terms',
    `--server-data-dir=${folder}`,
    `--extensions-dir=${path.join(folder, 'extensions')}`,
    '--telemetry-level=off',
    // Lets the address of a page name the extension under development and its tests.
    '--enable-smoke-test-driver',
    ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
  ];
  const child = start(host.node, args, { env: { ...process.env, ...options.env } });
  const log = createWriteStream(logFile);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const stop = async () => {
    await end(child);
    log.end();
  };
  const ended = new Promise((resolve) => child.once('exit', () => resolve(undefined)));
  let failure = /** @type {unknown} */ (undefined);
  child.once('error', (error) => (failure = error));
  try {
    await untilReady(authority, () => child.exitCode === null && failure === undefined);
  } catch (error) {
    await stop();
    throw new ServerError(`${String(error)} ${failure ?? ''}\n${await lastLines(logFile, 80)}`);
  }
  return { authority, token, logFile, log: () => lastLines(logFile, 80), ended, stop };
}

/**
 * Starts a server; a start that fails (a port taken in between, say) is tried again.
 * @param {ServerOptions} options
 * @returns {Promise<VscodeServer>}
 */
export async function startServer(options) {
  const folder = path.join(out, 'hosts', options.name);
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  await mkdir(path.join(folder, 'data/User'), { recursive: true });
  const trust = options.workspaceTrust ? { 'security.workspace.trust.enabled': true } : {};
  const settings = { ...QUIET_SETTINGS, ...trust, ...options.settings };
  await writeFile(path.join(folder, 'data/User/settings.json'), JSON.stringify(settings, null, 2));
  if (options.vsix) {
    const { node, server } = await ensureVscodeHost();
    const place = [
      `--server-data-dir=${folder}`,
      `--extensions-dir=${path.join(folder, 'extensions')}`,
    ];
    await exec(node, [server, ...place, '--install-extension', options.vsix]);
  }
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(folder, options);
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}
