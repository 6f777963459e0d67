// `unsortedSegmentSum`, the gradient of embedding and gather, for the wasm backend, which has none:
// each row of the input is added to the row of its segment. (The cpu backend's kernel goes through
// the whole input once per segment, that is, per word of a vocabulary.)
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';

/** Kernel `UnsortedSegmentSum` for the wasm backend. Rows of negative or too large segments are left out. */
export const unsortedSegmentSum: KernelFunc = ({ inputs, attrs, backend }) => {
  const wasm = backend as unknown as BackendWasm;
  const { x, segmentIds } = inputs as { x: TensorInfo; segmentIds: TensorInfo };
  const { numSegments } = attrs as unknown as { numSegments: number };
  const rowShape = x.shape.slice(segmentIds.shape.length);
  const rowSize = rowShape.reduce((product, size) => product * size, 1);
  const sums = wasm.makeOutput([numSegments, ...rowShape], x.dtype);
  // Views only now: making the output may have moved the heap.
  const values = wasm.typedArrayFromHeap(x);
  const segments = wasm.typedArrayFromHeap(segmentIds);
  const result = wasm.typedArrayFromHeap(sums);
  result.fill(0);
  for (let row = 0; row < segments.length; row++) {
    const segment = segments[row] ?? -1;
    if (segment < 0 || segment >= numSegments) continue;
    const from = row * rowSize;
    const to = segment * rowSize;
    for (let i = 0; i < rowSize; i++) {
      result[to + i] = (result[to + i] ?? 0) + (values[from + i] ?? 0);
    }
  }
  return sums;
};
