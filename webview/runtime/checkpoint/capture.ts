// Reads tensors without moving them: a read by tfjs takes a tensor off the device, and where small tensors
// are decides how tfjs computes them.
import type { LayersModel, Optimizer, Tensor } from '@tensorflow/tfjs';
import type { TfNamespace } from '../../../src/shared/tap/types';
import type { SavedTensor } from './checkpoint';
import { changingTensors, isOnDevice } from './state';

interface ReadingBackend {
  /** wasm reads the range that it is asked for. */
  readSync(dataId: object, start?: number, end?: number): SavedTensor['values'];
}

/**
 * Elements [start, end) of a tensor in row-major order, all where these are absent; a copy. Waits for the
 * device. The tensor stays where it is.
 */
export function readValues(
  tf: TfNamespace,
  tensor: Tensor,
  start = 0,
  end = tensor.size,
): SavedTensor['values'] {
  const { dataId } = tensor;
  const info = tf.engine().state.tensorInfo.get(dataId);
  const backend = (info?.backend ?? tf.backend()) as unknown as ReadingBackend;
  if ('wasm' in backend) {
    // An end of 0 means the tensor's, there.
    return start < end
      ? backend.readSync(dataId, start, end)
      : backend.readSync(dataId).slice(0, 0);
  }
  if (!isOnDevice(tf, tensor)) return backend.readSync(dataId).slice(start, end);
  const copy = tf.tidy(() => tf.keep(tf.mul(tensor, tf.scalar(1, tensor.dtype as 'float32'))));
  try {
    return backend.readSync(copy.dataId).slice(start, end);
  } finally {
    copy.dispose();
  }
}

/** Every tensor that training changes, with its values. Waits for the device. */
export function saveTensors(
  tf: TfNamespace,
  model: LayersModel,
  optimizer: Optimizer,
): SavedTensor[] {
  return [...changingTensors(tf, model, optimizer)].map(([name, tensor]) => ({
    name,
    shape: [...tensor.shape],
    dtype: tensor.dtype as SavedTensor['dtype'],
    onDevice: isOnDevice(tf, tensor),
    values: readValues(tf, tensor),
  }));
}

/** Bytes of what {@link saveTensors} would give. */
export function savedBytes(tf: TfNamespace, model: LayersModel, optimizer: Optimizer): number {
  const tensors = [...changingTensors(tf, model, optimizer).values()];
  return tensors.reduce((sum, { size, dtype }) => sum + size * (dtype === 'bool' ? 1 : 4), 0);
}
