// Runs the kernels: every tensor's chunks of one or several steps in one transform feedback buffer,
// copied to a buffer that can be read without stalling the device. Buffers are pooled; GL state is
// left as tfjs needs it.
import { Batch, ReadBuffers } from './batch';
import type { Words } from './decode';
import type { Kernel, Kernels } from './programs';
import { WORDS } from './record';
import type { TextureView } from './textures';

const BYTES_PER_CHUNK = WORDS * 4;

/** Elements per chunk: small chunks keep the device busy, large ones keep the read-back small. */
const MIN_CHUNK = 1024;
const MAX_CHUNK = 8192;
/** A tensor is cut into at least this many chunks before chunks grow. */
const CHUNKS = 2048;

/** Room for the results of several steps of a small net; a step that needs more gets more. */
const MIN_OUTPUT_BYTES = 1 << 19;

/** Where a tensor's chunks are in the words of a session. */
export interface Extent {
  /** Index of the first word. */
  first: number;
  chunks: number;
}

/** The results of one dispatch, which are still on the device. */
export interface Dispatched {
  extents: Extent[];
  /** False until the batch was submitted and the device is done. */
  isReady(): boolean;
  /** Submits if need be, and waits for the device if it must. Once. */
  read(): Words;
  /** Instead of reading. */
  discard(): void;
}

/** Runs kernels over textures. One per WebGL context. */
export class Dispatcher {
  readonly #gl: WebGL2RenderingContext;
  readonly #kernels: Kernels;
  readonly #vertexArray: WebGLVertexArrayObject;
  readonly #feedback: WebGLTransformFeedback;
  readonly #output: { buffer: WebGLBuffer; bytes: number };
  readonly #buffers: ReadBuffers;
  /** Results that lie in the output buffer. */
  #open: Batch;

  constructor(gl: WebGL2RenderingContext, kernels: Kernels) {
    this.#gl = gl;
    this.#kernels = kernels;
    this.#vertexArray = gl.createVertexArray();
    this.#feedback = gl.createTransformFeedback();
    this.#output = { buffer: gl.createBuffer(), bytes: 0 };
    this.#buffers = new ReadBuffers(gl);
    this.#open = new Batch(this.#buffers);
  }

