// Counts units on the GPU, in place: a vertex shader whose every invocation looks at one unit on some of
// the rows. One program per layout of textures, whatever the shapes: nothing more is ever compiled.
import type { Tensor, TfNamespace } from '../../../../src/shared/tap/types';
import { Batch, ReadBuffers } from '../../statistics/webgl/batch';
import { canRunKernel, linkFeedback } from '../../statistics/webgl/programs';
import { locate, webglBackend, type TextureView } from '../../statistics/webgl/textures';
import type { Limits } from './activations';
import { countUnits, SAME, type PendingUnits, type UnitCounts, type UnitEngine } from './units';

/** Rows that an invocation visits: enough of them run at once, and little is read back. */
const SEGMENT = 1024;
/** Words that an invocation writes: dead, flat, differing, and one spare. */
const WORDS = 4;
/** Room for the results of a probe of a small net. */
const MIN_OUTPUT_BYTES = 1 << 18;
/** Stands for a limit that no float32 passes. */
const NEVER = 3.4028234e38;

const UNIFORMS = ['values', 'size', 'shape', 'limits'] as const;

interface Program {
  program: WebGLProgram;
  uniforms: Record<(typeof UNIFORMS)[number], WebGLUniformLocation | null>;
}

/** The engine, or undefined where the context lacks what it needs. */
export function createWebglUnitEngine(tf: TfNamespace): UnitEngine | undefined {
  const backend = webglBackend(tf);
  const gl = backend?.gpgpu.gl;
  if (backend === undefined || gl === undefined || !canRunKernel(gl)) return undefined;
  const counter = new Counter(gl);
  const { mul } = tf;
  const known = (counts: UnitCounts): PendingUnits => ({
    take: () => counts,
    discard: () => undefined,
  });
  return {
    count(tensor, limits) {
      let copy: Tensor | undefined;
      let view = locate(backend, tensor);
      if (view === 'sliced') view = locate(backend, (copy = mul(tensor, 1)));
      const units = tensor.shape.at(-1) ?? 1;
      const inMemory = view === 'in-memory' || view === 'sliced';
      const pending = inMemory
        ? undefined
        : counter.count(view as TextureView, tensor.size, units, limits);
      const result = pending ?? known(countUnits(tensor.dataSync(), units, limits));
      copy?.dispose();
      return result;
    },
    submit: () => counter.submit(),
    dispose: () => counter.dispose(),
  };
}

