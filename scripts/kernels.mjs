// Compiles the statistics kernel to wasm and writes it, as text, where the runtime imports it. Run it
// after a change of webview/kernels; a test fails until then.
// Usage: node scripts/kernels.mjs [--check]   With --check it only says whether the text is up to date.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { exec } from './lib/exec.mjs';
import { progress } from './lib/log.mjs';
import { out, relative, root } from './lib/paths.mjs';

const source = path.join(root, 'webview/kernels/summary.ts');
const target = path.join(root, 'webview/runtime/statistics/wasm/binary.ts');

const FLAGS = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd'];

// Run, not imported: its types declare a second Array.
const compiler = path.join(root, 'node_modules/assemblyscript/bin/asc.js');

/** @returns {Promise<string>} The text of the module that holds the compiled kernel. */
async function compileKernel() {
  const file = path.join(out, `kernel-${process.pid}.wasm`);
  await mkdir(out, { recursive: true });
  await exec(process.execPath, [compiler, source, ...FLAGS, '--outFile', file], { cwd: root });
  const binary = await readFile(file);
  await rm(file);
  const text = binary.toString('base64');
  return [
    '// Made of webview/kernels/summary.ts by `npm run kernels`; do not edit.',
    '',
    '/** The wasm module of the statistics kernel, base64. */',
    '// prettier-ignore',
    `export const KERNEL = '${text}';`,
    '',
  ].join('\n');
}

const text = await compileKernel();
if (!process.argv.includes('--check')) {
  await writeFile(target, text);
  progress(`Written to ${relative(target)}`);
} else if ((await readFile(target, 'utf8')) !== text) {
  progress(`${relative(target)} is not what webview/kernels compiles to. Run: npm run kernels`);
  process.exitCode = 1;
}
