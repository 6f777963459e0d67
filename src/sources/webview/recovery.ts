// What follows when a worker loses its WebGL context: the training goes on in a fresh worker from its
// last checkpoint, on WebGL once more, and on wasm where that was lost again soon after.
import type { Notice } from '../../shared/core/run';
import type { FromRuntime, StartOptions } from '../../shared/protocol/runtime';
import type { WorkerStart } from './trainingPage';

/** A second loss within this time is no accident, in milliseconds. */
const AGAIN_MS = 5 * 60_000;

type Started = Extract<FromRuntime, { type: 'started' }>;
type Interrupted = Extract<FromRuntime, { type: 'interrupted' }>;

/** Remembers the losses of one run. */
export class Recovery {
  private lastLoss = -Infinity;
  private backend: 'webgl' | 'wasm' | undefined;
  private checkpoint: ArrayBuffer | undefined;
  private known: Started | undefined;

  /** @param beginning where the run begins that goes on from an earlier one. */
  constructor(
    private beginning?: { step: number; checkpoint?: ArrayBuffer },
    private readonly now: () => number = Date.now,
  ) {
    this.checkpoint = beginning?.checkpoint;
  }

  /** True from the first loss on. */
  get isRecovered(): boolean {
    return this.backend !== undefined;
  }

  /** Decides how to go on, and gives it in plain words. */
  note(loss: Interrupted): Notice {
    const { step, checkpoint = this.beginning?.checkpoint } = loss;
    const from = loss.checkpoint ? loss.from : (this.beginning?.step ?? loss.from);
    const now = this.now();
    const isAgain = now - this.lastLoss < AGAIN_MS;
    this.lastLoss = now;
    this.backend = isAgain ? 'wasm' : 'webgl';
    this.checkpoint = checkpoint;
    const place = step > 0 ? `at step ${step}` : 'before the first step';
    const start = from > 0 ? `from step ${from} on` : 'from the beginning';
    const message = isAgain
      ? `The WebGL context was lost again, ${place}; training goes on ${start} in WebAssembly, whose results differ in the last digits. If the GPU runs out of memory, a smaller batch helps.`
      : `The WebGL context was lost ${place}; training goes on ${start}.`;
    return { code: 'context-lost', message };
  }

  /** The next worker is to come to the state after `step`, which may lie before the run began. */
  reach(step: number): void {
    if (!this.beginning || step > this.beginning.step) return;
    if (this.checkpoint === this.beginning.checkpoint) this.checkpoint = undefined;
    this.beginning = undefined;
  }

  /** The message that starts the next worker, the first one included. */
  startMessage(options: StartOptions): WorkerStart {
    const { backend = options.backend, checkpoint } = this;
    return { type: 'start', options: { ...options, backend }, ...(checkpoint && { checkpoint }) };
  }

  /** What a worker says of its backend, with the reason that only the host knows. */
  started(message: Started): Started {
    const { backend, known } = this;
    if (backend && message.reason === undefined) {
      if (message.backend === known?.backend && known.reason !== undefined) {
        return { ...message, reason: known.reason };
      }
      if (message.backend === 'wasm') {
        const reason = 'WebAssembly trains because the WebGL context was lost repeatedly.';
        return { ...message, reason };
      }
    }
    this.known = message;
    return message;
  }
}
