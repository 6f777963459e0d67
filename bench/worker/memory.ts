// What a contestant holds after a block.
import type { TfNamespace } from '../../src/shared/tap/types';
import type { MemoryUse } from '../contestant';

/** The counts of tf.memory() that must not grow from block to block. */
export function memoryUse(tf: TfNamespace): MemoryUse {
  const { numTensors, numDataBuffers, numBytes } = tf.memory();
  return { numTensors, numDataBuffers, numBytes };
}
