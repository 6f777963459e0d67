// Where the WebGL backend of tfjs 4.22 keeps a tensor: in a texture, in one of its two layouts, or
// still in memory. A tensor in memory is never uploaded here: tfjs computes small tensors on the CPU
// while they are there, and moving one would change the last digits of what the user's program gets.
import type { Tensor, TfNamespace } from '../../../../src/shared/tap/types';
import type { Layout } from './shader';

/** A tensor as the kernel reads it. */
export interface TextureView {
  texture: WebGLTexture;
  /** Texture of the same geometry that holds the tensor as it was before. */
  before?: WebGLTexture;
  layout: Layout;
  /** Texels per texture row. */
  width: number;
  /** Texels that hold elements. */
  texels: number;
  /** Elements per texel, at most. */
  lanes: 1 | 4;
  /** Packed layouts: 2×2 blocks per row of blocks, and rows of blocks per matrix. */
  columns: number;
  rows: number;
  oddColumns: boolean;
  oddRows: boolean;
}

/** The backend's record of a tensor's data. `shape` is that of the data: reshapes share it. */
interface TextureData {
  texture?: { texture: WebGLTexture } | null;
  texShape?: [number, number] | null;
  shape: number[];
  isPacked?: boolean;
  values?: unknown;
  /** Present where the tensor is a view into the texture of another. */
  slice?: unknown;
}

/** The parts of the WebGL backend that are read. */
export interface WebglBackend {
  gpgpu: { gl: WebGLRenderingContext | WebGL2RenderingContext };
  texData: { has(id: object): boolean; get(id: object): TextureData };
}

/** The backend, if `tf` runs on WebGL and has the fields that are needed. */
export function webglBackend(tf: TfNamespace): WebglBackend | undefined {
  if (tf.getBackend() !== 'webgl') return undefined;
  const backend = tf.backend() as unknown as Partial<WebglBackend>;
  const { gpgpu, texData } = backend;
  return gpgpu === undefined || texData === undefined ? undefined : { gpgpu, texData };
}

/** `sliced`: the data is a view, which must be copied before it can be read in place. */
export function locate(
  backend: WebglBackend,
  tensor: Tensor,
): TextureView | 'sliced' | 'in-memory' {
  if (!backend.texData.has(tensor.dataId)) return 'in-memory';
  const { texture, texShape, shape, isPacked, slice } = backend.texData.get(tensor.dataId);
  if (slice) return 'sliced';
  if (!texture || !texShape || tensor.size === 0) return 'in-memory';
  if (isPacked !== true) {
    return {
      texture: texture.texture,
      layout: 'unpacked',
      width: texShape[1],
      texels: tensor.size,
      lanes: 1,
      columns: 1,
      rows: 1,
      oddColumns: false,
      oddRows: false,
    };
  }
  const elementColumns = shape.at(-1) ?? 1;
  const elementRows = shape.at(-2) ?? 1;
  const columns = Math.ceil(elementColumns / 2);
  const rows = Math.ceil(elementRows / 2);
  const oddColumns = elementColumns % 2 === 1;
  const oddRows = elementRows % 2 === 1;
  const matrices = tensor.size / (elementColumns * elementRows);
  return {
    texture: texture.texture,
    layout: oddColumns || oddRows ? 'packed-masked' : 'packed',
    width: Math.ceil(texShape[1] / 2),
    texels: columns * rows * matrices,
    lanes: 4,
    columns,
    rows,
    oddColumns,
    oddRows,
  };
}

/** Whether two tensors lie alike, so that their elements can be compared in place. */
export function liesLike(a: TextureView, b: TextureView): boolean {
  return (
    a.layout === b.layout &&
    a.width === b.width &&
    a.texels === b.texels &&
    a.columns === b.columns &&
    a.rows === b.rows
  );
}
