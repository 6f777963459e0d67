// Statistics on the GPU, in place: summaries of tensors that the WebGL backend keeps in textures,
// without moving one of them.
import { TapError } from '../../../../src/shared/tap/errors';
import type { TensorSummary } from '../../../../src/shared/core/stepRecord';
import type {
  PendingSummaries,
  StatisticsEngine,
  Tensor,
  TfNamespace,
} from '../../../../src/shared/tap/types';
import { KnownSummaries, summarizeValues } from '../typedArray';
import { decodeSummary } from './decode';
import { canRunKernel, compileKernel, type Kernel } from './programs';
import { Dispatcher, type Dispatched } from './session';
import { LAYOUTS, type Layout } from './shader';
import { locate, webglBackend, type TextureView } from './textures';

/** The engine, or undefined where the context lacks what it needs. */
export function createWebglStatistics(tf: TfNamespace): StatisticsEngine | undefined {
  const backend = webglBackend(tf);
  const gl = backend?.gpgpu.gl;
  if (backend === undefined || gl === undefined || !canRunKernel(gl)) return undefined;
  const kernels = new Map<Layout, Kernel>();
  for (const layout of LAYOUTS) {
    const kernel = compileKernel(gl, layout);
    if (kernel === undefined) return undefined;
    kernels.set(layout, kernel);
  }
  const dispatcher = new Dispatcher(gl, (layout) => kernels.get(layout) as Kernel);
  const { mul } = tf;
  return {
    measure(tensors) {
      const known: (TensorSummary | undefined)[] = [];
      const views: TextureView[] = [];
      const copies: Tensor[] = [];
      for (const tensor of tensors) {
        let located = locate(backend, tensor);
        if (located === 'sliced') {
          const copy = mul(tensor, 1);
          copies.push(copy);
          located = locate(backend, copy);
        }
        if (typeof located === 'string') known.push(summarizeValues(tensor.dataSync()));
        else if (views.push(located) > 0) known.push(undefined);
      }
      const pending =
        views.length === 0
          ? new KnownSummaries(known as TensorSummary[])
          : new GpuSummaries(dispatcher.dispatch(views), known, tensors);
      for (const copy of copies) copy.dispose();
      return pending;
    },
    dispose() {
      dispatcher.dispose();
      for (const { program } of kernels.values()) gl.deleteProgram(program);
    },
  };
}

/** Summaries of which some are known, and the others still on the device. */
class GpuSummaries implements PendingSummaries {
  readonly #dispatched: Dispatched;
  readonly #known: readonly (TensorSummary | undefined)[];
  /** Number of elements of each tensor. */
  readonly #sizes: readonly number[];

  constructor(
    dispatched: Dispatched,
    known: readonly (TensorSummary | undefined)[],
    tensors: readonly Tensor[],
  ) {
    this.#dispatched = dispatched;
    this.#known = known;
    this.#sizes = tensors.map(({ size }) => size);
  }

  isReady(): boolean {
    return this.#dispatched.isReady();
  }

  take(): TensorSummary[] {
    const words = this.#dispatched.read();
    let next = 0;
    return this.#known.map((known, i) => {
      if (known !== undefined) return known;
      const extent = this.#dispatched.extents[next++];
      const summary = extent && decodeSummary(words, extent.first, extent.chunks);
      if (summary?.count !== this.#sizes[i]) {
        throw new TapError(
          'statistics-incomplete',
          'The graphics device returned incomplete statistics; it was probably reset. ' +
            'Restart the run, or set the backend to wasm.',
        );
      }
      return summary as TensorSummary;
    });
  }

  discard(): void {
    this.#dispatched.discard();
  }
}
