// A tensor in numbers: its shape, and the summary of its values where they lie. Nothing is allocated on the
// backend, and nothing of the program's is changed.
import type { NumericArray } from '../../src/shared/core/summary';
import type { TensorInspection } from '../../src/shared/protocol/inspection';
import { readCpu, readWasm, summarizeValues } from '../../webview/runtime/statistics/typedArray';
import type { Tensor, TfNamespace } from '../../src/shared/tap/types';
import type { TensorLike, TrainingKnowledge } from './shapes';

/** tfjs's engine, which all its copies in a realm share; it knows which backend holds a tensor. */
interface Engine {
  state?: { tensorInfo?: { get(id: object): { backend?: object } | undefined } };
}

/** The backend that holds a tensor. */
function backendOf({ dataId }: TensorLike): object | undefined {
  const { _tfengine: engine } = globalThis as { _tfengine?: Engine };
  return engine?.state?.tensorInfo?.get(dataId)?.backend;
}

/** The values, in place where the backend has them in memory; they are used before anything else runs. */
function valuesOf(tensor: TensorLike): unknown {
  const backend = backendOf(tensor);
  if (!backend) return tensor.dataSync();
  const tf = { backend: () => backend } as unknown as TfNamespace;
  const isWasm = 'typedArrayFromHeap' in backend;
  return (isWasm ? readWasm(tf) : readCpu(tf))(tensor as unknown as Tensor);
}

/** True for arrays of the numbers that tensors hold. */
export function isNumbers(values: unknown): values is NumericArray {
  return (
    ArrayBuffer.isView(values) &&
    !(values instanceof DataView) &&
    !(values instanceof BigInt64Array) &&
    !(values instanceof BigUint64Array)
  );
}

const isFinite = (x: number): boolean => x - x === 0;

/** The place of element `index` in a tensor of this shape. */
function placeOf(index: number, shape: readonly number[]): number[] {
  const place = new Array<number>(shape.length).fill(0);
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] ?? 1;
    place[axis] = rest % size;
    rest = Math.floor(rest / size);
  }
  return place;
}

/** Slices along the last dimension: the units of a dense kernel, the filters of a convolution. */
function columnsOf(values: NumericArray, count: number): NonNullable<TensorInspection['columns']> {
  const states = new Uint8Array(count);
  const [VARIES, BROKEN] = [1, 2];
  for (let i = 0; i < values.length; i++) {
    const column = i % count;
    const x = values[i] as number;
    if (!isFinite(x)) states[column] = BROKEN;
    else if (states[column] === 0 && x !== values[column]) states[column] = VARIES;
  }
  const found = { count, zero: 0, constant: 0, nonFinite: 0 };
  states.forEach((state, column) => {
    if (state === BROKEN) found.nonFinite += 1;
    else if (state === VARIES) return;
    else if (values[column] === 0) found.zero += 1;
    else found.constant += 1;
  });
  return found;
}

/** All that the numbers of a tensor of this shape tell. */
export function inspectValues(
  values: NumericArray,
  shape: readonly number[],
): Pick<TensorInspection, 'summary' | 'firstNonFinite' | 'columns'> {
  const summary = summarizeValues(values);
  const broken = summary.nans + summary.posInfs + summary.negInfs > 0;
  const first = broken ? values.findIndex((x: number) => !isFinite(x)) : -1;
  const last = shape.at(-1) ?? 0;
  // With one row only, each column is a single element: alike by itself.
  const hasColumns = shape.length >= 2 && last > 1 && values.length >= 2 * last;
  return {
    summary,
    ...(first >= 0 && { firstNonFinite: placeOf(first, shape) }),
    ...(hasColumns && { columns: columnsOf(values, last) }),
  };
}

/** A name as it is told: programs can make them as long as they like. */
export const shortName = (name: string): string =>
  name.length > 120 ? `${name.slice(0, 119)}…` : name;

/** The inspection of a tensor or a variable; `name` where its owner knows a better one. */
export function inspectTensor(
  tensor: TensorLike,
  training?: TrainingKnowledge,
  name = tensor.name,
): TensorInspection {
  const head: TensorInspection = {
    ...(name !== undefined && { name: shortName(name) }),
    className: tensor.name === undefined ? 'Tensor' : 'Variable',
    shape: [...tensor.shape],
    dtype: tensor.dtype,
    ...(tensor.trainable !== undefined && { trainable: tensor.trainable }),
  };
  if (tensor.isDisposed) return { ...head, problem: 'It was disposed: its values are gone.' };
  if (tensor.dtype === 'string' || tensor.dtype === 'complex64') {
    return { ...head, problem: `Statistics are of real numbers; these are ${tensor.dtype}.` };
  }
  const values = valuesOf(tensor);
  if (!isNumbers(values)) {
    return { ...head, problem: 'Its values cannot be read while the program is stopped.' };
  }
  const gradient = training?.gradientOf(tensor);
  return { ...head, ...inspectValues(values, tensor.shape), ...(gradient && { gradient }) };
}
