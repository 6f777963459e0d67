// Tells the host which backend trains, when it is known and whenever it changes, and sets the epsilon
// that a backend should have.
import type { FromNode, NodeStart } from '../../src/shared/protocol/node';
import type { TfCopy } from '../loading/copies';

/** Epsilon of Keras and of tfjs in float32. */
const EPSILON = 1e-7;

/** What is used of tfjs's engine. Asking the namespace would choose a backend for the program. */
interface EngineBackend {
  backendName?: string;
  backendInstance?: { epsilon(): number; floatPrecision?(): number } | null;
}

/** The backend as the host knows it. */
export class BackendReport {
  readonly #engine: EngineBackend;
  readonly #version: string;
  readonly #epsilon: NodeStart['epsilon'];
  readonly #reason: string | undefined;
  readonly #post: (message: FromNode) => void;
  #told: string | undefined;

  /** `reason`: why tfjs-node is replaced. */
  constructor(
    { tf, version }: TfCopy,
    epsilon: NodeStart['epsilon'],
    reason: string | undefined,
    post: (message: FromNode) => void,
  ) {
    this.#engine = tf.engine() as unknown as EngineBackend;
    this.#version = version;
    this.#epsilon = epsilon;
    this.#reason = reason;
    this.#post = post;
  }

  /** tfjs is loaded. A program that has chosen no backend yet will mostly train on cpu. */
  tell(): void {
    this.#send(this.#engine.backendName ?? 'cpu');
  }

  /** To be called at every step: says so where the backend has changed. */
  look(): void {
    const { backendName } = this.#engine;
    if (backendName === undefined || backendName === this.#told) return;
    this.#send(backendName);
  }

  /** Before the gradients of a step: tfjs 4.22 takes float32 for float16 on WebGL (tensorflow/tfjs#6980). */
  correctEpsilon(): void {
    const { backendInstance } = this.#engine;
    if (this.#epsilon !== 'keras' || !backendInstance) return;
    if (backendInstance.floatPrecision?.() === 32 && backendInstance.epsilon() > EPSILON) {
      backendInstance.epsilon = () => EPSILON;
    }
  }

  #send(backend: string): void {
    this.#told = backend;
    this.#post({
      type: 'started',
      backend,
      ...(this.#reason !== undefined && { reason: this.#reason }),
      tfjsVersion: this.#version,
    });
  }
}
