// Whether a program that failed in a worker would not fail so in Node: what its bundling or its start shows.
import type { RunError } from '../shared/core/run';

/** What a program says that takes Node's globals, or `require`, for granted. */
const NODE_GLOBAL =
  /\b(process|Buffer|require|setImmediate|__dirname|__filename) is not defined|Dynamic require of/;
/** Codes under which the runtime reports that: with a hint where it knows the global, else plainly. */
const GLOBAL_CODES = new Set(['missing-global', 'model-exception']);

/** True for the failure of a program that should be tried in Node. */
export function needsNode({ code, message }: RunError): boolean {
  return code === 'needs-node' || (GLOBAL_CODES.has(code) && NODE_GLOBAL.test(message));
}
