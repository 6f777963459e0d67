// One dispatch per step: every tensor's chunks in one transform feedback buffer, copied to a buffer
// that can be read without stalling the device. Buffers are pooled; GL state is left as tfjs needs it.
import type { Kernel } from './programs';
import { LAYOUTS, WORDS, type Layout } from './shader';
import type { TextureView } from './textures';

const BYTES_PER_CHUNK = WORDS * 4;

/** Elements per chunk: small chunks keep the device busy, large ones keep the read-back small. */
const MIN_CHUNK = 512;
const MAX_CHUNK = 2048;
/** A tensor is cut into at least this many chunks before chunks grow. */
const CHUNKS = 1024;

/** Where a tensor's chunks are in the words of a session. */
export interface Extent {
  /** Index of the first word. */
  first: number;
  chunks: number;
}

/** A session whose results are still on the device. */
export interface Dispatched {
  extents: Extent[];
  isReady(): boolean;
  /** Waits for the device if it must. Frees the buffer. */
  read(): Uint32Array;
  discard(): void;
}

interface ReadBuffer {
  buffer: WebGLBuffer;
  bytes: number;
}

/** Runs kernels over textures. One per WebGL context. */
export class Dispatcher {
  readonly #gl: WebGL2RenderingContext;
  readonly #kernelOf: (layout: Layout) => Kernel;
  readonly #vertexArray: WebGLVertexArrayObject;
  readonly #feedback: WebGLTransformFeedback;
  readonly #output: ReadBuffer;
  /** Buffers without a session, to be used again. */
  readonly #free: ReadBuffer[] = [];

  constructor(gl: WebGL2RenderingContext, kernelOf: (layout: Layout) => Kernel) {
    this.#gl = gl;
    this.#kernelOf = kernelOf;
    this.#vertexArray = gl.createVertexArray();
    this.#feedback = gl.createTransformFeedback();
    this.#output = { buffer: gl.createBuffer(), bytes: 0 };
  }

