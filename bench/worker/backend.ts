// Starts the backend of the contestants that train on tfjs's own loop. On WebGL plain tfjs keeps its own way to
// start and to wait for the device; only the epsilon is the runtime's (tensorflow/tfjs#6980). On wasm all
// contestants get the runtime's: tfjs's own has no kernels to train a CNN with.
import { startBackend } from '../../webview/runtime/backends/ladder';
import { tf } from '../../webview/runtime/tf';
import type { BackendName, StartedBackend } from '../contestant';

/** The backend of plain tfjs. Fails with a sentence where it cannot be had. */
export async function startPlain(backend: BackendName): Promise<StartedBackend> {
  if (backend !== 'webgl') return startShipped(backend);
  await startPlainWebgl();
  return describe();
}

/** The backend as the runtime starts it for every program. Fails with a sentence where it cannot be had. */
export async function startShipped(backend: BackendName): Promise<StartedBackend> {
  const started = await startBackend({ backend, epsilon: 'keras' }, () => {
    throw new Error('The WebGL context was lost; the times of this run mean nothing.');
  });
  if (started.backend !== backend) {
    throw new Error(`${backend} did not start: ${started.reason ?? 'no reason given'}`);
  }
  return describe();
}

async function describe(): Promise<StartedBackend> {
  await tf.ready();
  const renderer = tf.getBackend() === 'webgl' ? rendererOf() : undefined;
  return {
    tfjs: tf.version.tfjs,
    float32: tf.backend().floatPrecision() === 32,
    ...(renderer !== undefined && { renderer }),
  };
}

async function startPlainWebgl(): Promise<void> {
  tf.env().set('SOFTWARE_WEBGL_ENABLED', true);
  if (!(await tf.setBackend('webgl'))) throw new Error('tfjs did not start on WebGL.');
  tf.backend().epsilon = () => 1e-7;
}

function rendererOf(): string {
  const { gpgpu } = tf.backend() as unknown as { gpgpu: { gl: WebGL2RenderingContext } };
  const { gl } = gpgpu;
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  return String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
}
