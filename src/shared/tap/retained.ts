// Tensors kept beyond the step that owns them. A clone of tfjs would do, but costs the dispatch of a
// kernel, a tape check and the tracking of a tensor: several microseconds each, a hundred times a step.
import type { Tensor, TfNamespace } from './types';

/** A tensor's data, kept from being freed. */
export interface Retained {
  /**
   * The data under the shape that it had: for reading and as an operand. It is not tracked by the
   * engine, so `tf.memory()` does not count it; never call its `dispose`.
   */
  readonly tensor: Tensor;
  /** Lets the data go. Once. */
  release(): void;
}

/** The parts of a backend and of the engine that count references to data. */
interface CountingBackend {
  incRef(dataId: object): void;
  /** True where that was the last reference, and the data is gone. */
  disposeData(dataId: object): boolean;
}
interface CountingEngine {
  state: { tensorInfo: { get(dataId: object): { backend: CountingBackend } | undefined } };
  removeDataId(dataId: object, backend: CountingBackend): void;
}

/** The constructor of tf.Tensor makes a tensor that no scope and no count knows of. */
type UntrackedTensor = new (
  shape: readonly number[],
  dtype: Tensor['dtype'],
  dataId: object,
  id: number,
) => Tensor;

/** Keeps the data of `tensor`, which must not be disposed, whatever becomes of the tensor itself. */
export function retain(tf: TfNamespace, tensor: Tensor): Retained {
  const engine = tf.engine() as unknown as CountingEngine;
  const { dataId, shape, dtype, id } = tensor;
  const info = engine.state.tensorInfo.get(dataId);
  if (info === undefined) return retainClone(tensor);
  const { backend } = info;
  backend.incRef(dataId);
  const Untracked = tf.Tensor as unknown as UntrackedTensor;
  return {
    tensor: new Untracked(shape, dtype, dataId, id),
    release: () => {
      if (backend.disposeData(dataId)) engine.removeDataId(dataId, backend);
    },
  };
}

/** For a tensor that the engine has no data of. */
function retainClone(tensor: Tensor): Retained {
  const clone = tensor.clone();
  clone.kept = true; // what tf.keep does
  return { tensor: clone, release: () => clone.dispose() };
}
