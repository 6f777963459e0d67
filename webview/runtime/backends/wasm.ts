// The wasm backend from bytes that the page fetched: a worker inside VS Code cannot fetch files of
// the extension itself. tfjs's glue loads from a URL, so the bytes become a blob.
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { tf } from '../tf';
import { post, native } from '../scope';
import { completeWasmKernels } from './wasmKernels';

/** The page answers at once; longer means that it cannot. Milliseconds. */
const BINARY_TIMEOUT = 10_000;

let deliver: ((binary: ArrayBuffer) => void) | undefined;

/** Hands over the page's answer to `needWasm`. */
export function receiveWasm(binary: ArrayBuffer): void {
  deliver?.(binary);
}

function requestBinary(): Promise<ArrayBuffer | undefined> {
  return new Promise((resolve) => {
    const timer = native.setTimeout(() => resolve(undefined), BINARY_TIMEOUT);
    deliver = (binary) => {
      native.clearTimeout(timer);
      resolve(binary);
    };
    post({ type: 'needWasm' });
  });
}

let starting: Promise<string | undefined> | undefined;

/**
 * Starts the wasm backend, with every kernel that training needs, and makes it the one that computes.
 * Undefined, or why it cannot; asked again, the answer is the same.
 */
export function startWasm(): Promise<string | undefined> {
  return (starting ??= start());
}

async function start(): Promise<string | undefined> {
  if (typeof WebAssembly === 'undefined') return 'WebAssembly is not available here';
  const env = tf.env();
  if (!(await env.getAsync('WASM_HAS_SIMD_SUPPORT'))) return 'this CPU or browser has no wasm SIMD';
  const binary = await requestBinary();
  // The page answers with an empty binary where it could not fetch one.
  if (!binary?.byteLength) return 'the page could not load the wasm binary';
  env.set('WASM_HAS_MULTITHREAD_SUPPORT', false); // Needs cross-origin isolation, which webviews lack.
  const url = URL.createObjectURL(new Blob([binary], { type: 'application/wasm' }));
  try {
    setWasmPaths({
      'tfjs-backend-wasm.wasm': url,
      'tfjs-backend-wasm-simd.wasm': url,
      'tfjs-backend-wasm-threaded-simd.wasm': url,
    });
    if (!(await tf.setBackend('wasm'))) return 'the wasm backend did not start';
  } finally {
    URL.revokeObjectURL(url);
  }
  completeWasmKernels();
  return undefined;
}
