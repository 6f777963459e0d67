// Runs a model beside its training so that nothing shows: no variable is assigned, no random number of
// the run is drawn, fields of layers are put back, and small tensors stay where tfjs computes them.
import type { TensorContainer } from '@tensorflow/tfjs';
import { seededRandom } from '../../../../src/shared/core/random';
import { Patches } from '../../../../src/shared/tap/patches';
import type { Tensor, TfNamespace } from '../../../../src/shared/tap/types';
import type { LayerLike } from '../internals';

/** Fields in which recurrent cells keep tensors between calls. */
const MASKS = ['dropoutMask', 'recurrentDropoutMask'] as const;

/**
 * Calls `body` within a tidy, and takes back what it did to `layers`, to variables and to Math.random.
 * What the code of a custom layer does elsewhere (a counter in a closure) is out of reach.
 */
export function traceless<T>(tf: TfNamespace, layers: readonly LayerLike[], body: () => T): T {
  const { random } = Math;
  const patches = new Patches();
  const parts = layers.flatMap(partsOf);
  const fields = parts.map((part) => ({ part, before: ownValues(part) }));
  const moveBack = copySmallVariables(tf);
  try {
    Math.random = seededRandom(1);
    const variable = tf.Variable.prototype;
    patches.replace(variable, 'assign', () => () => undefined);
    for (const part of parts) {
      for (const mask of MASKS) if (part[mask] !== undefined) part[mask] = null;
    }
    // Tensors of the result are none of the tidy's business: it has none.
    const results: T[] = [];
    tf.tidy(() => void results.push(body()));
    return results[0] as T;
  } finally {
    Math.random = random;
    patches.restore();
    for (const part of parts) {
      for (const mask of MASKS) if (part[mask]) tf.dispose(part[mask] as TensorContainer);
    }
    for (const { part, before } of fields) restore(part, before);
    moveBack();
  }
}

type Fields = Record<string, unknown>;

/** A layer, its cells and the layers that it wraps. */
function partsOf(layer: LayerLike): Fields[] {
  const { cell, cells, layer: inner, forwardLayer } = layer;
  const { backwardLayer } = layer as { backwardLayer?: LayerLike };
  const parts = [cell, ...(cells ?? []), inner, forwardLayer, backwardLayer];
  const own = layer as unknown as Fields;
  return [own, ...parts.flatMap((part) => (part ? partsOf(part) : []))];
}

function ownValues(part: Fields): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(part))) {
    if ('value' in descriptor && descriptor.writable === true) values.set(key, descriptor.value);
  }
  return values;
}

function restore(part: Fields, before: ReadonlyMap<string, unknown>): void {
  for (const key of Object.keys(part)) {
    const descriptor = Object.getOwnPropertyDescriptor(part, key);
    if (before.has(key)) {
      if (descriptor?.value !== before.get(key)) part[key] = before.get(key);
    } else if (descriptor && 'value' in descriptor) {
      Reflect.deleteProperty(part, key);
    }
  }
}

/** What is used of the WebGL backend. */
interface Textures {
  texData: { has(id: object): boolean; get(id: object): { texture?: unknown } };
}

/**
 * On WebGL, tfjs computes small tensors on the CPU while they are in memory. A variable that a probe
 * moved to the GPU would change where, and so the last digits of, what the training computes: probes
 * get copies of those. Returns what puts the variables back.
 */
function copySmallVariables(tf: TfNamespace): () => void {
  const { texData } = tf.backend() as unknown as Partial<Textures>;
  if (tf.getBackend() !== 'webgl' || texData === undefined) return () => undefined;
  const threshold = tf.env().getNumber('CPU_HANDOFF_SIZE_THRESHOLD');
  const { registeredVariables } = tf.engine();
  const moved: { variable: Tensor; dataId: object; copy: Tensor }[] = [];
  for (const variable of Object.values(registeredVariables)) {
    const isSmall = variable.size < threshold && texData.has(variable.dataId);
    if (!isSmall || texData.get(variable.dataId).texture) continue;
    const copy = tf.tensor(variable.dataSync().slice(), variable.shape, variable.dtype);
    moved.push({ variable, dataId: variable.dataId, copy });
    variable.dataId = copy.dataId;
  }
  return () => {
    for (const { variable, dataId, copy } of moved) {
      variable.dataId = dataId;
      copy.dispose();
    }
  };
}
