// Results on their way back: the buffers that a batch of dispatches is copied to, and the fence that
// tells when one can be read without waiting.
import type { Words } from './decode';

interface ReadBuffer {
  buffer: WebGLBuffer;
  bytes: number;
}

/** The pool of buffers to read from. As many are made as are on their way at once. */
export class ReadBuffers {
  readonly gl: WebGL2RenderingContext;
  /** Buffers without a batch, to be used again. */
  readonly #free: ReadBuffer[] = [];

  constructor(gl: WebGL2RenderingContext) {
    this.gl = gl;
  }

  /** The smallest free buffer that is large enough, else any that grows, else a new one. */
  acquire(bytes: number): ReadBuffer {
    const { gl } = this;
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

  release(buffer: ReadBuffer): void {
    this.#free.push(buffer);
  }

  dispose(): void {
    for (const { buffer } of this.#free.splice(0)) this.gl.deleteBuffer(buffer);
  }
}

/** The results of some dispatches, which are read together. */
export class Batch {
  /** Bytes of results. */
  bytes = 0;
  readonly #buffers: ReadBuffers;
  /** Dispatches that have not taken their results. */
  #waiting = 0;
  #target: ReadBuffer | undefined;
  #fence: WebGLSync | null = null;
  #words: Words | undefined;

  constructor(buffers: ReadBuffers) {
    this.#buffers = buffers;
  }

  /** Adds a dispatch; returns where its results begin, in bytes. */
  append(bytes: number): number {
    const from = this.bytes;
    this.bytes += bytes;
    this.#waiting++;
    return from;
  }

  /** Copies the results out of `source`, with a fence behind them. */
  submit(source: WebGLBuffer): void {
    if (this.#waiting === 0) return;
    const { gl } = this.#buffers;
    this.#target = this.#buffers.acquire(this.bytes);
    gl.bindBuffer(gl.COPY_READ_BUFFER, source);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, this.#target.buffer);
    gl.copyBufferSubData(gl.COPY_READ_BUFFER, gl.PIXEL_PACK_BUFFER, 0, 0, this.bytes);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    gl.bindBuffer(gl.COPY_READ_BUFFER, null);
    this.#fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
  }

  isReady(): boolean {
    if (this.#words !== undefined) return true;
    if (this.#target === undefined) return false;
    const { gl } = this.#buffers;
    return this.#fence === null || gl.getSyncParameter(this.#fence, gl.SYNC_STATUS) === gl.SIGNALED;
  }

  /** The words of all dispatches of the batch; to be called once for each. */
  read(): Words {
    if (this.#words === undefined) {
      const { gl } = this.#buffers;
      const words = new Uint32Array(this.bytes / 4);
      if (this.#target !== undefined) {
        gl.bindBuffer(gl.PIXEL_PACK_BUFFER, this.#target.buffer);
        gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, words);
        gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
      }
      this.#words = { words, floats: new Float32Array(words.buffer) };
      this.#release();
    }
    const words = this.#words;
    this.leave();
    return words;
  }

  /** One dispatch needs its results no more. */
  leave(): void {
    if (--this.#waiting === 0) this.#release();
  }

  #release(): void {
    if (this.#target === undefined) return;
    this.#buffers.gl.deleteSync(this.#fence);
    this.#fence = null;
    this.#buffers.release(this.#target);
    this.#target = undefined;
  }
}
