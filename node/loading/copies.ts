// Tells the packages of tfjs by what they export, and joins those of one copy to the namespace that the tap
// works on: a plain object, since those of tfjs have getters only.
import type { TfNamespace } from '../../src/shared/tap/types';

/** What a CommonJS module exports. */
export type Exports = Record<string, unknown>;

/** A copy of tfjs, or a part of one. */
export interface TfCopy {
  tf: TfNamespace;
  /** Exports of its core, which the program takes its classes from. */
  core: Exports;
  version: string;
}

/** Exports are read by name only: their getters may have effects. */
const has = (exports: unknown, ...names: string[]): exports is Exports =>
  ((typeof exports === 'object' && exports !== null) || typeof exports === 'function') &&
  names.every((name) => name in exports);

/** Oldest major version whose backends count references to data, as the tap needs it. */
const OLDEST = 3;

/** True for a copy that the tap can watch: any other trains unseen. */
export function isWatchable({ tf, version }: TfCopy): boolean {
  const engine = tf.engine() as unknown as Record<string, unknown>;
  const { tensorInfo } = (engine['state'] ?? {}) as { tensorInfo?: unknown };
  return (
    Number.parseInt(version, 10) >= OLDEST &&
    typeof engine['gradients'] === 'function' &&
    typeof engine['makeVariable'] === 'function' &&
    typeof engine['removeDataId'] === 'function' &&
    tensorInfo !== undefined
  );
}

/** True for tfjs-core, and for bundles that hold it. */
export function isCore(exports: unknown): exports is Exports {
  return has(exports, 'version_core', 'engine', 'Optimizer', 'SGDOptimizer', 'Tensor');
}

/** True for tfjs-layers, and for bundles that hold it. */
export function isLayers(exports: unknown): exports is Exports {
  return has(exports, 'version_layers', 'LayersModel', 'registerCallbackConstructor', 'layers');
}

/** True for tfjs-data. */
export function isData(exports: unknown): exports is Exports {
  return has(exports, 'version_data', 'Dataset');
}

/** Joins what belongs together. Every part may be missing but the core. */
export function joined(core: Exports, layers?: Exports, data?: Exports): TfCopy {
  const namespace: Exports = { ...core, ...layers };
  // A namespace with getters only, in the union package.
  const ownData = (core['data'] ?? data) as Exports | undefined;
  if (ownData) namespace['data'] = { ...ownData };
  const all = namespace['version'] as { tfjs?: unknown } | undefined;
  const version = all?.tfjs ?? namespace['version_core'];
  return { tf: namespace as unknown as TfNamespace, core, version: String(version) };
}
