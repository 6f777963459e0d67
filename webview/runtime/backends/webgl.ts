// tfjs's WebGL backend on a context of our own (webglDevice.ts): started with the right epsilon, polled
// without delay, watched for the loss of its context.
import { MathBackendWebGL, setWebGLContext } from '@tensorflow/tfjs-backend-webgl';
import type { Tensor } from '@tensorflow/tfjs';
import { tf } from '../tf';
import { native, soon } from '../scope';
import type { WebglDevice } from './webglDevice';

/** True where WebGL computes and its context is gone: what is read from it then means nothing. */
export function isContextLost(): boolean {
  if (tf.getBackend() !== 'webgl') return false;
  const { gpgpu } = tf.backend() as unknown as WebglInternals;
  return gpgpu.gl.isContextLost();
}

/** Starts tfjs's WebGL backend on `device`, without making it the one that computes; false: it cannot. */
export function startWebgl(device: WebglDevice, epsilon: 'keras' | 'as-shipped'): boolean {
  const env = tf.env();
  env.set('SOFTWARE_WEBGL_ENABLED', true);
  // tfjs tests capabilities on the context registered for the version: let that be ours as well.
  setWebGLContext(2, device.gl);
  pollWithoutClamp();
  tf.removeBackend('webgl');
  tf.registerBackend('webgl', () => new MathBackendWebGL(device.canvas), 2);
  const backend = tf.findBackend('webgl') as MathBackendWebGL | null | undefined;
  if (!backend) return false;
  if (epsilon === 'keras' && env.getBool('WEBGL_RENDER_FLOAT32_ENABLED')) {
    // tfjs 4.22 inverts a test, takes float32 for float16 and returns 1e-4: tensorflow/tfjs#6980.
    backend.epsilon = () => 1e-7;
  }
  return true;
}

/** Returns when the GPU has computed `tensors`: what lies behind them in its queue is done as well. */
export function waitForGpu(gl: WebGL2RenderingContext, tensors: readonly Tensor[]): void {
  const { texData } = tf.backend() as unknown as WebglInternals;
  const texture = tensors
    .map(({ dataId }) => texData.get(dataId).texture?.texture)
    .findLast((found) => found !== undefined);
  if (!texture) return; // Small tensors are computed on the CPU.
  const framebuffer = gl.createFramebuffer();
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.FLOAT, new Float32Array(4));
  gl.deleteFramebuffer(framebuffer);
}

interface WebglInternals {
  gpgpu: { gl: WebGLRenderingContext };
  texData: { get(dataId: object): { texture?: { texture: WebGLTexture } | null } };
}

/** How long a read-back is polled at full speed before timers take over, in milliseconds. */
const EAGER_MS = 2;

/**
 * tfjs polls for a finished read-back by nested timers, which browsers hold back to 4 ms: on a fast
 * GPU that is longer than a step. It polls by messages first, then by timers to spare the CPU. It
 * also keeps the polling apart from the timers of user code, which a paused run holds back.
 */
function pollWithoutClamp(): void {
  let started = 0;
  let lastPoll = -Infinity;
  tf.env().platform.setTimeoutCustom = (task: () => void, delay: number) => {
    const now = native.now();
    // A gap means that this is the first poll of another read-back.
    if (now - lastPoll > 10) started = now;
    lastPoll = now;
    if (delay <= 0 && now - started < EAGER_MS) soon(task);
    else native.setTimeout(task, delay);
  };
}
