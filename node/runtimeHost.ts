// Entry of the training runtime in Node (dist/nodeRuntime.cjs): a worker thread that looks like the
// worker of a page to dist/runtime.js and to the user's bundle, which run in it unchanged. Messages
// are those of the runtime; the thread's owner answers `needWasm` as a page does.
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { runScript } from './runtimeHost/script';
import { installWorkerScope } from './runtimeHost/workerScope';

/** What the thread is started with. */
export interface RuntimeHostData {
  /** Path of dist/runtime.js. */
  runtime: string;
  /** The user's bundle, see `BundleGlobals`. */
  bundle: string;
}

/** Name of the script in stack traces, and the address that the runtime takes for its own. */
const ADDRESS = 'gradient-lens://training/worker.js';

if (!parentPort) throw new Error('dist/nodeRuntime.cjs is a worker thread of Gradient Lens.');
const { runtime, bundle } = workerData as RuntimeHostData;
const text = readFileSync(runtime, 'utf8');
installWorkerScope(parentPort, ADDRESS);
runScript({ runtime: text, bundle }, ADDRESS);
