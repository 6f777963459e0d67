// Sees every CommonJS module of tfjs that the program loads, whoever loads it: ES modules import these
// packages through the same loader, in Node 20, 22 and 24 alike. A module is seen before its importer
// gets it.
import Module from 'node:module';
import type { Exports } from './copies';

/** The part of a module that Node documents, and the one that every require hook relies on. */
interface LoadedModule {
  exports: unknown;
}
type Compile = (this: LoadedModule, content: string, file: string, ...rest: unknown[]) => unknown;

/** A module of tfjs that was evaluated. */
export interface TfModule {
  file: string;
  exports: Exports;
}

/** What is told of the modules of tfjs. */
export interface ModuleEvents {
  /** All that one `require` or `import` of tfjs has loaded, in the order in which it was evaluated. */
  onLoaded(modules: readonly TfModule[]): void;
  /** True for a module that {@link onThrown} may replace. */
  isReplaceable(file: string): boolean;
  /** Such a module threw when it was evaluated. What is returned becomes its exports: it has not thrown. */
  onThrown(file: string, error: unknown): unknown;
}

/** Packages of tfjs: all that one of them loads belongs together. */
const PACKAGE = /[\\/]node_modules[\\/]@tensorflow[\\/]/;

/** Its bundles where they lie elsewhere: linked, or copied into the program. */
const BUNDLE = /[\\/]tf(-core|-layers|-data)?(\.node|\.es2017|\.fesm)?(\.min)?\.c?js$/;

/**
 * The modules of tfjs that were loaded before, in the order in which their loading began. Those that a
 * bundler put into the program are not among them.
 */
export function loadedModules(): TfModule[] {
  const { _cache } = Module as unknown as { _cache: Record<string, LoadedModule | undefined> };
  return Object.entries(_cache).flatMap(([file, module]) => {
    if (!PACKAGE.test(file) && !BUNDLE.test(file)) return [];
    const exports = module?.exports;
    return typeof exports === 'object' && exports !== null
      ? [{ file, exports: exports as Exports }]
      : [];
  });
}

/** Watches from now on. What it returns stops watching. */
export function watchModules(events: ModuleEvents): () => void {
  const prototype = Module.prototype as unknown as { _compile: Compile };
  const original = prototype._compile;
  /** Modules of tfjs under way, and those that the outermost of them has loaded. */
  let depth = 0;
  let loaded: TfModule[] = [];
  let isWatching = true;
  const note = (file: string, { exports }: LoadedModule): void => {
    if (typeof exports === 'object' && exports !== null) {
      loaded.push({ file, exports: exports as Exports });
    }
  };
  const tell = (): void => {
    const modules = loaded;
    loaded = [];
    if (modules.length > 0) events.onLoaded(modules);
  };
  prototype._compile = function (this: LoadedModule, content, file, ...rest) {
    const isPackage = isWatching && PACKAGE.test(file);
    if (!isPackage && !(isWatching && BUNDLE.test(file))) {
      return original.call(this, content, file, ...rest);
    }
    if (isPackage) depth++;
    const compile = (): unknown => original.call(this, content, file, ...rest);
    const compileOrReplace = (): unknown => {
      try {
        return compile();
      } catch (error) {
        const instead = events.onThrown(file, error);
        if (instead === undefined) throw error;
        this.exports = instead;
        return undefined;
      }
    };
    try {
      // An error that is caught and thrown anew is reported as of here: only where it must be.
      const result = events.isReplaceable(file) ? compileOrReplace() : compile();
      note(file, this);
      return result;
    } finally {
      if (isPackage) depth--;
      // Of a package that failed, parts may have been loaded, and are used by themselves.
      if (depth === 0) tell();
    }
  };
  return () => {
    isWatching = false;
  };
}
