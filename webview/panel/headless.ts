// The page of the command line's headless browser: it carries the training worker as the panel does,
// and shows nothing. Its owner calls `gradientLens` and hears through `gradientLensReceive`.
import probe from 'gradient-lens:probe';
import type { FromPanel } from '../../src/shared/protocol/panel';
import { WorkerHost } from './workerHost';

declare global {
  interface Window {
    /** Published by the page's owner before this script runs. */
    gradientLensReceive(message: FromPanel): Promise<void>;
    gradientLens: WorkerHost;
  }
}

window.gradientLens = new WorkerHost({
  runtimeUri: '/runtime.js',
  wasmUri: '/backend.wasm',
  probe,
  post: (message) => void window.gradientLensReceive(message),
});
