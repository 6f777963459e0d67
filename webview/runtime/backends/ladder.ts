// Chooses and starts the backend. A backend the user forces fails over down the ladder webgl, wasm,
// cpu. Left to us, both WebGL and wasm are started where they can be, and a measurement on the model
// decides later (chooser.ts); until then, and where nothing can be measured, hardware WebGL computes,
// else wasm. Every choice that is not the obvious one comes with a plain sentence.
import type { StartOptions } from '../../../src/shared/protocol/runtime';
import type { Notice } from '../../../src/shared/core/run';
import { tf } from '../tf';
import { RunFailure } from '../failure';
import { BackendChooser } from './chooser';
import { isInUse, useBackend } from './switching';
import { startWasm } from './wasm';
import { probeWebgl, releaseWebgl, startWebgl, type WebglDevice } from './webgl';

type Asked = Pick<StartOptions, 'backend' | 'epsilon' | 'measured'>;

/** The backend that runs, and why it is that one. */
export interface ChosenBackend {
  backend: 'webgl' | 'wasm' | 'cpu';
  reason?: string;
  renderer?: string;
  notices: Notice[];
  /** Where a measurement on the model may still change the backend. */
  chooser?: BackendChooser;
}

/** Starts the backend that `options` ask for, or the next one that works. */
export async function startBackend(
  options: Asked,
  onContextLost: () => void,
): Promise<ChosenBackend> {
  const refusals: string[] = [];
  const isAuto = options.backend === 'auto';
  if (isAuto && options.measured !== undefined) {
    const known = await climb({ ...options, backend: 'wasm' }, onContextLost, refusals);
    const reason = known.backend === 'wasm' ? options.measured : refusals.join(' ');
    return { ...known, reason, notices: [] };
  }
  const chosen = isAuto
    ? await startBoth(options, onContextLost, refusals)
    : await climb(options, onContextLost, refusals);
  const reason = refusals.join(' ');
  const forced = !isAuto && chosen.backend !== options.backend;
  const notices: Notice[] = forced ? [{ code: 'backend-fallback', message: reason }] : [];
  return { ...chosen, ...(reason && { reason }), notices };
}

type Started = Omit<ChosenBackend, 'notices' | 'reason'>;

async function climb(
  { backend: asked, epsilon }: Asked,
  onContextLost: () => void,
  refusals: string[],
): Promise<Started> {
  if (asked === 'webgl') {
    const device = probeWebgl();
    if ('reason' in device) {
      refusals.push(`The wasm backend trains because ${device.reason}.`);
    } else if (takeWebgl(device, epsilon, onContextLost)) {
      return { backend: 'webgl', renderer: device.renderer };
    } else {
      refusals.push(WILL_NOT_START);
    }
  }
  if (asked !== 'cpu') {
    const refusal = await startWasm();
    if (refusal === undefined) return { backend: 'wasm' };
    refusals.push(`The cpu backend trains, which is slow, because ${refusal}.`);
  }
  return startCpu(refusals);
}

/** Starts wasm and, on hardware, WebGL; a software WebGL starts for the measurement only. */
async function startBoth(
  options: Asked,
  onContextLost: () => void,
  refusals: string[],
): Promise<Started> {
  const device = probeWebgl();
  if ('reason' in device) {
    refusals.push(`The wasm backend trains because ${device.reason}.`);
    return climb({ ...options, backend: 'wasm' }, onContextLost, refusals);
  }
  const { software, renderer } = device;
  const { epsilon } = options;
  // With tfjs's own epsilon, what the program builds depends on the backend it is built on.
  const canChange = epsilon === 'keras';
  const needsWasm = software !== undefined || canChange;
  const refusal = needsWasm ? await startWasm() : 'it was not asked for';
  const hasWasm = refusal === undefined;
  if (software !== undefined) {
    if (!hasWasm) {
      releaseWebgl(device.gl);
      refusals.push(`The cpu backend trains, which is slow, because ${refusal}.`);
      return startCpu(refusals);
    }
    refusals.push(
      `The wasm backend trains because WebGL is computed in software here (${software}), which is slower.`,
    );
    if (!canChange) {
      releaseWebgl(device.gl);
      return { backend: 'wasm' };
    }
    watchLoss(device.canvas, onContextLost);
    return { backend: 'wasm', chooser: new BackendChooser(device, epsilon) };
  }
  if (takeWebgl(device, epsilon, onContextLost)) {
    const chooser = hasWasm ? new BackendChooser(device, epsilon) : undefined;
    return { backend: 'webgl', renderer, ...(chooser && { chooser }) };
  }
  refusals.push(WILL_NOT_START);
  return climb({ ...options, backend: 'wasm' }, onContextLost, refusals);
}

const WILL_NOT_START = 'WebGL is there but tfjs could not start on it, so the wasm backend trains.';

function takeWebgl(
  device: WebglDevice,
  epsilon: Asked['epsilon'],
  onContextLost: () => void,
): boolean {
  watchLoss(device.canvas, onContextLost);
  if (!startWebgl(device, epsilon)) return false;
  useBackend('webgl');
  return true;
}

/** A context that nothing is on may go: it was given back, or lost before it was used. */
function watchLoss(canvas: OffscreenCanvas, onContextLost: () => void): void {
  canvas.addEventListener('webglcontextlost', () => {
    if (isInUse('webgl')) onContextLost();
  });
}

async function startCpu(refusals: readonly string[]): Promise<Started> {
  if (await tf.setBackend('cpu')) return { backend: 'cpu' };
  throw new RunFailure(
    'no-backend',
    `No backend could be started. ${refusals.join(' ')} Reload the window; if it stays, report it.`,
  );
}
