// Statistics in a process: typed arrays where the backend has them in memory (cpu, wasm). Those of
// TensorFlow are read: one copy of a tensor costs less than the dozen native operations, each with its
// own call and result, that the same summary takes.
import type { StatisticsEngine, TfNamespace } from '../../src/shared/tap/types';
import {
  createTypedArrayStatistics,
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
      return createTypedArrayStatistics((tensor) => tensor.dataSync());
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
