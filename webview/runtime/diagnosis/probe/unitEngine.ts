// Picks the way to count units that fits the backend tfjs trains on.
import type { TfNamespace } from '../../../../src/shared/tap/types';
import { readAgain, readCopy, readCpu, readWasm } from '../../statistics/typedArray';
import { createUnitEngine, type UnitEngine } from './units';
import { createWebglUnitEngine } from './unitsWebgl';

/** The engine for the backend that `tf` uses now. */
export function unitEngineOf(tf: TfNamespace): UnitEngine {
  switch (tf.getBackend()) {
    case 'cpu':
      return createUnitEngine(readCpu(tf));
    case 'wasm':
      return createUnitEngine(readWasm(tf));
    case 'webgl':
      return createWebglUnitEngine(tf) ?? createUnitEngine(readCopy(tf));
    case 'tensorflow':
      return createUnitEngine(readAgain);
    default:
      return createUnitEngine(readCopy(tf));
  }
}
