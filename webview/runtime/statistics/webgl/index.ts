// Statistics on the GPU, in place: summaries of tensors that the WebGL backend keeps in textures,
// without moving one of them.
import { TapError } from '../../../../src/shared/tap/errors';
import type { NumericArray } from '../../../../src/shared/core/summary';
import type { TensorSummary } from '../../../../src/shared/core/stepRecord';
import type {
  Difference,
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
import { Downloader } from './download';
import { canRunKernel, Kernels } from './programs';
import { Dispatcher, type Dispatched } from './session';
import { liesLike, locate, webglBackend, type TextureView } from './textures';

/** The engine, or undefined where the context lacks what it needs. */
export function createWebglStatistics(tf: TfNamespace): StatisticsEngine | undefined {
  const backend = webglBackend(tf);
  const gl = backend?.gpgpu.gl;
  if (backend === undefined || gl === undefined || !canRunKernel(gl)) return undefined;
  const kernels = new Kernels(gl);
  const dispatcher = new Dispatcher(gl, kernels);
  const downloader = new Downloader(gl);
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
        return view === 'sliced' ? 'in-memory' : view;
      };
      const read = (tensor: Tensor, view: TextureView | 'in-memory'): NumericArray => {
        if (view === 'in-memory') return tensor.dataSync();
        // What tfjs reads it keeps, beside the texture: let it be that of a copy.
        return downloader.read(view) ?? copied(mul(tensor, 1)).dataSync();
      };
      const slotOf = (tensor: Tensor): Slot => {
        const view = place(tensor);
        if (view === 'in-memory' || kernels.for(view, false) === undefined) {
          return { summary: summarizeValues(read(tensor, view)) };
        }
        return { view: views.push(view) - 1, size: tensor.size };
      };
      const changeOf = ({ minuend, subtrahend }: Difference): Slot => {
        const [a, b] = [place(minuend), place(subtrahend)];
        const inTextures = a !== 'in-memory' && b !== 'in-memory';
        if (inTextures && liesLike(a, b) && kernels.for(a, true) !== undefined) {
          return { changeOf: views.push({ ...a, before: b.texture }) - 1, size: minuend.size };
        }
        // After its first update a variable may lie otherwise than as it was made; later it does not.
        if (inTextures && !liesLike(a, b) && !kernels.isFirst) {
          return slotOf(copied(sub(minuend, subtrahend)));
        }
        return { summary: summarizeDifference(read(minuend, a), read(subtrahend, b)) };
      };
      /** A tensor and its change: by one kernel, or else read once; undefined where each goes its way. */
      const pairOf = ({ minuend, subtrahend }: Difference): [Slot, Slot] | undefined => {
        const [a, b] = [place(minuend), place(subtrahend)];
        if (a === 'in-memory' || b === 'in-memory' || !liesLike(a, b)) return undefined;
        const { size } = minuend;
        if (kernels.for(a, true) !== undefined) {
          const view = views.push({ ...a, before: b.texture }) - 1;
          return [
            { view, size },
            { changeOf: view, size },
          ];
        }
        if (!kernels.isDue(a, true)) return undefined;
        const values = read(minuend, a);
        const change = summarizeDifference(values, read(subtrahend, b));
        return [{ summary: summarizeValues(values) }, { summary: change }];
      };
      kernels.begin();
      items.forEach((item, i) => {
        if (slots.length > i) return; // Done with the item before.
        const next = items[i + 1];
        if ('minuend' in item) slots.push(changeOf(item));
        else if (next !== undefined && 'minuend' in next && next.minuend === item) {
          slots.push(...(pairOf(next) ?? [slotOf(item)]));
        } else slots.push(slotOf(item));
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
      downloader.dispose();
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
