// ES modules that import a tfjs-node which is not installed: their loader is another than CommonJS's, and
// has hooks of its own. Newer versions of Node run them in the program's thread (registerHooks), older
// ones in a thread of theirs (register).
import Module from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Exports } from '../loading/copies';

/** Makes the stand-in for `name`, as imported by `file`. `announce` comes first, before any tfjs is loaded. */
export interface StandInMaker {
  announce(name: string): void;
  make(file: string, name: string): Exports | undefined;
}

/** Where the module below finds its maker. */
const KEY = 'gradient-lens.stand-in';

/** Marks the address of a stand-in; what was asked for and by whom follow. */
const SCHEME = 'gradient-lens-stand-in:';

/**
 * The text of the stand-in as an ES module: the names of tfjs as its own package gives them, and those
 * that tfjs-node adds or replaces. The first import is evaluated first.
 */
const SOURCE = `import 'data:text/javascript,globalThis[Symbol.for("${KEY}")].announce("%NAME%")';
export * from '@tensorflow/tfjs';
const standIn = globalThis[Symbol.for('${KEY}')].make(%IMPORTER%, "%NAME%");
export const { io, node, version, ready } = standIn;
export default standIn;
`;

interface Context {
  parentURL?: string;
}
interface Resolved {
  url: string;
  format?: string;
  shortCircuit?: boolean;
}
type Next<T> = (specifier: string, context: Context) => T;
interface SyncHooks {
  resolve(specifier: string, context: Context, next: Next<Resolved>): Resolved;
  load(url: string, context: Context, next: Next<object>): object;
}
type Registry = typeof Module & { registerHooks?: (hooks: SyncHooks) => void };

/** Has `import` find what `maker` makes where one of `names` is not found. */
export function importStandIns(names: readonly string[], maker: StandInMaker): void {
  const value = {
    announce: (name: string) => maker.announce(name),
    make: (importer: string, name: string): Exports => {
      const exports = maker.make(fileURLToPath(importer), name);
      if (exports) return exports;
      throw Object.assign(new Error(`Cannot find package '${name}' imported from ${importer}`), {
        code: 'ERR_MODULE_NOT_FOUND',
      });
    },
  };
  Object.defineProperty(globalThis, Symbol.for(KEY), { value });
  const { registerHooks } = Module as Registry;
  if (registerHooks) registerHooks(syncHooks(names));
  else Module.register(asyncHooks(names));
}

function syncHooks(names: readonly string[]): SyncHooks {
  return {
    resolve: (specifier, context, next) => {
      const { parentURL } = context;
      if (parentURL?.startsWith(SCHEME)) {
        return next(specifier, { ...context, parentURL: importerOf(parentURL) });
      }
      try {
        return next(specifier, context);
      } catch (error) {
        if (!names.includes(specifier) || !parentURL?.startsWith('file:')) throw error;
        return { url: `${SCHEME}${specifier}?${parentURL}`, format: 'module', shortCircuit: true };
      }
    },
    load: (url, context, next) => {
      if (!url.startsWith(SCHEME)) return next(url, context);
      const importer = importerOf(url);
      const name = url.slice(SCHEME.length, url.indexOf('?'));
      const source = SOURCE.replaceAll('%NAME%', name).replace(
        '%IMPORTER%',
        JSON.stringify(importer),
      );
      return { format: 'module', source, shortCircuit: true };
    },
  };
}

function importerOf(url: string): string {
  return url.slice(url.indexOf('?') + 1);
}

/** The same hooks as a module of their own, for the thread that runs them. */
function asyncHooks(names: readonly string[]): string {
  const source = `const NAMES = ${JSON.stringify(names)};
const SCHEME = ${JSON.stringify(SCHEME)};
const SOURCE = ${JSON.stringify(SOURCE)};
const importerOf = (url) => url.slice(url.indexOf('?') + 1);
export async function resolve(specifier, context, next) {
  const { parentURL } = context;
  if (parentURL?.startsWith(SCHEME)) {
    return next(specifier, { ...context, parentURL: importerOf(parentURL) });
  }
  try {
    return await next(specifier, context);
  } catch (error) {
    if (!NAMES.includes(specifier) || !parentURL?.startsWith('file:')) throw error;
    return { url: SCHEME + specifier + '?' + parentURL, format: 'module', shortCircuit: true };
  }
}
export async function load(url, context, next) {
  if (!url.startsWith(SCHEME)) return next(url, context);
  const name = url.slice(SCHEME.length, url.indexOf('?'));
  const importer = JSON.stringify(importerOf(url));
  const source = SOURCE.replaceAll('%NAME%', name).replace('%IMPORTER%', importer);
  return { format: 'module', source, shortCircuit: true };
}
`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}
