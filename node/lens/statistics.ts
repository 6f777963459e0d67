// Statistics in a process: typed arrays where the backend has them in memory (cpu, wasm); those of
// TensorFlow, and of a backend that we do not know, are read.
import type { StatisticsEngine, TfNamespace } from '../../src/shared/tap/types';
import {
  createTypedArrayStatistics,
  readAgain,
  readCopy,
  readCpu,
  readWasm,
} from '../../webview/runtime/statistics/typedArray';
import { createWasmStatistics } from '../../webview/runtime/statistics/wasm';

function createStatistics(tf: TfNamespace): StatisticsEngine {
  switch (tf.getBackend()) {
    case 'cpu':
      return createTypedArrayStatistics(readCpu(tf));
    case 'wasm':
      return createWasmStatistics(tf) ?? createTypedArrayStatistics(readWasm(tf));
    case 'webgl':
      // It keeps what it has read beside the texture.
      return createTypedArrayStatistics(readCopy(tf));
    default:
      return createTypedArrayStatistics(readAgain);
  }
}

/** Statistics on whichever backend computes when a step is measured. */
export function followingStatistics(tf: TfNamespace): StatisticsEngine {
  const engines = new Map<string, { backend: object; engine: StatisticsEngine }>();
  const current = (): StatisticsEngine => {
    const name = tf.getBackend();
    const backend = tf.backend();
    const known = engines.get(name);
    // A program may remove a backend and register it anew.
    if (known?.backend === backend) return known.engine;
    const engine = createStatistics(tf);
    engines.set(name, { backend, engine });
    return engine;
  };
  return {
    measure: (items) => current().measure(items),
    submit: () => engines.forEach(({ engine }) => engine.submit()),
    dispose: () => engines.forEach(({ engine }) => engine.dispose()),
  };
}
