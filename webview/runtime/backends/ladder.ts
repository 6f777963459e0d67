// Chooses and starts the backend: hardware WebGL, else wasm (a software WebGL is several times
// slower than wasm), else cpu. A backend the user forces fails over down the same ladder. Every
// choice that is not the obvious one comes with a plain sentence.
import type { RequestedBackend, StartOptions } from '../../../src/shared/protocol/runtime';
import type { Notice } from '../../../src/shared/core/run';
import { tf } from '../tf';
import { RunFailure } from '../failure';
import { probeWebgl, releaseWebgl, startWebgl, type WebglDevice } from './webgl';
import { startWasm } from './wasm';

/** The backend that runs, and why it is that one. */
export interface ChosenBackend {
  backend: 'webgl' | 'wasm' | 'cpu';
  reason?: string;
  renderer?: string;
  notices: Notice[];
}

interface Refusal {
  refused: string;
}

/** Starts the backend that `options` ask for, or the next one that works. */
export async function startBackend(
  options: Pick<StartOptions, 'backend' | 'epsilon'>,
  onContextLost: () => void,
): Promise<ChosenBackend> {
  const refusals: string[] = [];
  const chosen = await climb(options, onContextLost, refusals);
  const reason = refusals.join(' ');
  const forced = options.backend !== 'auto' && chosen.backend !== options.backend;
  const notices: Notice[] = forced ? [{ code: 'backend-fallback', message: reason }] : [];
  return { ...chosen, ...(reason && { reason }), notices };
}

async function climb(
  { backend: asked, epsilon }: Pick<StartOptions, 'backend' | 'epsilon'>,
  onContextLost: () => void,
  refusals: string[],
): Promise<Omit<ChosenBackend, 'notices' | 'reason'>> {
  if (asked === 'auto' || asked === 'webgl') {
    const device = pickWebgl(asked);
    if ('refused' in device) {
      refusals.push(device.refused);
    } else {
      if (await startWebgl(device, epsilon, onContextLost)) {
        return { backend: 'webgl', renderer: device.renderer };
      }
      refusals.push('WebGL is there but tfjs could not start on it, so the wasm backend trains.');
    }
  }
  if (asked !== 'cpu') {
    const refusal = await startWasm();
    if (refusal === undefined) return { backend: 'wasm' };
    refusals.push(`The cpu backend trains, which is slow, because ${refusal}.`);
  }
  if (!(await tf.setBackend('cpu'))) {
    throw new RunFailure(
      'no-backend',
      `No backend could be started. ${refusals.join(' ')} Reload the window; if it stays, report it.`,
    );
  }
  return { backend: 'cpu' };
}

function pickWebgl(asked: RequestedBackend): WebglDevice | Refusal {
  const device = probeWebgl();
  if ('reason' in device) {
    return { refused: `The wasm backend trains because ${device.reason}.` };
  }
  if (device.software && asked === 'auto') {
    releaseWebgl(device.gl);
    const refused = `The wasm backend trains because WebGL is computed in software here (${device.software}), which is slower.`;
    return { refused };
  }
  return device;
}
