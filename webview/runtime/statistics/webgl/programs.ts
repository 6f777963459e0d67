// Compiles the kernel, once per layout and use, when a tensor first needs it.
import { OUTPUTS, WORDS } from './record';
import { FRAGMENT_SHADER, vertexShader, type Layout } from './shader';
import type { TextureView } from './textures';

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

/** Elements from which a tensor is worth a kernel at once: reading it would take longer. */
const LARGE = 1 << 20;

/** Sessions that get no kernel: that of the probe before the first step, and that of the step. */
const UNHURRIED = 2;

/**
 * The kernels of a context. The first sessions get none, and each later one compiles at most one: the
 * first step of a run, when the user waits for it, is not held up by what only later ones profit from.
 */
export class Kernels {
  readonly #gl: WebGL2RenderingContext;
  readonly #compiled = new Map<string, Kernel | undefined>();
  #sessions = 0;
  #mayCompile = false;

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
  }

  /** True in the first sessions. */
  get isFirst(): boolean {
    return this.#sessions <= UNHURRIED;
  }

  /** A session begins. */
  begin(): void {
    this.#mayCompile = ++this.#sessions > UNHURRIED;
  }

  /** The kernel for `view`, alone or `changed` against another; undefined before its time, and where refused. */
  for(view: TextureView, changed: boolean): Kernel | undefined {
    const key = keyOf(view, changed);
    if (!this.#compiled.has(key)) {
      if (!this.#mayCompile && view.texels * view.lanes < LARGE) return undefined;
      this.#mayCompile = false;
      this.#compiled.set(key, compileKernel(this.#gl, view.layout, changed));
    }
    return this.#compiled.get(key);
  }

  /** True where {@link Kernels.for} will have the kernel in a later session, if the driver takes it. */
  isDue(view: TextureView, changed: boolean): boolean {
    return !this.#compiled.has(keyOf(view, changed));
  }

  dispose(): void {
    for (const kernel of this.#compiled.values()) {
      if (kernel !== undefined) this.#gl.deleteProgram(kernel.program);
    }
    this.#compiled.clear();
  }
}

function keyOf({ layout }: TextureView, changed: boolean): string {
  return changed ? `${layout}, changed` : layout;
}

/** Compiles and links; undefined where the driver refuses. */
function compileKernel(
  gl: WebGL2RenderingContext,
  layout: Layout,
  changed: boolean,
): Kernel | undefined {
  const program = linkFeedback(gl, vertexShader(layout, changed), OUTPUTS);
  if (program === undefined) return undefined;
  const uniforms = Object.fromEntries(
    UNIFORMS.map((name) => [name, gl.getUniformLocation(program, name)]),
  ) as Kernel['uniforms'];
  return { program, uniforms };
}

/**
 * A program whose vertex shader writes `outputs`, interleaved, and rasterizes nothing; undefined where
 * the driver refuses.
 */
export function linkFeedback(
  gl: WebGL2RenderingContext,
  source: string,
  outputs: readonly string[],
): WebGLProgram | undefined {
  const program = gl.createProgram();
  const shaders = [
    compile(gl, gl.VERTEX_SHADER, source),
    compile(gl, gl.FRAGMENT_SHADER, FRAGMENT_SHADER),
  ];
  for (const shader of shaders) if (shader) gl.attachShader(program, shader);
  gl.transformFeedbackVaryings(program, [...outputs], gl.INTERLEAVED_ATTRIBS);
  gl.linkProgram(program);
  for (const shader of shaders) gl.deleteShader(shader);
  if (gl.getProgramParameter(program, gl.LINK_STATUS) === true) return program;
  gl.deleteProgram(program);
  return undefined;
}

function compile(gl: WebGL2RenderingContext, type: number, source: string): WebGLShader | null {
  const shader = gl.createShader(type);
  if (shader === null) return null;
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  return shader;
}
