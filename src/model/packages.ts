// Which packages mean what: tfjs (resolved to the runtime's one instance), Gradient Lens's own
// module, and what exists only in Node.
import { builtinModules } from 'node:module';

/** Virtual module of experiment types and data readers. */
export const LENS_MODULE = 'gradient-lens';

/** Parts of the @tensorflow scope that are tfjs itself, and so come from the runtime. */
const TFJS =
  /^@tensorflow\/tfjs(-core|-layers|-data|-converter|-backend-(webgl|wasm|cpu|webgpu))?(\/|$)/;

/** Parts that need Node's native TensorFlow. */
const TFJS_NODE = /^@tensorflow\/tfjs-node(-gpu)?(\/|$)/;

/** True for every specifier that must resolve to the runtime's one tfjs instance. */
export function isTfjs(specifier: string): boolean {
  return TFJS.test(specifier);
}

/** The package of a tfjs specifier, without a path inside it. */
export function tfjsPackage(specifier: string): string {
  return specifier.split('/').slice(0, 2).join('/');
}

/** True for `gradient-lens` itself. */
export function isLensModule(specifier: string): boolean {
  return specifier === LENS_MODULE;
}

/** Node's own modules, as they are imported without `node:`; names of letters, digits, `_` and `/`. */
export const NODE_BUILTINS: readonly string[] = builtinModules.filter((name) =>
  /^[a-z][\w/]*$/i.test(name),
);

const BUILTINS = new Set(NODE_BUILTINS);

/**
 * True for modules that exist only in Node: its own, with or without `node:`, and tfjs-node. A name
 * with a trailing slash (`buffer/`) means an npm package, by convention.
 */
export function isNodeOnly(specifier: string): boolean {
  if (specifier.startsWith('node:') || TFJS_NODE.test(specifier)) return true;
  return !specifier.endsWith('/') && BUILTINS.has(specifier);
}
