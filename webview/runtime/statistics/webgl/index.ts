// Statistics on the GPU, in place: summaries of tensors that the WebGL backend keeps in textures,
// without moving one of them.
import { TapError } from '../../../../src/shared/tap/errors';
import type { NumericArray } from '../../../../src/shared/core/summary';
import type { TensorSummary } from '../../../../src/shared/core/stepRecord';
import type {
  Measured,
  PendingSummaries,
  StatisticsEngine,
  Tensor,
  TfNamespace,
} from '../../../../src/shared/tap/types';
import { KnownSummaries, summarizeDifference, summarizeValues } from '../typedArray';
import { decodeSummary } from './decode';
import { canRunKernel, compileKernel, type Kernel } from './programs';
import { Dispatcher, type Dispatched } from './session';
import { LAYOUTS, type Layout } from './shader';
import { locate, subtractViews, webglBackend, type TextureView } from './textures';

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
  const { mul, sub } = tf;
  return {
    measure(items) {
      const known: (TensorSummary | undefined)[] = [];
      const views: TextureView[] = [];
      const copies: Tensor[] = [];
      const copied = (copy: Tensor): Tensor => {
        copies.push(copy);
        return copy;
      };
      const place = (tensor: Tensor): TextureView | 'in-memory' => {
        const located = locate(backend, tensor);
        if (located !== 'sliced') return located;
        const copy = locate(backend, copied(mul(tensor, 1)));
        return copy === 'sliced' ? 'in-memory' : copy;
      };
      /** Values of a tensor, of a copy where they are not in memory already. */
      const read = (tensor: Tensor): NumericArray =>
        locate(backend, tensor) === 'in-memory'
          ? tensor.dataSync()
          : copied(mul(tensor, 1)).dataSync();
      const locateItem = (item: Measured): TextureView | TensorSummary => {
        if (!('minuend' in item)) {
          const view = place(item);
          return view === 'in-memory' ? summarizeValues(read(item)) : view;
        }
        const { minuend, subtrahend } = item;
        const [a, b] = [place(minuend), place(subtrahend)];
        if (a === 'in-memory' || b === 'in-memory') {
          return summarizeDifference(read(minuend), read(subtrahend));
        }
        const view = subtractViews(a, b) ?? place(copied(sub(minuend, subtrahend)));
        return view === 'in-memory' ? summarizeDifference(read(minuend), read(subtrahend)) : view;
      };
      for (const item of items) {
        const located = locateItem(item);
        if ('histogram' in located) known.push(located);
        else if (views.push(located) > 0) known.push(undefined);
      }
      const sizes = items.map((item) => ('minuend' in item ? item.minuend.size : item.size));
      const pending =
        views.length === 0
          ? new KnownSummaries(known as TensorSummary[])
          : new GpuSummaries(dispatcher.dispatch(views), known, sizes);
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
    sizes: readonly number[],
  ) {
    this.#dispatched = dispatched;
    this.#known = known;
    this.#sizes = sizes;
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
