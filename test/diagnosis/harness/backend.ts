// The tf namespace of the training runtime on its wasm backend, in Node: the same kernels as in the
// worker, with the binary read from the package.
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import path from 'node:path';
import { completeWasmKernels } from '../../../webview/runtime/backends/wasmKernels';
import { tf } from '../../../webview/runtime/tf';

export { tf };

/** Starts wasm. The checkout must be the current folder. */
export async function startBackend(): Promise<void> {
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false); // As in the worker.
  setWasmPaths(`${path.resolve('node_modules/@tensorflow/tfjs-backend-wasm/dist')}${path.sep}`);
  if (!(await tf.setBackend('wasm'))) throw new Error('tfjs could not start its wasm backend.');
  completeWasmKernels();
}
