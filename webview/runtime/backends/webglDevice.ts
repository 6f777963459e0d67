// WebGL2 on an OffscreenCanvas of our own: we must know its renderer before we choose it, and hear
// when the context is lost, which tfjs itself survives silently with wrong numbers. Free of tfjs: the
// probe that looks ahead of the training worker (probe.ts) is built of it too.
import type { WebglReport } from '../../../src/shared/protocol/runtime';

/** Renderers that compute on the CPU. They work, but are slower than the wasm backend. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** As tfjs sets them, except that a software renderer is not refused. */
const ATTRIBUTES: WebGLContextAttributes = {
  alpha: false,
  antialias: false,
  premultipliedAlpha: false,
  preserveDrawingBuffer: false,
  depth: false,
  stencil: false,
  failIfMajorPerformanceCaveat: false,
};

/** A context that could be made, and what computes it. */
export interface WebglDevice {
  gl: WebGL2RenderingContext;
  canvas: OffscreenCanvas;
  renderer: string;
  /** Name of the software renderer, e.g. `SwiftShader`; absent where hardware computes. */
  software?: string;
}

/** Makes a context, or says in plain words why there is none. */
export function openWebgl(): WebglDevice | { reason: string } {
  if (typeof OffscreenCanvas === 'undefined') {
    return { reason: 'this browser has no OffscreenCanvas' };
  }
  const canvas = new OffscreenCanvas(300, 150);
  const gl = canvas.getContext('webgl2', ATTRIBUTES);
  if (!gl) return { reason: 'WebGL 2 is not available here' };
  if (!gl.getExtension('EXT_color_buffer_float')) {
    releaseWebgl(gl);
    return { reason: 'the graphics driver cannot render to 32-bit floats' };
  }
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const name: unknown = gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
  const renderer = typeof name === 'string' ? name : 'unknown';
  const software = SOFTWARE.exec(renderer)?.[0];
  return { gl, canvas, renderer, ...(software !== undefined && { software }) };
}

/** Gives back a context that is not used; browsers allow about sixteen. */
export function releaseWebgl(gl: WebGL2RenderingContext): void {
  gl.getExtension('WEBGL_lose_context')?.loseContext();
}

/** What there is, without keeping it. */
export function probeWebgl(): WebglReport {
  const device = openWebgl();
  if ('reason' in device) return device;
  const { gl, renderer, software } = device;
  releaseWebgl(gl);
  return { renderer, ...(software !== undefined && { software }) };
}
