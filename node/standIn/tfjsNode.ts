// tfjs-node that is not installed, or whose binary does not load: what the program's failure is called, or
// what stands in for it.
import Module, { createRequire } from 'node:module';
import path from 'node:path';
import type { NodeStart } from '../../src/shared/protocol/node';
import { isCore, isLayers, joined, type Exports } from '../loading/copies';
import { stackOf } from '../stack';
import { importStandIns } from './importHook';
import { standInNamespace } from './namespace';
import { WasmSwitch } from './wasm';

/** What a program asks for. */
const NAMES = ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'];
/** The file of the package that loads the binary. */
const MAIN = /[\\/](@tensorflow[\\/]tfjs-node(?:-gpu)?)[\\/]dist[\\/]index\.js$/;
/** A frame of it in a stack trace. */
const FRAME = /[\\/]@tensorflow[\\/]tfjs-node(-gpu)?[\\/]dist[\\/]index\.js/;
/** How Node names a package that it does not find. */
const NOT_FOUND = /'(@tensorflow\/tfjs-node(?:-gpu)?)'/;

const MISSING: readonly unknown[] = ['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND'];

interface Parent {
  filename?: string | null;
}
interface Loader {
  _cache: Record<string, unknown>;
  _resolveFilename: (request: string, parent?: Parent, ...rest: unknown[]) => string;
}

/** The stand-in of one process. */
export class TfjsNode {
  readonly #mode: NodeStart['standIn'];
  readonly #standIns = new Map<string, Exports>();
  #tell: (message: string) => void = () => undefined;
  #steps: () => number = () => 0;

  /** Why it is replaced, in one plain sentence; undefined where it is not. */
  reason: string | undefined;

  constructor(mode: NodeStart['standIn']) {
    this.#mode = mode;
  }

  /** From now on, `tell` is told of what is left out, and `steps` says how many were taken. */
  connect(tell: (message: string) => void, steps: () => number): void {
    this.#tell = tell;
    this.#steps = steps;
  }

  /** The code of an error by which tfjs-node failed to load. */
  codeOf(error: unknown): string | undefined {
    for (let at = error; typeof at === 'object' && at !== null;) {
      const { code, message, cause } = at as { code?: unknown; message?: unknown; cause?: unknown };
      const isMissing = MISSING.includes(code) && NOT_FOUND.test(String(message));
      // Its main file does nothing but load the binary: whatever is thrown in there comes of that.
      if (isMissing || FRAME.test(stackOf(at))) return 'tfjs-node-missing';
      at = cause;
    }
    return undefined;
  }

  /** True for the main file of tfjs-node, where something may stand in for it. */
  isReplaceable(file: string): boolean {
    return this.#mode === 'use' && MAIN.test(file);
  }

  /** The main file of tfjs-node threw: what stands in for it. */
  replaceBroken(file: string): Exports | undefined {
    const name = MAIN.exec(file)?.[1]?.replace('\\', '/') ?? '';
    const here = `Node ${process.version} on ${process.platform}-${process.arch}`;
    return this.#standInFor(file, `The binary of ${name} does not load here (${here})`);
  }

  /** Has the stand-in found where the package is not. */
  watchMissing(): void {
    if (this.#mode === 'offer') return;
    // Looked for before it can be found by us.
    const isKnown = isInstalled();
    const loader = Module as unknown as Loader;
    const original = loader._resolveFilename;
    const missing = (name: string, parent: Parent | undefined): string | undefined => {
      const from = parent?.filename ?? path.join(process.cwd(), 'index.js');
      const exports = this.#standInFor(from, notInstalled(name));
      if (!exports) return undefined;
      const file = path.join(path.dirname(from), 'node_modules', name, 'gradient-lens.js');
      const module = new Module(file);
      Object.assign(module, { exports, loaded: true, filename: file });
      loader._cache[file] = module;
      return file;
    };
    loader._resolveFilename = function (request, parent, ...rest) {
      if (!NAMES.includes(request)) return original.call(this, request, parent, ...rest);
      try {
        return original.call(this, request, parent, ...rest);
      } catch (error) {
        const file = missing(request, parent);
        if (file === undefined) throw error;
        return file;
      }
    };
    if (isKnown) return;
    importStandIns(NAMES, {
      announce: (name) => this.#announce(notInstalled(name)),
      make: (file, name) => this.#standInFor(file, notInstalled(name)),
    });
  }

  /** Before any tfjs is loaded by it: the first one tells the host. */
  #announce(why: string): void {
    this.reason ??= `${why}, so @tensorflow/tfjs trains in its place.`;
  }

  /** `file`: where the program asks for its packages from. One stand-in per tfjs. */
  #standInFor(file: string, why: string): Exports | undefined {
    const before = this.reason;
    this.#announce(why);
    const base = baseFor(file);
    if (!base) {
      this.reason = before;
      return undefined;
    }
    const known = this.#standIns.get(base.file);
    if (known) return known;
    const wasm = new WasmSwitch(base.exports, file, () => this.#steps());
    const exports = standInNamespace(
      base.exports,
      (message) => this.#tell(message),
      () => wasm.ready(),
    );
    wasm.install();
    this.#standIns.set(base.file, exports);
    return exports;
  }
}

/** True where the program would find one of them: then nothing has to be found in its stead. */
function isInstalled(): boolean {
  const [, script = path.join(process.cwd(), 'index.js')] = process.argv;
  try {
    const { resolve } = createRequire(path.resolve(script));
    return NAMES.some((name) => {
      try {
        return resolve(name) !== '';
      } catch {
        return false;
      }
    });
  } catch {
    return false;
  }
}

const notInstalled = (name: string): string => `${name} is not installed`;

/** The program's own tfjs, or what of its parts it has. */
function baseFor(file: string): { file: string; exports: Exports } | undefined {
  const require = createRequire(file);
  const load = (name: string): { file: string; exports: unknown } | undefined => {
    try {
      return { file: require.resolve(name), exports: require(name) as unknown };
    } catch {
      return undefined;
    }
  };
  const union = load('@tensorflow/tfjs');
  if (union && isCore(union.exports)) {
    return { file: union.file, exports: union.exports };
  }
  const core = load('@tensorflow/tfjs-core');
  if (!core || !isCore(core.exports)) return undefined;
  const cpu = load('@tensorflow/tfjs-backend-cpu')?.exports as Exports | undefined;
  if (!cpu) return undefined;
  const layers = load('@tensorflow/tfjs-layers')?.exports;
  const copy = joined(core.exports, isLayers(layers) ? layers : undefined);
  const exports = { ...cpu, ...(copy.tf as unknown as Exports) };
  return { file: core.file, exports };
}
