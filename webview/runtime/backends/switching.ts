// Changes the backend that computes, in the middle of a program. Tensors move by themselves when the
// new backend first uses them; statistics follow.
import type { KernelBackend, LayersModel } from '@tensorflow/tfjs';
import type { StatisticsEngine, TfNamespace } from '../../../src/shared/tap/types';
import { createStatistics } from '../statistics';
import { tf } from '../tf';

/** Makes a backend that has started the one that computes, at once. */
export function useBackend(name: string): void {
  if (tf.getBackend() === name) return;
  // The engine's own: the namespace's only tells the program that the choice is ours. It is done when
  // the call returns; only backends that have yet to start keep its promise waiting.
  void tf.engine().setBackend(name);
}

/** True where the loss of a backend would lose something: it computes, or tensors are still on it. */
export function isInUse(name: string): boolean {
  const registry: Partial<Record<string, KernelBackend>> = tf.engine().registry;
  return tf.getBackend() === name || (registry[name]?.numDataIds() ?? 0) > 0;
}

/** Moves the weights of `model` that are elsewhere to the backend that computes. */
export function gatherWeights(model: LayersModel): void {
  const engine = tf.engine();
  const backend = tf.backend();
  for (const weight of model.weights) {
    const { dataId } = weight.read();
    if (engine.state.tensorInfo.get(dataId)?.backend !== backend) engine.moveData(backend, dataId);
  }
}

/** Statistics on whichever backend computes when a step is measured. */
export function followingStatistics(namespace: TfNamespace): StatisticsEngine {
  const engines = new Map<string, StatisticsEngine>();
  const current = (): StatisticsEngine => {
    const name = namespace.getBackend();
    const engine = engines.get(name) ?? createStatistics(namespace);
    engines.set(name, engine);
    return engine;
  };
  return {
    measure: (items) => current().measure(items),
    submit: () => engines.forEach((engine) => engine.submit()),
    dispose: () => engines.forEach((engine) => engine.dispose()),
  };
}
