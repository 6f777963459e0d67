// Statistics on the GPU, in place: summaries of tensors that the WebGL backend keeps in textures,
// without moving one of them.
import { TapError } from '../../../../src/shared/tap/errors';
import type { NumericArray } from '../../../../src/shared/core/summary';
import type { TensorSummary } from '../../../../src/shared/core/stepRecord';
import type {
  Difference,
  Measured,
  PendingSummaries,
  StatisticsEngine,
  Tensor,
  TfNamespace,
} from '../../../../src/shared/tap/types';
import {
  KnownSummaries,
  summarizeDifference,
  summarizeValues,
  summaryOfDifference,
} from '../typedArray';
import { decode } from './decode';
import { canRunKernel, Kernels } from './programs';
import { Dispatcher, type Dispatched } from './session';
import { liesLike, locate, webglBackend, type TextureView } from './textures';

/** The engine, or undefined where the context lacks what it needs. */
export function createWebglStatistics(tf: TfNamespace): StatisticsEngine | undefined {
  const backend = webglBackend(tf);
  const gl = backend?.gpgpu.gl;
  if (backend === undefined || gl === undefined || !canRunKernel(gl)) return undefined;
  const kernels = new Kernels(gl);
  if (kernels.of('unpacked', false) === undefined) return undefined;
  const dispatcher = new Dispatcher(gl, kernels);
  const { mul, sub } = tf;
  return {
    measure(items) {
      const slots: Slot[] = [];
      const views: TextureView[] = [];
      const copies: Tensor[] = [];
      const copied = (copy: Tensor): Tensor => {
        copies.push(copy);
        return copy;
      };
      const place = (tensor: Tensor): TextureView | 'in-memory' => {
        let view = locate(backend, tensor);
        if (view === 'sliced') view = locate(backend, copied(mul(tensor, 1)));
        if (view === 'sliced' || view === 'in-memory') return 'in-memory';
        return kernels.of(view.layout, false) === undefined ? 'in-memory' : view;
      };
      /** Values of a tensor, of a copy where they are not in memory already. */
      const read = (tensor: Tensor): NumericArray =>
        locate(backend, tensor) === 'in-memory'
          ? tensor.dataSync()
          : copied(mul(tensor, 1)).dataSync();
      const slotOf = (tensor: Tensor): Slot => {
        const view = place(tensor);
        if (view === 'in-memory') return { summary: summarizeValues(read(tensor)) };
        return { view: views.push(view) - 1, size: tensor.size };
      };
      /** The norm of a change is found beside the summary of the tensor that changed, where it can be. */
      const changeOf = ({ minuend, subtrahend }: Difference, last: Measured | undefined): Slot => {
        const slot = slots.at(-1);
        const [a, b] = [place(minuend), place(subtrahend)];
        if (a === 'in-memory' || b === 'in-memory') {
          return { summary: summarizeDifference(read(minuend), read(subtrahend)) };
        }
        const inPlace = liesLike(a, b) && kernels.of(a.layout, true) !== undefined;
        if (!inPlace) return slotOf(copied(sub(minuend, subtrahend)));
        const beside = last === minuend && slot !== undefined && 'view' in slot;
        const view = beside ? slot.view : views.push(a) - 1;
        views[view] = { ...a, before: b.texture };
        return { changeOf: view, size: minuend.size };
      };
      items.forEach((item, i) => {
        slots.push('minuend' in item ? changeOf(item, items[i - 1]) : slotOf(item));
      });
      const pending =
        views.length === 0
          ? new KnownSummaries(slots.flatMap((slot) => ('summary' in slot ? [slot.summary] : [])))
          : new GpuSummaries(dispatcher.dispatch(views), slots);
      for (const copy of copies) copy.dispose();
      return pending;
    },
    submit: () => dispatcher.submit(),
    dispose() {
      dispatcher.dispose();
      kernels.dispose();
    },
  };
}

/** Where the summary of an item comes from. */
type Slot =
  { summary: TensorSummary } | { view: number; size: number } | { changeOf: number; size: number };

/** Summaries of which some are known, and the others still on the device. */
class GpuSummaries implements PendingSummaries {
  readonly #dispatched: Dispatched;
  readonly #slots: readonly Slot[];

  constructor(dispatched: Dispatched, slots: readonly Slot[]) {
    this.#dispatched = dispatched;
    this.#slots = slots;
  }

  isReady(): boolean {
    return this.#dispatched.isReady();
  }

  take(): TensorSummary[] {
    const words = this.#dispatched.read();
    const decoded = this.#dispatched.extents.map(({ first, chunks }) =>
      decode(words, first, chunks),
    );
    return this.#slots.map((slot) => {
      if ('summary' in slot) return slot.summary;
      const found = decoded['view' in slot ? slot.view : slot.changeOf];
      if (found?.summary.count !== slot.size) {
        throw new TapError(
          'statistics-incomplete',
          'The graphics device returned incomplete statistics; it was probably reset. ' +
            'Restart the run, or set the backend to wasm.',
        );
      }
      return 'view' in slot ? found.summary : summaryOfDifference(slot.size, found.change);
    });
  }

  discard(): void {
    this.#dispatched.discard();
  }
}
