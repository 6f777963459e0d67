// Finds the copies of tfjs among the modules that were just loaded, and what was loaded before that they
// are completed by.
import Module from 'node:module';
import { isCore, isData, isLayers, joined, type Exports, type TfCopy } from './copies';
import type { TfModule } from './compileHook';

/** Node's loader, by its documented and its long-standing parts. */
interface Loader {
  _cache: Record<string, { exports: unknown } | undefined>;
  _resolveFilename(request: string, parent: { filename: string; paths: string[] }): string;
  _nodeModulePaths(folder: string): string[];
}
const loader = Module as unknown as Loader;

/** Remembers the copies of tfjs in the process. */
export class Copies {
  readonly #cores = new Set<object>();
  readonly #layers = new Set<object>();
  #latestCore: Exports | undefined;
  #data: Exports | undefined;

  /** The copies that `modules` add, or complete by their layers. */
  add(modules: readonly TfModule[]): TfCopy[] {
    for (const { exports } of modules) if (isData(exports)) this.#data = exports;
    const copies: TfCopy[] = [];
    // The union of all packages knows them all, and comes last.
    for (const { file, exports } of [...modules].reverse()) {
      if (isCore(exports) && isLayers(exports)) {
        if (this.#isNew(this.#layers, exports['LayersModel'])) {
          copies.push(joined(coreOf(file) ?? exports, exports, this.#data));
        }
      }
    }
    for (const { exports } of modules) {
      if (isCore(exports)) this.#latestCore = exports;
    }
    for (const { file, exports } of modules) {
      if (!isLayers(exports) || !this.#isNew(this.#layers, exports['LayersModel'])) continue;
      const core = coreOf(file) ?? this.#latestCore;
      if (core) copies.push(joined(core, exports, this.#data));
    }
    for (const { core } of copies) this.#cores.add(prototypeOf(core['Optimizer']));
    for (const { exports } of modules) {
      if (isCore(exports) && this.#isNew(this.#cores, exports['Optimizer'])) {
        copies.push(joined(exports, undefined, this.#data));
      }
    }
    return copies;
  }

  /** True the first time for a class, whatever proxies stand for it. */
  #isNew(met: Set<object>, constructor: unknown): boolean {
    const prototype = prototypeOf(constructor);
    if (met.has(prototype)) return false;
    met.add(prototype);
    return true;
  }
}

function prototypeOf(constructor: unknown): object {
  return (constructor as { prototype: object }).prototype;
}

/** The exports of the tfjs-core that a module of tfjs uses. */
function coreOf(file: string): Exports | undefined {
  try {
    const folder = file.replace(/[\\/][^\\/]*$/, '');
    const parent = { filename: file, paths: loader._nodeModulePaths(folder) };
    const core = loader._resolveFilename('@tensorflow/tfjs-core', parent);
    const exports = loader._cache[core]?.exports;
    return isCore(exports) ? exports : undefined;
  } catch {
    return undefined;
  }
}
