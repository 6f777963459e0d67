// Chooses and starts the backend. A backend the user forces fails over down the ladder webgl, wasm,
// cpu. Left to us, wasm and a WebGL of hardware are started where they can be, and a measurement on the
// model decides later (chooser.ts); until then, and where nothing can be measured, hardware WebGL
// computes, else wasm. In a thread of Node that offers it, tfjs-node comes before all of them. Every choice
// that is not the obvious one comes with a plain sentence.
import type { RuntimeBackend, StartOptions } from '../../../src/shared/protocol/runtime';
import type { Notice } from '../../../src/shared/core/run';
import { tf } from '../tf';
import { RunFailure } from '../failure';
import { BackendChooser } from './chooser';
import { webglReport } from './foreknowledge';
import { isInUse, useBackend } from './switching';
import { startTfjsNode } from './tfjsNode';
import { startWasm } from './wasm';
import { startWebgl } from './webgl';
import { openWebgl, probeWebgl, type WebglDevice } from './webglDevice';

type Asked = Pick<StartOptions, 'backend' | 'epsilon' | 'measured'>;

/** The backend that runs, and why it is that one. */
export interface ChosenBackend {
  backend: RuntimeBackend;
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
  const native = await startTfjsNode();
  const refusals: string[] = native?.refusals ?? [];
  // Not installed is as good as not offered: nobody has to hear of it.
  const isRefused = refusals.length > 0;
  if (native?.isStarted === true) {
    const reason = refusals.join(' ');
    return { backend: 'tensorflow', ...(reason && { reason }), notices: noticesOf(reason) };
  }
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
  const { noWebgl, ...started } = chosen;
  const forced = !isAuto && chosen.backend !== options.backend;
  if (isRefused || forced) {
    return { ...started, ...(reason && { reason }), notices: noticesOf(reason) };
  }
  const notices: Notice[] = noWebgl ? [{ code: 'webgl-unavailable', message: reason }] : [];
  return { ...started, ...(reason && { reason }), notices };
}

/** Tells that another backend trains than the one that was to be expected; `reason` may be empty. */
function noticesOf(reason: string): Notice[] {
  return reason ? [{ code: 'backend-fallback', message: reason }] : [];
}

interface Started extends Omit<ChosenBackend, 'notices' | 'reason'> {
  /** True where `auto` found no WebGL that can train. */
  noWebgl?: true;
}

async function climb(
  { backend: asked, epsilon }: Asked,
  onContextLost: () => void,
  refusals: string[],
): Promise<Started> {
  if (asked === 'webgl') {
    const device = openWebgl();
    if ('reason' in device) {
      refusals.push(`The wasm backend trains because ${device.reason}.`);
    } else {
      watchLoss(device, onContextLost);
      if (takeWebgl(device, epsilon)) return { backend: 'webgl', renderer: device.renderer };
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

/** Starts wasm and, on hardware, WebGL; a software WebGL waits for a model that is worth it. */
async function startBoth(
  options: Asked,
  onContextLost: () => void,
  refusals: string[],
): Promise<Started> {
  const { epsilon } = options;
  // With tfjs's own epsilon, what the program builds depends on the backend it is built on.
  const canChange = epsilon === 'keras';
  const wasm = canChange ? startWasm() : undefined;
  const report = (await webglReport()) ?? probeWebgl();
  const refusal = await wasm;
  const withoutWebgl = async (why: string): Promise<Started> => {
    refusals.push(why);
    const started = await climb({ ...options, backend: 'wasm' }, onContextLost, refusals);
    return { ...started, noWebgl: true };
  };
  if ('reason' in report) return withoutWebgl(`The wasm backend trains because ${report.reason}.`);
  if (report.software !== undefined) {
    const started = await climb({ ...options, backend: 'wasm' }, onContextLost, refusals);
    if (started.backend !== 'wasm') return started;
    refusals.push(
      `The wasm backend trains because WebGL is computed in software here (${report.software}), which is slower.`,
    );
    const open = (): WebglDevice | undefined => openWatched(onContextLost);
    return canChange
      ? { ...started, chooser: new BackendChooser({ ...report, epsilon, open }) }
      : started;
  }
  const device = openWatched(onContextLost);
  if (!device || !takeWebgl(device, epsilon)) return withoutWebgl(WILL_NOT_START);
  const { renderer } = device;
  const open = (): WebglDevice => device;
  const chooses = wasm !== undefined && refusal === undefined;
  const chooser = chooses ? new BackendChooser({ renderer, epsilon, open }) : undefined;
  return { backend: 'webgl', renderer, ...(chooser && { chooser }) };
}

const WILL_NOT_START = 'WebGL is there but tfjs could not start on it, so the wasm backend trains.';

function takeWebgl(device: WebglDevice, epsilon: Asked['epsilon']): boolean {
  if (!startWebgl(device, epsilon)) return false;
  useBackend('webgl');
  return true;
}

/** A context whose loss is told, unless nothing is on it: it was given back, or never used. */
function openWatched(onContextLost: () => void): WebglDevice | undefined {
  const device = openWebgl();
  if ('reason' in device) return undefined;
  watchLoss(device, onContextLost);
  return device;
}

function watchLoss({ canvas }: WebglDevice, onContextLost: () => void): void {
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
