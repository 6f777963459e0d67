// The published files of tfjs-node, without its binary: `npm pack` fetches them once, no script of the
// package runs, and a binding for tests is put in the place of the binary.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { FIXTURES } from './host';

const ROOT = path.resolve(__dirname, '../../..');
const CACHE = path.join(ROOT, '.cache/tfjs-node-4.22.0');

/** What tfjs-node requires when it is loaded, but for tfjs, which is the checkout's. */
const PACKAGES = [
  ['@tensorflow/tfjs-node', '4.22.0'],
  ['google-protobuf', '3.21.4'],
  ['progress', '2.0.3'],
] as const;

function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, shell: process.platform === 'win32' });
    let output = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}`));
    });
  });
}

/** A folder below the checkout whose programs find tfjs-node with the binding for tests. */
export async function withTfjsNode(): Promise<string> {
  if (!existsSync(CACHE)) {
    const making = `${CACHE}.${process.pid}`;
    await mkdir(making, { recursive: true });
    for (const [name, version] of PACKAGES) {
      const pack = ['pack', '--silent', '--ignore-scripts', `${name}@${version}`];
      const archive = (await run('npm', pack, making)).trim().split('\n').at(-1) ?? '';
      const target = path.join(making, 'node_modules', name);
      await mkdir(target, { recursive: true });
      await run('tar', ['-xzf', archive, '-C', target, '--strip-components=1'], making);
    }
    await rename(making, CACHE).catch(() => rm(making, { recursive: true }));
  }
  // What tfjs-node asks for the place of its binary.
  const finder = path.join(CACHE, 'node_modules/@mapbox/node-pre-gyp');
  await mkdir(finder, { recursive: true });
  const binding = path.join(CACHE, 'binding.js');
  await writeFile(
    path.join(finder, 'index.js'),
    `exports.find = () => ${JSON.stringify(binding)};`,
  );
  await copyFile(path.join(FIXTURES, 'native/binding.js'), binding);
  await copyFile(path.join(FIXTURES, 'native/train.js'), path.join(CACHE, 'train.js'));
  return CACHE;
}
