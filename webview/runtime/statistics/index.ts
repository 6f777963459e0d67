// Picks the statistics engine that fits the backend tfjs trains on.
import type { StatisticsEngine, TfNamespace } from '../../../src/shared/tap/types';
import { createTypedArrayStatistics, readAgain, readCopy, readCpu, readWasm } from './typedArray';
import { createWasmStatistics } from './wasm/index';
import { createWebglStatistics } from './webgl/index';

/** The engine for the backend that `tf` uses now. Create it after the backend is ready. */
export function createStatistics(tf: TfNamespace): StatisticsEngine {
  switch (tf.getBackend()) {
    case 'cpu':
      return createTypedArrayStatistics(readCpu(tf));
    case 'wasm':
      return createWasmStatistics(tf) ?? createTypedArrayStatistics(readWasm(tf));
    case 'webgl':
      return createWebglStatistics(tf) ?? createTypedArrayStatistics(readCopy(tf));
    case 'tensorflow':
      return createTypedArrayStatistics(readAgain);
    default:
      return createTypedArrayStatistics(readCopy(tf));
  }
}
