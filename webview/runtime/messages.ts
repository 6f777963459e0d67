// What a session tells the host in words and lists: the backend, the layers, progress, and why a run
// cannot be paused or go on.
import type { ToRuntime } from '../../src/shared/protocol/runtime';
import type { TappedLayer } from '../../src/shared/tap/types';
import type { Choice } from './backends/chooser';
import type { ChosenBackend } from './backends/ladder';
import { RunFailure } from './failure';
import { postToHost } from './scope';
import { constructionFrames } from './stack';
import { tf } from './tf';

/** A place in the program, parsed only when it is sent. */
export interface CapturedStack {
  stack: string;
}

/** The backend that trains; the newest counts. */
export function sendStarted(chosen: ChosenBackend | Choice): void {
  const { backend, reason, renderer } = chosen;
  postToHost({
    type: 'started',
    backend,
    ...(reason !== undefined && { reason }),
    ...(renderer !== undefined && { renderer }),
    ...('lasting' in chosen && { lasting: chosen.lasting }),
    tfjsVersion: tf.version.tfjs,
  });
}

/** All layers so far, with the calls that built them. */
export function sendLayers(layers: readonly TappedLayer<CapturedStack>[]): void {
  const raw = layers.map(({ name, className, activation, tensors, leftOutOf, site }) => ({
    name,
    className,
    ...(activation !== undefined && { activation }),
    tensors,
    ...(leftOutOf && { leftOutOf }),
    frames: site === undefined ? [] : constructionFrames(site.stack, className),
  }));
  postToHost({ type: 'layers', layers: raw });
}

/** What the run is doing before its first step. */
export function sendProgress(message: string): void {
  postToHost({ type: 'progress', message });
}

/** Answers a debugger where none is attached, or where the run is over. */
export function refuseToDebug(message: Extract<ToRuntime, { type: 'ask' | 'rewind' }>): void {
  if (message.type === 'rewind') {
    postToHost({ type: 'cannotRewind', step: message.step });
    return;
  }
  const why =
    'This run is over, or was not started by a debugger: start it again by Debug training.';
  postToHost({ type: 'answer', id: message.id, ok: false, message: why });
}

/** The program cannot be held. */
export function sendNeverAwaits(): void {
  const message =
    'The program trains in a loop that never awaits: it can be stopped, but not paused. Add `await tf.nextFrame()` to the loop to make it pausable.';
  postToHost({ type: 'notice', notice: { code: 'never-awaits', message } });
}

/** The failure of a run that cannot go on without its device. */
export function contextLost(): RunFailure {
  const message =
    'The browser took the WebGL context away, and with it the weights, usually because the GPU ran out of memory or its driver was reset. Restart the run, with a smaller batch or with wasm in the setting gradientLens.backend.';
  return new RunFailure('context-lost', message);
}
