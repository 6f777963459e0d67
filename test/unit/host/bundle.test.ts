// What the extension host loads: nothing of tfjs, of the page or of the worker, and little of it all.
import assert from 'node:assert/strict';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { build } from 'esbuild';

const ROOT = path.resolve(__dirname, '../../..');
/** Provided by VS Code, or loaded when the first model is bundled. */
const EXTERNAL = ['vscode', 'esbuild', 'esbuild-wasm'];
/** Bytes; evaluating a bundle takes about a millisecond for each 50 kB, and activation may take 50 of them. */
const MOST_BYTES = 600_000;

describe('bundle of the extension host', () => {
  it('is small, and holds no tfjs and no web code', async () => {
    const { metafile } = await build({
      absWorkingDir: ROOT,
      entryPoints: ['src/extension.ts'],
      outfile: 'extension.js',
      write: false,
      bundle: true,
      minify: true,
      metafile: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      external: EXTERNAL,
      logLevel: 'silent',
    });
    const inputs = Object.keys(metafile.inputs);
    assert.ok(inputs.includes('src/extension.ts') && inputs.length > 50, `${inputs.length} files`);
    const foreign = /@tensorflow|chart\.js|^webview\//;
    assert.deepEqual(
      inputs.filter((file) => foreign.test(file)),
      [],
    );
    const [output] = Object.values(metafile.outputs);
    assert.ok(output);
    assert.ok(output.bytes < MOST_BYTES, `${output.bytes} bytes`);
    const known = new Set([...EXTERNAL, ...builtinModules]);
    const loaded = output.imports.map((item) => item.path.replace(/^node:/, ''));
    assert.deepEqual(
      loaded.filter((name) => !known.has(name)),
      [],
    );
  });
});
