// Measures a forward pass of a model on wasm and on WebGL. Short by construction: wasm, which has
// nothing to compile, goes first and sets the time that WebGL has; layer by layer, WebGL is stopped as
// soon as it is slower, so that a software WebGL never compiles the shaders of a whole model.
import type { LayersModel, Tensor } from '@tensorflow/tfjs';
import type { TfNamespace } from '../../../src/shared/tap/types';
import type { Comparison } from './comparison';
import { layerCalls, type LayerCall } from './layerCalls';

/** Time for the first look at one sample on wasm; what it does not reach is not measured. Milliseconds. */
const PROBE_MS = 100;
/** A pass on wasm takes about this long at most: larger batches are measured in part. Milliseconds. */
const PASS_MS = 120;
/** Time for WebGL with its compiling, in software and on hardware, where shaders are used again. */
const WEBGL_MS = { software: 300, hardware: 1500 };
/** What waiting for the GPU after each layer may cost beyond computing, in milliseconds. */
const WAIT_MS = 1;
/**
 * A pass on wasm in less time is not worth a look at WebGL, which is called some ten times for each
 * layer of a training step, at 10 to 30 µs: it cannot be faster. Milliseconds.
 */
const SMALL_MS = 0.5;
/** The least of so many whole passes counts. */
const REPEATS = 3;

/** What the measurement needs of its surroundings. */
export interface MeasureContext {
  tf: TfNamespace;
  /** Milliseconds. */
  now: () => number;
  /** Makes the backend the one that computes. */
  use: (backend: 'webgl' | 'wasm') => void;
  /** Returns when the device has computed `outputs`. */
  wait: (outputs: readonly Tensor[]) => void;
  /** False for layers that must not be called. */
  isOwn: (layer: object) => boolean;
  isSoftware: boolean;
}

/** Compares the backends on `model`; undefined where it has no layer that can be measured. */
export function compareBackends(
  context: MeasureContext,
  model: LayersModel,
  batch: number,
): Comparison | undefined {
  const { tf, isOwn, now, use } = context;
  use('wasm');
  const probe = layerCalls(tf, model, 1, isOwn);
  // Twice: the first run of a kernel compiles it, in wasm too.
  const reached = runEach(context, probe, PROBE_MS).length;
  if (reached === 0) return undefined;
  const oneRow = sum(runEach(context, probe.slice(0, reached)));
  const rows = Math.max(1, Math.min(batch, Math.floor(PASS_MS / Math.max(oneRow, 0.01))));
  const calls = layerCalls(tf, model, rows, isOwn).slice(0, reached);
  const there = sum(runEach(context, calls));
  const common = { of: probe.length, rows, batch };
  if (there < SMALL_MS && reached === probe.length && rows === batch) {
    return { ...common, layers: reached, wasm: there, stopped: false };
  }

  use('webgl');
  const limit = context.isSoftware ? WEBGL_MS.software : WEBGL_MS.hardware;
  const begun = now();
  let here = 0;
  let layers = 0;
  for (const call of calls) {
    const [, second = 0] = runEach(context, [call, call]);
    here += Math.max(0, second - WAIT_MS);
    layers += 1;
    if (here > there) {
      return { ...common, layers: calls.length, wasm: there, webgl: here, stopped: true };
    }
    if (now() - begun > limit) break;
  }
  const measured = calls.slice(0, layers);
  const webgl = wholePass(context, measured);
  use('wasm');
  return { ...common, layers, wasm: wholePass(context, measured), webgl, stopped: false };
}

/** Runs the calls one by one until `limit` is over, and gives the time of each. Milliseconds. */
function runEach(
  { tf, now, wait }: MeasureContext,
  calls: readonly LayerCall[],
  limit = Infinity,
): number[] {
  const started = now();
  const times: number[] = [];
  for (const call of calls) {
    const from = now();
    if (from - started > limit) break;
    tf.tidy(() => wait(call.run()));
    times.push(now() - from);
  }
  return times;
}

/** The time of all calls with one wait at the end, as a training step would run them. */
function wholePass({ tf, now, wait }: MeasureContext, calls: readonly LayerCall[]): number {
  let least = Infinity;
  for (let i = 0; i < REPEATS; i++) {
    const from = now();
    tf.tidy(() => {
      let last: Tensor[] = [];
      for (const call of calls) last = call.run();
      wait(last);
    });
    least = Math.min(least, now() - from);
  }
  return least;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
