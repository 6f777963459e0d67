// Chooses between wasm and WebGL by a measurement on the model itself, once, before its first step.
// Both have started, so the choice is made between two statements of the program, without an await that
// could change the order in which its parts run.
import type { LayersModel } from '@tensorflow/tfjs';
import { seededRandom } from '../../../src/shared/core/random';
import { native } from '../scope';
import { tf } from '../tf';
import { decide, explain } from './comparison';
import { keepsState, ownLayers } from './layerCalls';
import { compareBackends } from './measure';
import { gatherWeights, isInUse, useBackend } from './switching';
import { releaseWebgl, startWebgl, waitForGpu, type WebglDevice } from './webgl';

/** A backend and why it is that one. */
export interface Choice {
  backend: 'webgl' | 'wasm';
  reason: string;
  renderer?: string;
  /** True where WebGL was measured in software and lost: the next measurement would say the same. */
  lasting?: boolean;
}

/** Open while both backends could train. */
export class BackendChooser {
  private isOpen = true;
  private isStarted: boolean;
  private readonly isOwn = ownLayers(tf);

  constructor(
    private readonly device: WebglDevice,
    private readonly epsilon: 'keras' | 'as-shipped',
  ) {
    this.isStarted = tf.getBackend() === 'webgl';
  }

  /** The backend that is taken where nothing can be measured. */
  get usual(): 'webgl' | 'wasm' {
    return this.device.software === undefined ? 'webgl' : 'wasm';
  }

  /**
   * Measures `model` on both backends and takes the faster one. Undefined, and nothing changes, where
   * a choice was made before or the model cannot be measured: it then stays with the usual one.
   */
  choose(model: LayersModel, batch: number): Choice | undefined {
    if (!this.isOpen) return undefined;
    this.isOpen = false;
    const before = tf.getBackend();
    const { random } = Math;
    // Nothing is drawn from the sequence of the run.
    Math.random = seededRandom(0);
    try {
      return this.measure(model, batch);
    } catch (error) {
      native.console.warn('Gradient Lens could not measure the backends on this model:', error);
      useBackend(before);
      return undefined;
    } finally {
      Math.random = random;
      gatherWeights(model);
      if (tf.getBackend() === 'wasm') this.release();
    }
  }

  /** Keeps the backend that computes, and gives the other one back where it can. */
  close(): void {
    this.isOpen = false;
    if (tf.getBackend() === 'wasm') this.release();
  }

  private measure(model: LayersModel, batch: number): Choice | undefined {
    const { device } = this;
    if (keepsState(model)) return undefined;
    this.isStarted ||= startWebgl(device, this.epsilon);
    if (!this.isStarted) return undefined;
    const comparison = compareBackends(
      {
        tf,
        now: native.now,
        use: useBackend,
        wait: (outputs) => {
          if (tf.getBackend() === 'webgl') waitForGpu(device.gl, outputs);
        },
        isOwn: this.isOwn,
        isSoftware: device.software !== undefined,
      },
      model,
      batch,
    );
    const backend = comparison ? decide(comparison, this.usual) : this.usual;
    useBackend(backend);
    if (!comparison) return undefined;
    const reason = explain(backend, comparison, device);
    if (backend === 'webgl') return { backend, reason, renderer: device.renderer };
    return { backend, reason, ...(device.software !== undefined && { lasting: true }) };
  }

  /** Gives the context back, unless tensors of the program are still on it. */
  private release(): void {
    if (isInUse('webgl')) return;
    if (this.isStarted) tf.removeBackend('webgl');
    releaseWebgl(this.device.gl);
  }
}
