// Which Node runs a program: the one that the user names, else that of the PATH, else the program that
// runs this (an editor's Electron acts as Node when told so).
import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../../model/modelError';
import { NodeError } from './nodeError';

/** The oldest major version that the preload supports. */
const MINIMUM = 20;
const SETTING = 'gradientLens.node.runtime';
/** Time for a Node to say its version, milliseconds. */
const VERSION_MS = 20_000;

/** A Node that can be started. */
export interface NodeRuntime {
  executable: string;
  /** E.g. `v22.11.0`. */
  version: string;
  /** What it needs in its environment to act as Node. */
  env: Readonly<Record<string, string>>;
}

/** Where a Node is looked for; all parts but the setting have their usual values by default. */
export interface RuntimeSearch {
  /** Path of an executable, absolute; `` for none. */
  setting: string;
  /** The PATH of the environment. */
  searchPath?: string | undefined;
  /** The last resort. */
  own?: { executable: string; version: string };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function onPath(searchPath: string): string | undefined {
  const names = process.platform === 'win32' ? ['node.exe'] : ['node'];
  return searchPath
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))
    .flatMap((folder) => names.map((name) => path.join(folder, name)))
    .find(isExecutable);
}

/** Versions by executable and the time of its last change: asking takes a third of a second. */
const versions = new Map<string, string>();

async function versionOf(executable: string): Promise<string> {
  const key = `${executable} ${statSync(executable).mtimeMs}`;
  const version = versions.get(key) ?? (await askVersion(executable));
  versions.set(key, version);
  return version;
}

async function askVersion(executable: string): Promise<string> {
  try {
    const env = { ...process.env, NODE_OPTIONS: '' };
    const options = { env, timeout: VERSION_MS, windowsHide: true };
    const { stdout } = await promisify(execFile)(executable, ['--version'], options);
    const version = stdout.trim();
    if (/^v\d+\./.test(version)) return version;
    throw new Error(`it says '${version.slice(0, 80)}' when it is asked for its version`);
  } catch (error) {
    throw new NodeError(
      'node-missing',
      `${executable} cannot run programs: ${messageOf(error).split('\n')[0] ?? ''}. ` +
        `Give the path of Node ${MINIMUM} or newer in the setting ${SETTING}.`,
      { cause: error },
    );
  }
}

function assertNew(executable: string, version: string): void {
  if (Number(/^v(\d+)/.exec(version)?.[1]) >= MINIMUM) return;
  throw new NodeError(
    'node-too-old',
    `${executable} is Node ${version}; Gradient Lens needs ${MINIMUM} or newer. Install one, or give the ` +
      `path of a newer one in the setting ${SETTING}.`,
  );
}

/** Finds the Node to use. Rejects with a {@link NodeError} `node-missing` or `node-too-old`. */
export async function findRuntime({
  setting,
  searchPath = process.env['PATH'] ?? '',
  own = { executable: process.execPath, version: process.version },
}: RuntimeSearch): Promise<NodeRuntime> {
  if (setting !== '' && !isExecutable(setting)) {
    throw new NodeError(
      'node-missing',
      `The setting ${SETTING} names ${setting}, which is no program. Correct it, or clear it to use the node of the PATH.`,
    );
  }
  const executable = setting !== '' ? setting : onPath(searchPath);
  if (executable === undefined) {
    assertNew(own.executable, own.version);
    return { ...own, env: { ELECTRON_RUN_AS_NODE: '1' } };
  }
  const version = await versionOf(executable);
  assertNew(executable, version);
  return { executable, version, env: {} };
}
