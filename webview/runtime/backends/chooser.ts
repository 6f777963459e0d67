// Chooses between wasm and WebGL by a measurement on the model itself, once, before its first step.
// Both have started or start at once, so the choice is made between two statements of the program,
// without an await that could change the order in which its parts run. A WebGL that software computes
// is not even started for a model whose layers wasm has all kernels for.
import type { LayersModel } from '@tensorflow/tfjs';
import { seededRandom } from '../../../src/shared/core/random';
import { native } from '../scope';
import { tf } from '../tf';
import { decide, explain, explainSoftware } from './comparison';
import { keepsState, ownLayers } from './layerCalls';
import { compareBackends } from './measure';
import { gatherWeights, isInUse, useBackend } from './switching';
import { trainsOnWasmAlone } from './wasmLayers';
import { startWebgl, waitForGpu } from './webgl';
import { releaseWebgl, type WebglDevice } from './webglDevice';

/** A backend and why it is that one. */
export interface Choice {
  backend: 'webgl' | 'wasm';
  reason: string;
  renderer?: string;
  /** True where WebGL is computed in software and lost: the next run of the model would say the same. */
  lasting?: boolean;
}

/** What a choice is made from. */
export interface ChooserOptions {
  /** What computes WebGL, as far as it is known before a context is there. */
  renderer: string;
  software?: string;
  /** The context; called once, where WebGL is measured. Undefined where there is none after all. */
  open(): WebglDevice | undefined;
  epsilon: 'keras' | 'as-shipped';
}

/** Open while both backends could train. */
export class BackendChooser {
  private isOpen = true;
  private isStarted: boolean;
  private device: WebglDevice | undefined;
  private readonly isOwn = ownLayers(tf);

  constructor(private readonly options: ChooserOptions) {
    this.isStarted = tf.getBackend() === 'webgl';
    if (this.isStarted) this.device = options.open();
  }

  /** The backend that is taken where nothing can be measured. */
  get usual(): 'webgl' | 'wasm' {
    return this.options.software === undefined ? 'webgl' : 'wasm';
  }

  /**
   * Takes the faster backend for `model`, by a measurement where it is not plain; `measuring` is called
   * before one. Undefined, and nothing changes, where a choice was made before or the model cannot be
   * measured: it then stays with the usual one.
   */
  choose(model: LayersModel, batch: number, measuring: () => void): Choice | undefined {
    if (!this.isOpen) return undefined;
    this.isOpen = false;
    const before = tf.getBackend();
    const { random } = Math;
    // Nothing is drawn from the sequence of the run.
    Math.random = seededRandom(0);
    try {
      return this.withoutMeasurement(model) ?? this.measure(model, batch, measuring);
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

  /** Takes the backend that an earlier measurement on `model` chose; false where it is not there. */
  take(backend: 'webgl' | 'wasm', model: LayersModel): boolean {
    this.isOpen = false;
    if (backend === 'webgl' && !this.isStarted) {
      const device = (this.device ??= this.options.open());
      this.isStarted = device !== undefined && startWebgl(device, this.options.epsilon);
    }
    const isThere = backend === 'wasm' || this.isStarted;
    if (isThere) useBackend(backend);
    gatherWeights(model);
    if (tf.getBackend() === 'wasm') this.release();
    return isThere;
  }

  /** Keeps the backend that computes, and gives the other one back where it can. */
  close(): void {
    this.isOpen = false;
    if (tf.getBackend() === 'wasm') this.release();
  }

  private withoutMeasurement(model: LayersModel): Choice | undefined {
    const { software } = this.options;
    const isLayer = (value: unknown): value is object => value instanceof tf.layers.Layer;
    if (software === undefined || !trainsOnWasmAlone(model, this.isOwn, isLayer)) return undefined;
    return { backend: 'wasm', reason: explainSoftware(software), lasting: true };
  }

  private measure(model: LayersModel, batch: number, measuring: () => void): Choice | undefined {
    if (keepsState(model)) return undefined;
    measuring();
    const { software, epsilon } = this.options;
    const device = (this.device ??= this.options.open());
    if (!device) return undefined;
    this.isStarted ||= startWebgl(device, epsilon);
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
        isSoftware: software !== undefined,
      },
      model,
      batch,
    );
    const backend = comparison ? decide(comparison, this.usual) : this.usual;
    useBackend(backend);
    if (!comparison) return undefined;
    const reason = explain(backend, comparison, this.options);
    if (backend === 'webgl') return { backend, reason, renderer: device.renderer };
    return { backend, reason, ...(software !== undefined && { lasting: true }) };
  }

  /** Gives the context back, unless tensors of the program are still on it. */
  private release(): void {
    if (!this.device || isInUse('webgl')) return;
    if (this.isStarted) tf.removeBackend('webgl');
    releaseWebgl(this.device.gl);
  }
}
