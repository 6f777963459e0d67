// What the fused updates use of the WebGL backend of tfjs 4.22: where a tensor lies, and a texture for
// a new one, in the packed layout that tfjs's own updates leave weights and slots in.
import type { Tensor, TensorInfo } from '@tensorflow/tfjs';
import type { TfNamespace } from '../../../../src/shared/tap/types';
import { locate, type TextureView, type WebglBackend } from '../../statistics/webgl/textures';

interface PackableData {
  isPacked?: boolean;
  shape: number[];
}

/** The backend with the methods that its own kernels use. */
export interface UpdateBackend extends WebglBackend {
  gpgpu: { gl: WebGL2RenderingContext };
  makeTensorInfo(shape: number[], dtype: 'float32'): TensorInfo;
  uploadToGPU(dataId: object): void;
}

/** The backend; undefined where `tf` does not run on WebGL 2 or the backend is not as expected. */
export function updateBackend(tf: TfNamespace): UpdateBackend | undefined {
  if (tf.getBackend() !== 'webgl' || typeof WebGL2RenderingContext === 'undefined')
    return undefined;
  const backend = tf.backend() as unknown as Partial<UpdateBackend>;
  const { gpgpu, texData, makeTensorInfo, uploadToGPU } = backend;
  const complete = gpgpu && texData && makeTensorInfo && uploadToGPU;
  if (!complete || !(gpgpu.gl instanceof WebGL2RenderingContext)) return undefined;
  return backend as UpdateBackend;
}

/** Rows and columns of the matrices that tfjs packs by 2×2 blocks. */
export function matrixOf(shape: readonly number[]): { rows: number; columns: number } {
  return { rows: shape.at(-2) ?? 1, columns: shape.at(-1) ?? 1 };
}

/** Whether a packed tensor has the blocks of `shape`: its data keep the shape they were made in. */
export function hasBlocksOf(view: TextureView, shape: readonly number[]): boolean {
  const { rows, columns } = matrixOf(shape);
  const blockRows = Math.ceil(rows / 2);
  const matrices = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  const oddRows = rows % 2 === 1;
  return (
    view.columns === Math.ceil(columns / 2) &&
    view.oddColumns === (columns % 2 === 1) &&
    view.oddRows === oddRows &&
    (view.rows === blockRows || !oddRows) &&
    view.texels === view.columns * blockRows * matrices
  );
}

/** A tensor that this backend keeps in a texture of its own; undefined for any other. */
export function viewOf(backend: UpdateBackend, tensor: Tensor): TextureView | undefined {
  const located = locate(backend, tensor);
  return typeof located === 'string' ? undefined : located;
}

/** Whether the tensor's values are in memory, from where they can be uploaded. */
export function isInMemory(backend: UpdateBackend, tensor: Tensor): boolean {
  return (
    tensor.size > 0 && backend.texData.has(tensor.dataId) && locate(backend, tensor) === 'in-memory'
  );
}

/** Moves a tensor from memory to a packed texture, as tfjs's own update would. */
export function uploadPacked(backend: UpdateBackend, tensor: Tensor): void {
  const data: PackableData = backend.texData.get(tensor.dataId);
  data.isPacked = true;
  data.shape = tensor.shape;
  backend.uploadToGPU(tensor.dataId);
}

/** A tensor of float32 in a packed texture, whose values are yet to be drawn. */
export interface Canvas {
  tensor: Tensor;
  view: TextureView;
  /** In texels. */
  height: number;
}

export function allocatePacked(tf: TfNamespace, backend: UpdateBackend, shape: number[]): Canvas {
  const info = backend.makeTensorInfo(shape, 'float32');
  const data: PackableData = backend.texData.get(info.dataId);
  data.isPacked = true;
  backend.uploadToGPU(info.dataId);
  const tensor = tf.engine().makeTensorFromTensorInfo(info);
  // Packed: a texel holds two rows of the texture's logical shape.
  const height = Math.ceil((backend.texData.get(info.dataId).texShape?.[0] ?? 1) / 2);
  return { tensor, view: requireView(backend, tensor), height };
}

/** The view of a tensor that has to be in a texture by now. */
export function requireView(backend: UpdateBackend, tensor: Tensor): TextureView {
  const view = viewOf(backend, tensor);
  if (view !== undefined) return view;
  throw new FusedUpdateError(
    `TensorFlow.js keeps no texture for a tensor of shape [${tensor.shape.join(', ')}] that a fused optimizer update needs. Run again with the setting gradientLens.fusedUpdates off.`,
  );
}

/** A fused update met a backend that is not as expected. */
export class FusedUpdateError extends Error {
  readonly code = 'fused-update';

  constructor(message: string) {
    super(message);
    this.name = 'FusedUpdateError';
  }
}
