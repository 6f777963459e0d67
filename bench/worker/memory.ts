// What a contestant holds after a block.
import type { TfNamespace } from '../../src/shared/tap/types';
import type { MemoryUse } from '../contestant';

/** The counts of tf.memory() that must not grow from block to block. */
export function memoryUse(tf: TfNamespace): MemoryUse {
  const { numTensors, numDataBuffers, numBytes } = tf.memory();
  return { numTensors, numDataBuffers, numBytes };
}

/** Time in which copies that are being read on the device have to be freed, in milliseconds. */
const SETTLE_MS = 3000;

/**
 * Reads {@link memoryUse} when it is back at the least that was seen: a copy for a checkpoint, which is read
 * beside the training, is held for a moment, and whether a block ends in it is a matter of chance. What is
 * not freed in {@link SETTLE_MS} is counted.
 */
export function settledMemory(
  tf: TfNamespace,
  wait: (ms: number) => Promise<void>,
): () => Promise<MemoryUse> {
  let least = Infinity;
  return async () => {
    const until = performance.now() + SETTLE_MS;
    let memory = memoryUse(tf);
    while (memory.numBytes > least && performance.now() < until) {
      await wait(10);
      memory = memoryUse(tf);
    }
    least = Math.min(least, memory.numBytes);
    return memory;
  };
}
