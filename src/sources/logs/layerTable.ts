// The layers of a log: what the names of its tensors tell, in the order in which they first came.
import type { LayerInfo } from '../../shared/core/run';
import type { NamedTensor } from '../../shared/tensorboard/tagWords';

interface SeenTensor {
  rank: NamedTensor['rank'];
  /** Elements, where a histogram told. */
  count: number;
}

/** Most layers that are followed. */
export const MAX_LAYERS = 2000;

/** Collects layers as their tensors come. */
export class LayerTable {
  private readonly layers = new Map<string, Map<string, SeenTensor>>();
  private changed = false;

  /** False where there are too many layers for one more. `count`: elements, 0 where not known. */
  note({ layer, tensor, rank }: NamedTensor, count = 0): boolean {
    let tensors = this.layers.get(layer);
    if (!tensors) {
      if (this.layers.size >= MAX_LAYERS) return false;
      this.layers.set(layer, (tensors = new Map<string, SeenTensor>()));
      this.changed = true;
    }
    const known = tensors.get(tensor);
    if (!known) {
      tensors.set(tensor, { rank, count });
      this.changed = true;
    } else if (known.count === 0 && count > 0) {
      known.count = count;
      this.changed = true;
    }
    return true;
  }

  get size(): number {
    return this.layers.size;
  }

  /** The layers, where they are others than at the last call. */
  take(): LayerInfo[] | undefined {
    if (!this.changed) return undefined;
    this.changed = false;
    return this.list(() => undefined);
  }

  /** The layers, with a note on each tensor that `noteOf` has one for. */
  list(noteOf: (tensor: string) => string | undefined): LayerInfo[] {
    return this.names().map((name) => infoOf(name, this.layers.get(name) ?? new Map(), noteOf));
  }

  /**
   * In the order of the forward pass, as far as that is known: frameworks log tensors in it. Writers that sort by
   * name put `dense_10` before `dense_2`, which is undone.
   */
  private names(): string[] {
    const names = [...this.layers.keys()];
    const isSorted = names.every((name, i) => i === 0 || (names[i - 1] ?? '') < name);
    return isSorted
      ? names.sort((a, b) => a.localeCompare(b, undefined, { numeric: true }))
      : names;
  }
}

function infoOf(
  name: string,
  tensors: ReadonlyMap<string, SeenTensor>,
  noteOf: (tensor: string) => string | undefined,
): LayerInfo {
  return {
    name,
    className: 'Layer',
    // Event files hold no shapes.
    tensors: [...tensors].map(([tensor, { count }]) => {
      const note = noteOf(tensor);
      return { name: tensor, shape: [count], ...(note !== undefined && { note }) };
    }),
    hasMatrix: hasMatrix([...tensors.values()]),
  };
}

/** By the names of its tensors; a weight that is no larger than the bias beside it scales a normalization. */
function hasMatrix(tensors: readonly SeenTensor[]): boolean {
  const vector = tensors.find(({ rank }) => rank === 'vector');
  return tensors.some(
    ({ rank, count }) =>
      rank !== 'vector' && !(vector && count > 0 && count === vector.count && count > 1),
  );
}
