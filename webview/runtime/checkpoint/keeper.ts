// Keeps the last good state of a training on WebGL in memory, in case the browser takes the context
// away. Copies are queued on the device after a step and read when they are done, so that training
// goes on meanwhile; the originals stay where they are, which decides how tfjs computes small tensors.
import type { LayersModel, Optimizer, Tensor } from '@tensorflow/tfjs';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { keepsState } from '../backends/layerCalls';
import type { Checkpoint, Progress, SavedTensor } from './checkpoint';
import { changingNumbers, changingTensors, isKnownOptimizer, isOnDevice } from './state';

/** Least time between two checkpoints, in milliseconds. */
const INTERVAL_MS = 2000;
/** A checkpoint may cost this share of the time between two; sending it to disk as much again. */
const SHARE = 0.005;
/** Larger states are not kept: the run then starts again after a loss. Bytes. */
const MAX_BYTES = 200 * 1024 * 1024;

/** What keeps the last good state of a training. */
export interface StateKeeper {
  /** The newest checkpoint. */
  readonly latest: Checkpoint | undefined;
  /** Tensors and bytes that are ours, for the count of those that are the program's. */
  readonly held: { numTensors: number; numBytes: number };
}

/** Takes checkpoints of one training. */
export class CheckpointKeeper implements StateKeeper {
  private checkpoint: Checkpoint | undefined;
  private next: number;
  private isReading = false;
  private copies: Tensor[] = [];

  constructor(
    private readonly tf: TfNamespace,
    private readonly model: LayersModel,
    private readonly optimizer: Optimizer,
    private readonly now: () => number,
  ) {
    // What a recurrent layer carries from batch to batch is not among what is saved.
    const isWhole = isKnownOptimizer(tf, optimizer) && !keepsState(model);
    const isUseful = tf.getBackend() === 'webgl' && isWhole;
    this.next = isUseful ? now() + INTERVAL_MS : Infinity;
  }

  get latest(): Checkpoint | undefined {
    return this.checkpoint;
  }

  get held(): { numTensors: number; numBytes: number } {
    const numBytes = this.copies.reduce((sum, { size, dtype }) => sum + size * bytesOf(dtype), 0);
    return { numTensors: this.copies.length, numBytes };
  }

  /** To be called after each step. `progress` is asked where a checkpoint is due. */
  offer(progress: () => Progress): void {
    const started = this.now();
    if (this.isReading || started < this.next) return;
    const { tf } = this;
    const tensors = changingTensors(tf, this.model, this.optimizer);
    const size = [...tensors.values()].reduce((sum, tensor) => sum + tensor.size * 4, 0);
    if (size > MAX_BYTES) {
      this.next = Infinity;
      return;
    }
    const at = progress();
    const numbers = changingNumbers(this.optimizer);
    const onDevice = [...tensors.values()].map((tensor) => isOnDevice(tf, tensor));
    this.copies = [...tensors.values()].map((tensor) =>
      tf.tidy(() => tf.keep(tf.mul(tensor, tf.scalar(1, tensor.dtype)))),
    );
    this.isReading = true;
    let cost = this.now() - started;
    this.read()
      .then((values) => {
        const begun = this.now();
        const saved = [...tensors.keys()].map((name, i): SavedTensor => {
          const { shape, dtype } = this.copies[i] as Tensor;
          return {
            ...{ name, shape, dtype: dtype as SavedTensor['dtype'] },
            ...{ onDevice: onDevice[i] ?? false, values: values[i] as SavedTensor['values'] },
          };
        });
        this.checkpoint = { ...at, numbers, tensors: saved };
        cost += this.now() - begun;
      })
      // The device is gone while it was read: the checkpoint before this one counts.
      .catch(() => undefined)
      .finally(() => {
        tf.dispose(this.copies);
        this.copies = [];
        this.isReading = false;
        this.next = this.now() + Math.max(INTERVAL_MS, cost / SHARE);
      });
  }

  /** By the backend itself: reads of the program wait at the gate while a run is paused. */
  private async read(): Promise<unknown[]> {
    const backend = this.tf.backend() as unknown as {
      read(dataId: object): Promise<unknown>;
      gpgpu?: { gl: { isContextLost(): boolean } };
    };
    const values = await Promise.all(this.copies.map(({ dataId }) => backend.read(dataId)));
    if (backend.gpgpu?.gl.isContextLost()) throw new Error('The context was lost meanwhile.');
    return values;
  }
}

function bytesOf(dtype: string): number {
  return dtype === 'bool' ? 1 : 4;
}
