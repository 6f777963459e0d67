// A recipe's program on the device: compiled once for all shapes and layouts, drawn once per variable.
// It shares the context with tfjs, which binds all that it needs itself before each of its operations.
import { namesOf, type Recipe } from '../recipe';
import { fragmentShader, VERTEX_SHADER } from './shader';

/** What one draw reads and writes. */
export interface Draw {
  /** Row by row as the shader's uniform says. */
  geometry: Int32Array;
  /** By texture unit. */
  inputs: readonly WebGLTexture[];
  /** By render target, all of one size in texels. */
  targets: readonly WebGLTexture[];
  width: number;
  height: number;
}

/** A compiled program, or undefined where the device refuses it. Dispose it. */
export class UpdateProgram {
  readonly #gl: WebGL2RenderingContext;
  readonly #program: WebGLProgram;
  readonly #framebuffer: WebGLFramebuffer;
  readonly #vertexArray: WebGLVertexArrayObject;
  readonly #numbers: (WebGLUniformLocation | null)[];
  readonly #geometry: WebGLUniformLocation | null;
  readonly #units: number;
  readonly #targets: number;

  private constructor(gl: WebGL2RenderingContext, recipe: Recipe, program: WebGLProgram) {
    const { inputs, numbers, outputs } = namesOf(recipe);
    this.#gl = gl;
    this.#program = program;
    this.#framebuffer = gl.createFramebuffer();
    this.#vertexArray = gl.createVertexArray();
    this.#units = inputs.length;
    this.#targets = outputs.length;
    this.#numbers = numbers.map((name) => gl.getUniformLocation(program, `number_${name}`));
    this.#geometry = gl.getUniformLocation(program, 'geometry');
    gl.useProgram(program);
    gl.uniform1ui(gl.getUniformLocation(program, 'allOnes'), 0xffffffff);
    inputs.forEach((name, unit) => {
      gl.uniform1i(gl.getUniformLocation(program, `values_${name}`), unit);
    });
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#framebuffer);
    gl.drawBuffers(Array.from({ length: this.#targets }, (_, i) => gl.COLOR_ATTACHMENT0 + i));
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  }

  static compile(gl: WebGL2RenderingContext, recipe: Recipe): UpdateProgram | undefined {
    const program = gl.createProgram();
    for (const [type, source] of [
      [gl.VERTEX_SHADER, VERTEX_SHADER],
      [gl.FRAGMENT_SHADER, fragmentShader(recipe)],
    ] as const) {
      const shader = gl.createShader(type);
      if (shader === null) return undefined;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
      // Freed together with the program.
      gl.deleteShader(shader);
    }
    gl.linkProgram(program);
    if (gl.getProgramParameter(program, gl.LINK_STATUS) === true) {
      return new UpdateProgram(gl, recipe, program);
    }
    gl.deleteProgram(program);
    return undefined;
  }

  /** Draws one step: `numbers` are the same for all variables, `draws` come as they are asked for. */
  run(numbers: readonly number[], draws: Iterable<Draw>): void {
    const gl = this.#gl;
    gl.useProgram(this.#program);
    this.#numbers.forEach((location, i) => gl.uniform1f(location, numbers[i] ?? NaN));
    for (const draw of draws) this.#draw(draw);
    // Else the context would keep textures that tfjs deletes, and tfjs might read what is bound here.
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#framebuffer);
    for (let i = 0; i < this.#targets; i++) this.#attach(i, null);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.bindVertexArray(null);
    for (let unit = 0; unit < this.#units; unit++) this.#bind(unit, null);
    gl.activeTexture(gl.TEXTURE0);
  }

  dispose(): void {
    const gl = this.#gl;
    gl.deleteProgram(this.#program);
    gl.deleteFramebuffer(this.#framebuffer);
    gl.deleteVertexArray(this.#vertexArray);
  }

  #draw({ geometry, inputs, targets, width, height }: Draw): void {
    const gl = this.#gl;
    // Making room for a draw may have run programs of tfjs (uploads).
    gl.useProgram(this.#program);
    gl.bindVertexArray(this.#vertexArray);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#framebuffer);
    targets.forEach((target, i) => this.#attach(i, target));
    inputs.forEach((input, unit) => this.#bind(unit, input));
    gl.uniform4iv(this.#geometry, geometry);
    gl.viewport(0, 0, width, height);
    gl.scissor(0, 0, width, height);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  #attach(index: number, texture: WebGLTexture | null): void {
    const gl = this.#gl;
    const attachment = gl.COLOR_ATTACHMENT0 + index;
    gl.framebufferTexture2D(gl.FRAMEBUFFER, attachment, gl.TEXTURE_2D, texture, 0);
  }

  #bind(unit: number, texture: WebGLTexture | null): void {
    const gl = this.#gl;
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, texture);
  }
}
