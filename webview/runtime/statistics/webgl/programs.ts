// Compiles the kernel, once per layout and use, when a tensor first needs it.
import { FRAGMENT_SHADER, OUTPUTS, vertexShader, WORDS, type Layout } from './shader';

const UNIFORMS = ['values', 'before', 'size', 'shape'] as const;

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

/** The kernels of a context. */
export class Kernels {
  readonly #gl: WebGL2RenderingContext;
  readonly #compiled = new Map<string, Kernel | undefined>();

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
  }

  /** The kernel for tensors of this layout, alone or `changed` against another; undefined where refused. */
  of(layout: Layout, changed: boolean): Kernel | undefined {
    const key = changed ? `${layout}, changed` : layout;
    if (!this.#compiled.has(key)) {
      this.#compiled.set(key, compileKernel(this.#gl, layout, changed));
    }
    return this.#compiled.get(key);
  }

  dispose(): void {
    for (const kernel of this.#compiled.values()) {
      if (kernel !== undefined) this.#gl.deleteProgram(kernel.program);
    }
    this.#compiled.clear();
  }
}

/** Compiles and links; undefined where the driver refuses. */
function compileKernel(
  gl: WebGL2RenderingContext,
  layout: Layout,
  changed: boolean,
): Kernel | undefined {
  const program = gl.createProgram();
  const shaders = [
    compile(gl, gl.VERTEX_SHADER, vertexShader(layout, changed)),
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
