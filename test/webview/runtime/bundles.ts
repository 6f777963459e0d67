// What the bench runs: the runtime and users' modules, bundled as the product bundles them.
import path from 'node:path';
import { build, type Plugin } from 'esbuild';

/** The repository. */
export const ROOT = path.resolve(__dirname, '../../..');

/** A run of plain tfjs, untapped. */
export interface PlainSetup {
  backend: 'cpu' | 'wasm' | 'webgl';
  seed: number;
  /** As tfjs ships it, where it is wrong; else 1e-7. */
  epsilon?: 'as-shipped';
}

/** The runtime, built as esbuild.mjs builds dist/runtime.js. */
export async function buildRuntime(): Promise<string> {
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints: ['webview/runtime/worker.ts'],
    bundle: true,
    minify: true,
    write: false,
    platform: 'browser',
    mainFields: ['module', 'main'],
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return result.outputFiles[0]!.text;
}

const virtualModules: Plugin = {
  name: 'virtual-modules',
  setup(b) {
    b.onResolve({ filter: /^(@tensorflow\/tfjs.*|gradient-lens)$/ }, ({ path: name }) => ({
      path: name,
      namespace: 'gradient-lens',
    }));
    b.onLoad({ filter: /.*/, namespace: 'gradient-lens' }, ({ path: name }) => ({
      contents: `module.exports = globalThis.__gradientLens.${name === 'gradient-lens' ? 'module' : 'tf'};`,
      loader: 'js',
    }));
  },
};

/** The module `user:model`: `source` as if it were a file. */
function userModel(source: string, folder: string, file: string): Plugin {
  return {
    name: 'model',
    setup(b) {
      b.onResolve({ filter: /^user:model$/ }, () => ({
        path: path.join(folder, file),
        namespace: 'user',
      }));
      b.onLoad({ filter: /.*/, namespace: 'user' }, () => ({
        contents: source,
        loader: file.endsWith('.ts') ? 'ts' : 'js',
        resolveDir: folder,
      }));
    },
  };
}

/** The user's module bundled from the stub entry, as the host does it. */
export async function bundleUser(source: string, folder: string, file: string): Promise<string> {
  const result = await build({
    stdin: {
      contents: `globalThis.__gradientLens.program(() => import('user:model'));`,
      resolveDir: folder,
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    keepNames: true,
    logLevel: 'error',
    plugins: [userModel(source, folder, file), virtualModules],
  });
  return result.outputFiles[0]!.text;
}

/** The same module with the real tfjs, after the backend has started and the seed is set. */
export async function bundlePlain(
  source: string,
  { backend, seed, epsilon }: PlainSetup,
): Promise<string> {
  const prelude = `
    import * as tf from '@tensorflow/tfjs';
    import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
    import { completeWasmKernels } from './webview/runtime/backends/wasmKernels';
    import { seededRandom } from './src/shared/core/random';
    setWasmPaths('/');
    tf.env().set('SOFTWARE_WEBGL_ENABLED', true);
    await tf.setBackend('${backend}');
    if ('${backend}' === 'wasm') completeWasmKernels();
    if ('${epsilon ?? ''}' === '') tf.backend().epsilon = () => 1e-7;
    Math.random = seededRandom(${seed});
    await import('user:model');
  `;
  const result = await build({
    stdin: { contents: prelude, resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    mainFields: ['module', 'main'],
    target: 'es2022',
    keepNames: true,
    logLevel: 'error',
    plugins: [userModel(source, ROOT, 'model.js')],
  });
  return result.outputFiles[0]!.text;
}
