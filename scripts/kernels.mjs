// Compiles the statistics kernel to wasm and writes it, as text, where the runtime imports it. Run it
// after a change of webview/kernels; a test fails until then.
// Usage: node scripts/kernels.mjs [--check]   With --check it only says whether the text is up to date.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import asc from 'assemblyscript/asc';
import { progress } from './lib/log.mjs';
import { relative, root } from './lib/paths.mjs';

const source = path.join(root, 'webview/kernels/summary.ts');
const target = path.join(root, 'webview/runtime/statistics/wasm/binary.ts');

const FLAGS = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd'];

/** @returns {Promise<string>} The text of the module that holds the compiled kernel. */
async function compileKernel() {
  /** @type {Uint8Array | undefined} */
  let binary;
  const { error, stderr } = await asc.main([source, ...FLAGS, '--outFile', 'kernel.wasm'], {
    writeFile: (_name, contents) => {
      binary = /** @type {Uint8Array} */ (contents);
    },
  });
  if (error !== null || binary === undefined) {
    throw new Error(`The kernel does not compile:\n${stderr.toString()}`, { cause: error });
  }
  const text = Buffer.from(binary).toString('base64');
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
