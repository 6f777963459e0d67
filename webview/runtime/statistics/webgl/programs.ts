// Compiles the kernel, once per layout, when a tensor of that layout is first met.
import { FRAGMENT_SHADER, OUTPUTS, vertexShader, WORDS, type Layout } from './shader';

const UNIFORMS = [
  'values',
  'subtrahend',
  'subtract',
  'width',
  'texels',
  'chunk',
  'columns',
  'rows',
  'oddColumns',
  'oddRows',
] as const;

/** A linked kernel and where its uniforms are. */
export interface Kernel {
  program: WebGLProgram;
  uniforms: Record<(typeof UNIFORMS)[number], WebGLUniformLocation | null>;
}

/** True where the context can run the kernel at all. */
export function canRunKernel(
  gl: WebGLRenderingContext | WebGL2RenderingContext,
): gl is WebGL2RenderingContext {
  if (typeof WebGL2RenderingContext === 'undefined') return false;
  if (!(gl instanceof WebGL2RenderingContext)) return false;
  const components = gl.getParameter(gl.MAX_TRANSFORM_FEEDBACK_INTERLEAVED_COMPONENTS) as number;
  const units = gl.getParameter(gl.MAX_VERTEX_TEXTURE_IMAGE_UNITS) as number;
  return components >= WORDS && units >= 2;
}

/** Compiles and links; undefined where the driver refuses. */
export function compileKernel(gl: WebGL2RenderingContext, layout: Layout): Kernel | undefined {
  const program = gl.createProgram();
  const shaders = [
    compile(gl, gl.VERTEX_SHADER, vertexShader(layout)),
    compile(gl, gl.FRAGMENT_SHADER, FRAGMENT_SHADER),
  ];
  for (const shader of shaders) if (shader) gl.attachShader(program, shader);
  gl.transformFeedbackVaryings(program, [...OUTPUTS], gl.INTERLEAVED_ATTRIBS);
  gl.linkProgram(program);
  for (const shader of shaders) gl.deleteShader(shader);
  if (gl.getProgramParameter(program, gl.LINK_STATUS) !== true) {
    gl.deleteProgram(program);
    return undefined;
  }
  const uniforms = Object.fromEntries(
    UNIFORMS.map((name) => [name, gl.getUniformLocation(program, name)]),
  ) as Kernel['uniforms'];
  return { program, uniforms };
}

function compile(gl: WebGL2RenderingContext, type: number, source: string): WebGLShader | null {
  const shader = gl.createShader(type);
  if (shader === null) return null;
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  return shader;
}