  /** Queues the summaries of `views`, for each of which there is a kernel. */
  dispatch(views: readonly TextureView[]): Dispatched {
    const gl = this.#gl;
    const { extents, spans, chunks } = this.#plan(views);
    const bytes = chunks * BYTES_PER_CHUNK;
    if (this.#open.bytes + bytes > this.#output.bytes) this.submit();
    this.#reserveOutput(bytes);
    const batch = this.#open;
    const from = batch.append(bytes);
    // The last output of tfjs is still attached to its framebuffer: sampling it would be a feedback loop.
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.bindVertexArray(this.#vertexArray);
    gl.enable(gl.RASTERIZER_DISCARD);
    gl.bindTransformFeedback(gl.TRANSFORM_FEEDBACK, this.#feedback);
    gl.activeTexture(gl.TEXTURE0);
    for (const span of spans) this.#run(span, from);
    gl.bindTexture(gl.TEXTURE_2D, null);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, null);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTransformFeedback(gl.TRANSFORM_FEEDBACK, null);
    gl.disable(gl.RASTERIZER_DISCARD);
    gl.bindVertexArray(null);
    for (const extent of extents) extent.first += from / 4;
    return {
      extents,
      isReady: () => batch.isReady(),
      read: () => {
        if (batch === this.#open) this.submit();
        return batch.read();
      },
      discard: () => batch.leave(),
    };
  }

  /** Copies the results so far to where they can be read. */
  submit(): void {
    if (this.#open.bytes === 0) return;
    this.#open.submit(this.#output.buffer);
    this.#open = new Batch(this.#buffers);
  }

  dispose(): void {
    const gl = this.#gl;
    this.#buffers.dispose();
    gl.deleteBuffer(this.#output.buffer);
    gl.deleteTransformFeedback(this.#feedback);
    gl.deleteVertexArray(this.#vertexArray);
  }

  #run({ kernel, members, first, count }: Span, from: number): void {
    const gl = this.#gl;
    const { program, uniforms } = kernel;
    const offset = from + first * BYTES_PER_CHUNK;
    const bytes = count * BYTES_PER_CHUNK;
    gl.useProgram(program);
    gl.uniform1i(uniforms.values, 0);
    gl.uniform1i(uniforms.before, 1);
    gl.bindBufferRange(gl.TRANSFORM_FEEDBACK_BUFFER, 0, this.#output.buffer, offset, bytes);
    gl.beginTransformFeedback(gl.POINTS);
    for (const { view, chunks, chunkTexels } of members) {
      if (view.before !== undefined) {
        gl.activeTexture(gl.TEXTURE1);
        gl.bindTexture(gl.TEXTURE_2D, view.before);
        gl.activeTexture(gl.TEXTURE0);
      }
      gl.bindTexture(gl.TEXTURE_2D, view.texture);
      const { width, texels, columns, rows, oddColumns, oddRows } = view;
      gl.uniform4i(uniforms.size, width, texels, chunkTexels, 0);
      if (view.layout === 'packed-masked') {
        gl.uniform4i(uniforms.shape, columns, rows, oddColumns ? 1 : 0, oddRows ? 1 : 0);
      }
      gl.drawArrays(gl.POINTS, 0, chunks);
    }
    gl.endTransformFeedback();
    gl.bindBufferBase(gl.TRANSFORM_FEEDBACK_BUFFER, 0, null);
  }

  #reserveOutput(bytes: number): void {
    const gl = this.#gl;
    if (this.#output.bytes >= bytes) return;
    this.#output.bytes = Math.max(MIN_OUTPUT_BYTES, 2 ** Math.ceil(Math.log2(bytes)));
    gl.bindBuffer(gl.TRANSFORM_FEEDBACK_BUFFER, this.#output.buffer);
    gl.bufferData(gl.TRANSFORM_FEEDBACK_BUFFER, this.#output.bytes, gl.DYNAMIC_COPY);
    gl.bindBuffer(gl.TRANSFORM_FEEDBACK_BUFFER, null);
  }

  #plan(views: readonly TextureView[]): { extents: Extent[]; spans: Span[]; chunks: number } {
    const extents: Extent[] = [];
    const spans = new Map<Kernel, Span>();
    views.forEach((view, index) => {
      const kernel = this.#kernels.for(view, view.before !== undefined);
      if (kernel === undefined) return;
      const elements = view.texels * view.lanes;
      const wanted = Math.ceil(elements / CHUNKS / MIN_CHUNK) * MIN_CHUNK;
      const chunkTexels = Math.min(MAX_CHUNK, wanted) / view.lanes;
      const member = { index, view, chunkTexels, chunks: Math.ceil(view.texels / chunkTexels) };
      const span = spans.get(kernel);
      if (span !== undefined) span.members.push(member);
      else spans.set(kernel, { kernel, members: [member], first: 0, count: 0 });
    });
    let chunks = 0;
    for (const span of spans.values()) {
      span.first = chunks;
      for (const member of span.members) {
        extents[member.index] = { first: chunks * WORDS, chunks: member.chunks };
        chunks += member.chunks;
      }
      span.count = chunks - span.first;
    }
    return { extents, spans: [...spans.values()], chunks };
  }
}

interface Member {
  /** Position among the views of the session. */
  index: number;
  view: TextureView;
  chunks: number;
  chunkTexels: number;
}

/** Tensors for one kernel, whose chunks lie together. `first` and `count` in chunks. */
interface Span {
  kernel: Kernel;
  members: Member[];
  first: number;
  count: number;
}
