// Reads elements of a recorded step's tensors, one page at a time.
import type { Tensor } from '@tensorflow/tfjs';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { readValues } from '../checkpoint/capture';
import { isOnDevice } from '../checkpoint/state';

/** Elements of one page at most. */
export const MAX_PAGE = 1 << 22;
/** A tensor on a device is read as a whole; what was read last is kept up to this size in all. Bytes. */
const MAX_CACHED = 64 * 1024 * 1024;

/** Values of tensors that do not change. */
export class TensorValues {
  private readonly cached = new Map<Tensor, Float32Array>();
  private bytes = 0;

  constructor(private readonly tf: TfNamespace) {}

  /** Elements [start, end) in row-major order, as float32; a copy. Waits for the device. */
  read(tensor: Tensor, start: number, end: number): Float32Array {
    if (!isOnDevice(this.tf, tensor)) {
      return Float32Array.from(readValues(this.tf, tensor, start, end));
    }
    const known = this.cached.get(tensor) ?? Float32Array.from(readValues(this.tf, tensor));
    this.remember(tensor, known);
    return known.slice(start, end);
  }

  clear(): void {
    this.cached.clear();
    this.bytes = 0;
  }

  /** Puts it last in the order of use, and drops the first ones. */
  private remember(tensor: Tensor, values: Float32Array): void {
    if (values.byteLength > MAX_CACHED) return;
    if (!this.cached.delete(tensor)) this.bytes += values.byteLength;
    this.cached.set(tensor, values);
    for (const [oldest, { byteLength }] of this.cached) {
      if (this.bytes <= MAX_CACHED) break;
      this.cached.delete(oldest);
      this.bytes -= byteLength;
    }
  }
}
