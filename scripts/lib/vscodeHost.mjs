// A real VS Code from the npm registry: the server that the npm package `code-server` carries, on
// the Node it asks for. Installed once into .cache/, complete or not at all.
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { NPM_FLAGS } from './dependencies.mjs';
import { exec } from './exec.mjs';
import { withLock } from './lock.mjs';
import { progress } from './log.mjs';
import { cache } from './paths.mjs';

/** code-server 4.139.1 carries VS Code 1.139.1 and asks for Node 24. */
const CODE_SERVER = '4.139.1';
const NODE = '24.9.0';

/**
 * @typedef {object} VscodeHost
 * @property {string} node Node executable that the server runs on.
 * @property {string} server VS Code's server-main.js.
 */

const home = path.join(cache, `vscode-server-${CODE_SERVER}`);

/** @param {string} folder @returns {VscodeHost} */
function layout(folder) {
  const modules = path.join(folder, 'node_modules');
  // The platform's own package of the npm package `node`: it needs no install script.
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  return {
    node: path.join(modules, `node-${platform}-${process.arch}`, 'bin/node'),
    server: path.join(modules, 'code-server/lib/vscode/out/server-main.js'),
  };
}

const isInstalled = () => existsSync(path.join(home, 'complete'));

/** @param {string} folder */
async function install(folder) {
  const nodePackage = path.basename(path.dirname(path.dirname(layout(folder).node)));
  const manifest = {
    name: 'gradient-lens-vscode-server',
    private: true,
    dependencies: { 'code-server': CODE_SERVER, [nodePackage]: NODE },
  };
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  // Install scripts would build natives that the server runs without; the engine warnings are about
  // our Node, not the one that the server gets.
  const flags = [
    'install',
    '--omit=dev',
    '--ignore-scripts',
    '--engine-strict=false',
    ...NPM_FLAGS,
  ];
  await exec('npm', flags, { cwd: folder });
  const vscode = path.dirname(path.dirname(layout(folder).server));
  // Not `ci`: the shrinkwrap that the package carries is out of step with its package.json.
  await exec('npm', flags, { cwd: vscode });
}

/** @returns {Promise<VscodeHost>} The installed server; about 15 s and 700 MB the first time. */
export async function ensureVscodeHost() {
  if (isInstalled()) return layout(home);
  return withLock(`${home}.lock`, 'installing the VS Code server', async () => {
    if (isInstalled()) return layout(home);
    progress(`Installing a VS Code server (code-server ${CODE_SERVER} with Node ${NODE})`);
    const draft = `${home}.draft`;
    await rm(draft, { recursive: true, force: true });
    await install(draft);
    const { node, server } = layout(draft);
    const version = await exec(node, [server, '--version']);
    await writeFile(path.join(draft, 'complete'), version);
    await rm(home, { recursive: true, force: true });
    await rename(draft, home);
    progress(`Installed VS Code server ${version.split('\n')[0]}`);
    return layout(home);
  });
}
