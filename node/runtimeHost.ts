// Entry of the training runtime in Node (dist/nodeRuntime.cjs): a worker thread that looks like the
// worker of a page to dist/runtime.js and to the user's bundle, which run in it unchanged. Messages
// are those of the runtime; the thread's owner answers `needWasm` as a page does.
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { RuntimeHostData } from '../src/shared/protocol/thread';
import { runScript } from './runtimeHost/script';
import { offerTfjsNode } from './runtimeHost/tfjsNode';
import { installWorkerScope } from './runtimeHost/workerScope';

/** Name of the script in stack traces, and the address that the runtime takes for its own. */
const ADDRESS = 'gradient-lens://training/worker.js';

if (!parentPort) throw new Error('dist/nodeRuntime.cjs is a worker thread of Gradient Lens.');
const { runtime, bundle, tfjsNodeFrom } = workerData as RuntimeHostData;
const text = readFileSync(runtime, 'utf8');
if (tfjsNodeFrom !== undefined) offerTfjsNode(tfjsNodeFrom);
installWorkerScope(parentPort, ADDRESS);
runScript({ runtime: text, bundle }, ADDRESS);