/** Runs the programs. */
class Counter {
  readonly #gl: WebGL2RenderingContext;
  readonly #programs = new Map<boolean, Program | undefined>();
  readonly #vertexArray: WebGLVertexArrayObject;
  readonly #feedback: WebGLTransformFeedback;
  readonly #output: { buffer: WebGLBuffer; bytes: number };
  readonly #buffers: ReadBuffers;
  #open: Batch;

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
    this.#vertexArray = gl.createVertexArray();
    this.#feedback = gl.createTransformFeedback();
    this.#output = { buffer: gl.createBuffer(), bytes: 0 };
    this.#buffers = new ReadBuffers(gl);
    this.#open = new Batch(this.#buffers);
  }

  /** Queues the counts; undefined where the driver refuses the program. */
  count(view: TextureView, size: number, units: number, limits: Limits): PendingUnits | undefined {
    const program = this.#programFor(view.layout !== 'unpacked');
    if (program === undefined) return undefined;
    const rows = size / units;
    const invocations = units * Math.ceil(rows / SEGMENT);
    const bytes = invocations * WORDS * 4;
    if (this.#open.bytes + bytes > this.#output.bytes) this.submit();
    this.#reserveOutput(bytes);
    const batch = this.#open;
    const from = batch.append(bytes);
    this.#run(program, view, { units, rows, invocations, from, bytes }, limits);
    return {
      take: () => {
        if (batch === this.#open) this.submit();
        return decode(batch.read().words, from / 4, invocations, units, rows);
      },
      discard: () => batch.leave(),
    };
  }

  /** Sends what was queued on its way back. */
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
    for (const entry of this.#programs.values()) if (entry) gl.deleteProgram(entry.program);
  }

  #run(
    { program, uniforms }: Program,
    view: TextureView,
    at: { units: number; rows: number; invocations: number; from: number; bytes: number },
    { dead = -NEVER, low = -NEVER, high = NEVER }: Limits,
  ): void {
    const gl = this.#gl;
    // The last output of tfjs is still attached to its framebuffer: sampling it would be a feedback loop.
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.bindVertexArray(this.#vertexArray);
    gl.enable(gl.RASTERIZER_DISCARD);
    gl.bindTransformFeedback(gl.TRANSFORM_FEEDBACK, this.#feedback);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, view.texture);
    gl.useProgram(program);
    gl.uniform1i(uniforms.values, 0);
    gl.uniform4i(uniforms.size, view.width, at.units, SEGMENT, at.rows);
    const { columns, rows, oddColumns, oddRows } = view;
    gl.uniform4i(
      uniforms.shape,
      columns,
      rows,
      2 * columns - (oddColumns ? 1 : 0),
      2 * rows - (oddRows ? 1 : 0),
    );
    gl.uniform3f(uniforms.limits, dead, low, high);
    gl.bindBufferRange(gl.TRANSFORM_FEEDBACK_BUFFER, 0, this.#output.buffer, at.from, at.bytes);
    gl.beginTransformFeedback(gl.POINTS);
    gl.drawArrays(gl.POINTS, 0, at.invocations);
    gl.endTransformFeedback();
    gl.bindBufferBase(gl.TRANSFORM_FEEDBACK_BUFFER, 0, null);
    gl.bindTexture(gl.TEXTURE_2D, null);
    gl.bindTransformFeedback(gl.TRANSFORM_FEEDBACK, null);
    gl.disable(gl.RASTERIZER_DISCARD);
    gl.bindVertexArray(null);
  }

  #programFor(isPacked: boolean): Program | undefined {
    if (!this.#programs.has(isPacked)) {
      const gl = this.#gl;
      const program = linkFeedback(gl, vertexShader(isPacked), ['counts']);
      this.#programs.set(
        isPacked,
        program && {
          program,
          uniforms: Object.fromEntries(
            UNIFORMS.map((name) => [name, gl.getUniformLocation(program, name)]),
          ) as Program['uniforms'],
        },
      );
    }
    return this.#programs.get(isPacked);
  }

  #reserveOutput(bytes: number): void {
    const gl = this.#gl;
    if (this.#output.bytes >= bytes) return;
    this.#output.bytes = Math.max(MIN_OUTPUT_BYTES, 2 ** Math.ceil(Math.log2(bytes)));
    gl.bindBuffer(gl.TRANSFORM_FEEDBACK_BUFFER, this.#output.buffer);
    gl.bufferData(gl.TRANSFORM_FEEDBACK_BUFFER, this.#output.bytes, gl.DYNAMIC_COPY);
    gl.bindBuffer(gl.TRANSFORM_FEEDBACK_BUFFER, null);
  }
}

/** Sums the counts of each unit over the segments of rows. */
function decode(
  words: Uint32Array,
  first: number,
  invocations: number,
  units: number,
  rows: number,
): UnitCounts {
  const counts: UnitCounts = {
    rows,
    dead: new Uint32Array(units),
    flat: new Uint32Array(units),
    differing: new Uint32Array(units),
  };
  for (let i = 0; i < invocations; i++) {
    const at = first + i * WORDS;
    const unit = i % units;
    counts.dead[unit] = (counts.dead[unit] as number) + (words[at] as number);
    counts.flat[unit] = (counts.flat[unit] as number) + (words[at + 1] as number);
    counts.differing[unit] = (counts.differing[unit] as number) + (words[at + 2] as number);
  }
  return counts;
}

/** NaNs are told by their bits: compilers may assume that a comparison has none. */
function vertexShader(isPacked: boolean): string {
  const fetch = isPacked
    ? `int row = index / shape.z;
  int column = index - row * shape.z;
  int matrix = row / shape.w;
  row -= matrix * shape.w;
  int texel = (matrix * shape.y + (row >> 1)) * shape.x + (column >> 1);
  vec4 block = texelFetch(values, ivec2(texel % size.x, texel / size.x), 0);
  return (row & 1) == 0 ? ((column & 1) == 0 ? block.x : block.y)
                        : ((column & 1) == 0 ? block.z : block.w);`
    : 'return texelFetch(values, ivec2(index % size.x, index / size.x), 0).x;';
  return `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
uniform sampler2D values;
uniform ivec4 size;  // texels per texture row; units; rows per invocation; rows
uniform ivec4 shape; // packed: 2x2 blocks per row of blocks; rows of blocks; columns; rows of a matrix
uniform vec3 limits; // dead; low; high
flat out uvec4 counts;

float valueAt(int index) {
  ${fetch}
}

void main() {
  int segment = gl_VertexID / size.y;
  int unit = gl_VertexID - segment * size.y;
  int start = segment * size.z;
  int end = min(start + size.z, size.w);
  uvec3 found = uvec3(0u);
  for (int i = start; i < end; i++) {
    float first = valueAt(i * size.y);
    float x = valueAt(i * size.y + unit);
    bool isNumber = (floatBitsToUint(x) & 0x7fffffffu) <= 0x7f800000u;
    bool isSame = isNumber && abs(x - first) <= ${SAME.toExponential()} * abs(first);
    found.x += isNumber && x <= limits.x ? 1u : 0u;
    found.y += isNumber && (x <= limits.y || x >= limits.z) ? 1u : 0u;
    found.z += isSame ? 0u : 1u;
  }
  counts = uvec4(found, 0u);
  gl_Position = vec4(0.0);
}
`;
}