  /** Queues the summaries of `views`. */
  dispatch(views: readonly TextureView[]): Dispatched {
    const gl = this.#gl;
    const { extents, spans, chunks } = plan(views);
    const bytes = chunks * BYTES_PER_CHUNK;
    this.#reserveOutput(bytes);
    // The last output of tfjs is still attached to its framebuffer: sampling it would be a feedback loop.
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.bindVertexArray(this.#vertexArray);
    gl.enable(gl.RASTERIZER_DISCARD);
    gl.bindTransformFeedback(gl.TRANSFORM_FEEDBACK, this.#feedback);
    gl.activeTexture(gl.TEXTURE0);
    for (const { layout, members, first, count } of spans) {
      this.#run(layout, members, first * BYTES_PER_CHUNK, count * BYTES_PER_CHUNK);
    }
    gl.bindTexture(gl.TEXTURE_2D, null);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, null);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTransformFeedback(gl.TRANSFORM_FEEDBACK, null);
    gl.disable(gl.RASTERIZER_DISCARD);
    gl.bindVertexArray(null);
    return this.#stage(extents, bytes);
  }

  dispose(): void {
    const gl = this.#gl;
    for (const { buffer } of [...this.#free.splice(0), this.#output]) gl.deleteBuffer(buffer);
    gl.deleteTransformFeedback(this.#feedback);
    gl.deleteVertexArray(this.#vertexArray);
  }

  #run(layout: Layout, members: readonly Member[], offset: number, bytes: number): void {
    const gl = this.#gl;
    const { program, uniforms } = this.#kernelOf(layout);
    gl.useProgram(program);
    gl.uniform1i(uniforms.values, 0);
    gl.uniform1i(uniforms.subtrahend, 1);
    gl.bindBufferRange(gl.TRANSFORM_FEEDBACK_BUFFER, 0, this.#output.buffer, offset, bytes);
    gl.beginTransformFeedback(gl.POINTS);
    for (const { view, chunks, chunkTexels } of members) {
      gl.activeTexture(gl.TEXTURE1);
      gl.bindTexture(gl.TEXTURE_2D, view.subtrahend ?? null);
      gl.activeTexture(gl.TEXTURE0);
      gl.bindTexture(gl.TEXTURE_2D, view.texture);
      gl.uniform1i(uniforms.subtract, view.subtrahend === undefined ? 0 : 1);
      gl.uniform1i(uniforms.width, view.width);
      gl.uniform1i(uniforms.texels, view.texels);
      gl.uniform1i(uniforms.chunk, chunkTexels);
      gl.uniform1i(uniforms.columns, view.columns);
      gl.uniform1i(uniforms.rows, view.rows);
      gl.uniform1i(uniforms.oddColumns, view.oddColumns ? 1 : 0);
      gl.uniform1i(uniforms.oddRows, view.oddRows ? 1 : 0);
      gl.drawArrays(gl.POINTS, 0, chunks);
    }
    gl.endTransformFeedback();
    gl.bindBufferBase(gl.TRANSFORM_FEEDBACK_BUFFER, 0, null);
  }

  /** Copies the output to a buffer of its own, with a fence that tells when it can be read. */
  #stage(extents: Extent[], bytes: number): Dispatched {
    const gl = this.#gl;
    const target = this.#acquire(bytes);
    gl.bindBuffer(gl.COPY_READ_BUFFER, this.#output.buffer);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, target.buffer);
    gl.copyBufferSubData(gl.COPY_READ_BUFFER, gl.PIXEL_PACK_BUFFER, 0, 0, bytes);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    gl.bindBuffer(gl.COPY_READ_BUFFER, null);
    const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    const release = (): void => {
      gl.deleteSync(fence);
      this.#free.push(target);
    };
    return {
      extents,
      isReady: () => fence === null || gl.getSyncParameter(fence, gl.SYNC_STATUS) === gl.SIGNALED,
      read: () => {
        const words = new Uint32Array(bytes / 4);
        gl.bindBuffer(gl.PIXEL_PACK_BUFFER, target.buffer);
        gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, words);
        gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
        release();
        return words;
      },
      discard: release,
    };
  }

  #reserveOutput(bytes: number): void {
    const gl = this.#gl;
    if (this.#output.bytes >= bytes) return;
    this.#output.bytes = 2 ** Math.ceil(Math.log2(bytes));
    gl.bindBuffer(gl.TRANSFORM_FEEDBACK_BUFFER, this.#output.buffer);
    gl.bufferData(gl.TRANSFORM_FEEDBACK_BUFFER, this.#output.bytes, gl.DYNAMIC_COPY);
    gl.bindBuffer(gl.TRANSFORM_FEEDBACK_BUFFER, null);
  }

  /** The smallest free buffer that is large enough, else a new one; the pool stays as small as use is. */
  #acquire(bytes: number): ReadBuffer {
    const gl = this.#gl;
    const fitting = this.#free.filter((b) => b.bytes >= bytes).sort((a, b) => a.bytes - b.bytes)[0];
    if (fitting !== undefined) {
      this.#free.splice(this.#free.indexOf(fitting), 1);
      return fitting;
    }
    const target = this.#free.pop() ?? { buffer: gl.createBuffer(), bytes: 0 };
    target.bytes = 2 ** Math.ceil(Math.log2(bytes));
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, target.buffer);
    gl.bufferData(gl.PIXEL_PACK_BUFFER, target.bytes, gl.STREAM_READ);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    return target;
  }
}

interface Member {
  view: TextureView;
  chunks: number;
  chunkTexels: number;
}

/** Tensors of one layout, whose chunks lie together. `first` and `count` in chunks. */
interface Span {
  layout: Layout;
  members: Member[];
  first: number;
  count: number;
}

function plan(views: readonly TextureView[]): { extents: Extent[]; spans: Span[]; chunks: number } {
  const extents: Extent[] = [];
  const spans: Span[] = [];
  let chunks = 0;
  for (const layout of LAYOUTS) {
    const span: Span = { layout, members: [], first: chunks, count: 0 };
    views.forEach((view, i) => {
      if (view.layout !== layout) return;
      const elements = view.texels * view.lanes;
      const wanted = Math.ceil(elements / CHUNKS / MIN_CHUNK) * MIN_CHUNK;
      const chunkTexels = Math.min(MAX_CHUNK, wanted) / view.lanes;
      const member = { view, chunkTexels, chunks: Math.ceil(view.texels / chunkTexels) };
      extents[i] = { first: chunks * WORDS, chunks: member.chunks };
      span.members.push(member);
      span.count += member.chunks;
      chunks += member.chunks;
    });
    if (span.count > 0) spans.push(span);
  }
  return { extents, spans, chunks };
}
