// The modules a bundle gets instead of files: the runtime's tfjs, the module `gradient-lens`, and
// stand-ins for Node's modules where a dependency (not the user's own code) asks for them.
import type { OnResolveResult, Plugin } from 'esbuild';
import { isLensModule, isNodeOnly, isTfjs, NODE_BUILTINS, tfjsPackage } from './packages';

const TFJS = 'gradient-lens-tfjs';
const LENS = 'gradient-lens-module';
const NODE = 'gradient-lens-node';
const ENTRY = 'gradient-lens-entry';

/** Namespaces of virtual modules, as source maps and error locations spell them. */
export const VIRTUAL_SOURCE = /(^|\/)gradient-lens-(?:tfjs|module|node|entry):/;

/** What the entry imports; resolves to the model file. */
const MODEL = 'gradient-lens-entry:model';

/** `Error.name` of what a Node stand-in throws; the host turns it into `needs-node`. */
export const NEEDS_NODE_ERROR = 'NeedsNodeError';

/** Name under which esbuild sees {@link ENTRY_SOURCE}. */
export const ENTRY_FILE = `${ENTRY}:program`;

/** Source of the entry: hands the model to the runtime, which evaluates it when it is ready. */
export const ENTRY_SOURCE = `globalThis.__gradientLens.program(() => import(${JSON.stringify(MODEL)}));\n`;

const RUNTIME_TF = 'globalThis.__gradientLens.tf';

/** CommonJS text of a tfjs package. All are the one instance; two of them have names of their own. */
export function tfjsSource(name: string): string {
  switch (name) {
    case '@tensorflow/tfjs-data':
      return `module.exports = ${RUNTIME_TF}.data;\n`;
    case '@tensorflow/tfjs-backend-wasm':
      // The runtime loads its own binary: where the program would fetch one does not matter.
      return (
        `const none = () => {};\n` +
        `module.exports = Object.assign({}, ${RUNTIME_TF}, { __esModule: true, setWasmPath: none, ` +
        `setWasmPaths: none, setThreadsCount: none, getThreadsCount: () => 1 });\n`
      );
    default:
      return `module.exports = ${RUNTIME_TF};\n`;
  }
}

/**
 * CommonJS text that stands in for a Node module: it can be imported, and says so when it is used.
 * Dependencies often import `fs` for a branch that a browser never takes. Everything hangs on the
 * prototype, because esbuild's import helper keeps the prototype and copies own properties only.
 */
export function nodeSource(specifier: string): string {
  const message = JSON.stringify(
    `A package used by this program needs Node's module '${specifier}', which does not exist in ` +
      'the editor where Gradient Lens trains. Read files with fetch or the readers of ' +
      "'gradient-lens', or use a build of the package made for browsers.",
  );
  return (
    `const fail = () => {\n` +
    `  const error = new Error(${message});\n` +
    `  error.name = ${JSON.stringify(NEEDS_NODE_ERROR)};\n` +
    `  throw error;\n};\n` +
    `const absent = new Set(['__esModule', 'then', 'toJSON']);\n` +
    `const member = new Proxy(function () {}, { apply: fail, construct: fail,\n` +
    `  get: (target, key) => key === 'prototype' ? target.prototype : typeof key === 'symbol' || absent.has(key) ? undefined : member });\n` +
    `module.exports = Object.create(new Proxy({}, {\n` +
    `  get: (_, key) => typeof key === 'symbol' || absent.has(key) ? undefined : member }));\n`
  );
}

/** What a plugin error carries to the error mapping. */
export interface NeedsNodeDetail {
  needsNode: string;
}

/** The esbuild plugin of all virtual modules, for the model at `modelPath`. */
export function virtualModules(modelPath: string): Plugin {
  return {
    name: 'gradient-lens-virtual-modules',
    setup(build) {
      build.onResolve({ filter: new RegExp(`^${MODEL}$`) }, () => ({ path: modelPath }));
      build.onResolve({ filter: /^(@tensorflow\/tfjs|gradient-lens$)/ }, (args) => {
        if (isLensModule(args.path)) return { path: args.path, namespace: LENS };
        if (isTfjs(args.path)) return { path: tfjsPackage(args.path), namespace: TFJS };
        return undefined;
      });
      const node = new RegExp(`^(node:.*|@tensorflow/tfjs-node.*|${NODE_BUILTINS.join('|')})$`);
      build.onResolve({ filter: node }, async (args): Promise<OnResolveResult | undefined> => {
        const { path, importer, resolveDir, kind } = args;
        if (!isNodeOnly(path) || args.pluginData === VIRTUAL_SOURCE) return undefined;
        // An npm package of the same name (events, buffer, util …) is made for browsers.
        if (!path.includes(':') && !path.startsWith('@')) {
          const options = { importer, resolveDir, kind, pluginData: VIRTUAL_SOURCE };
          const found = await build.resolve(path, options);
          if (found.errors.length === 0 && !found.external && /[/\\]/.test(found.path)) {
            return { path: found.path, namespace: found.namespace, sideEffects: found.sideEffects };
          }
        }
        if (/[/\\]node_modules[/\\]/.test(importer)) return { path, namespace: NODE };
        const detail: NeedsNodeDetail = { needsNode: path };
        return { errors: [{ text: `'${path}' exists only in Node`, detail }] };
      });
      build.onLoad({ filter: /.*/, namespace: TFJS }, ({ path }) => ({
        contents: tfjsSource(path),
      }));
      build.onLoad({ filter: /.*/, namespace: LENS }, () => ({
        contents: 'module.exports = globalThis.__gradientLens.module;\n',
      }));
      build.onLoad({ filter: /.*/, namespace: NODE }, ({ path }) => ({
        contents: nodeSource(path),
      }));
    },
  };
}
