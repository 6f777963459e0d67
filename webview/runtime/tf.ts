// The one tfjs instance of the worker: a plain object with everything that any `@tensorflow/tfjs*`
// package exports, so that it can be tapped, and handed to the user's bundle as a CommonJS module.
import * as tfjs from '@tensorflow/tfjs';
import * as wasm from '@tensorflow/tfjs-backend-wasm';
import type { TfNamespace } from '../../src/shared/tap/types';

const namespace: Record<string, unknown> = { ...tfjs };
for (const [name, value] of Object.entries({ ...wasm, ...tfjs.data })) {
  if (!(name in namespace)) namespace[name] = value;
}
// Module namespaces have getters only; these two are copied so that their members can be replaced.
namespace['data'] = { ...tfjs.data };
namespace['layers'] = { ...tfjs.layers };
namespace['__esModule'] = true;
namespace['default'] = namespace;

/** Mutable: the tap and the hooks replace functions in it. */
export const tf = namespace as unknown as TfNamespace;
