// Lets packages of the user load in this thread: they find `process`, which the global scope lacks here
// (workerScope.ts), and, where they ask for tfjs, the one that trains.
import Module, { createRequire } from 'node:module';

type Compile = (this: unknown, content: string, ...rest: unknown[]) => unknown;
type Load = (this: unknown, request: string, ...rest: unknown[]) => unknown;

/** The packages of tfjs that the runtime's tfjs has everything of; their inner files are not among them. */
const TFJS = /^@tensorflow\/tfjs(-core|-layers|-data|-converter|-backend-cpu)?$/;

/**
 * `process` as a parameter: a module may declare the name itself, and its lines stay what they are. The
 * second function is for declarations that a parameter of the same function would forbid.
 */
const BEFORE = '(function (process) { return (function () { ';
const AFTER = '\n}).call(this); }).call(this, require("node:process"));';

/** From now on, for all modules that this thread loads. `tfjs` is what they get for tfjs. */
export function admitPackages(tfjs: object): void {
  const prototype = Module.prototype as unknown as { _compile: Compile };
  const { _compile: compile } = prototype;
  prototype._compile = function (content, ...rest) {
    return compile.call(this, `${BEFORE}${content}${AFTER}`, ...rest);
  };
  const loader = Module as unknown as { _load: Load };
  const { _load: load } = loader;
  loader._load = function (request, ...rest) {
    return TFJS.test(request) ? tfjs : load.call(this, request, ...rest);
  };
}

/** A package as its `package.json` describes it; undefined where none is found from `file`. */
export function findPackage(
  file: string,
  name: string,
): { version: string; load: () => unknown } | undefined {
  const require = createRequire(file);
  try {
    const { version } = require(`${name}/package.json`) as { version?: unknown };
    return { version: String(version), load: () => require(name) as unknown };
  } catch {
    return undefined;
  }
}
