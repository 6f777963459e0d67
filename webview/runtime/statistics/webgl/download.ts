// Reads a texture's elements into memory, waiting for the device: for the first steps, before the
// kernels are compiled, and for devices that refuse them. Order is of no matter to statistics, except
// that two textures that lie alike, or two tensors of one shape, are read in the same order.
import type { TextureView } from './textures';

/** Reads textures through a framebuffer of its own. */
export class Downloader {
  readonly #gl: WebGL2RenderingContext;
  #framebuffer: WebGLFramebuffer | undefined;

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
  }

  /** The elements in row-major order; undefined where the texture cannot be read. */
  read(view: TextureView): Float32Array | undefined {
    const gl = this.#gl;
    this.#framebuffer ??= gl.createFramebuffer();
    const height = Math.ceil(view.texels / view.width);
    const texels = new Float32Array(4 * view.width * height);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#framebuffer);
    const attach = (texture: WebGLTexture | null): void =>
      gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    attach(view.texture);
    const complete = gl.checkFramebufferStatus(gl.FRAMEBUFFER) === gl.FRAMEBUFFER_COMPLETE;
    if (complete) gl.readPixels(0, 0, view.width, height, gl.RGBA, gl.FLOAT, texels);
    attach(null);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    if (!complete || gl.isContextLost()) return undefined;
    return view.layout === 'unpacked' ? firstLanes(texels, view.texels) : unpack(texels, view);
  }

  dispose(): void {
    if (this.#framebuffer !== undefined) this.#gl.deleteFramebuffer(this.#framebuffer);
    this.#framebuffer = undefined;
  }
}

/** Unpacked: one element per texel. */
function firstLanes(texels: Float32Array, count: number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = texels[4 * i] as number;
  return values;
}

/** Packed: a texel is a block of 2×2 elements, of which those past an odd edge are padding. */
function unpack(texels: Float32Array, view: TextureView): Float32Array {
  const { columns, rows, oddColumns, oddRows } = view;
  const width = 2 * columns - (oddColumns ? 1 : 0);
  const height = 2 * rows - (oddRows ? 1 : 0);
  const values = new Float32Array((view.texels / (columns * rows)) * width * height);
  for (let i = 0, next = 0; next < values.length; i++) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const block = (i * rows + (row >> 1)) * columns + (column >> 1);
        values[next++] = texels[4 * block + 2 * (row & 1) + (column & 1)] as number;
      }
    }
  }
  return values;
}
