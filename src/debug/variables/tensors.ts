// Tensors in the Variables view: shape first, then statistics, then values page by page.
import type { RecordedTensor, TensorRef } from '../../shared/core/recording';
import type { TensorSummary } from '../../shared/core/stepRecord';
import { summaryThing } from '../expression/names';
import { numberText } from '../expression/values';
import type { Changes } from '../changes/changes';
import type { Entry } from './entry';
import { valueEntry } from './values';
import type { View } from './view';

/** What an entry of a tensor is about. */
export interface TensorEntryOptions {
  name: string;
  expression?: string;
  /** Its elements can be set: it is what the next step starts from. */
  settable?: Changes;
}

const shapeText = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/** A recorded tensor. */
export function tensorEntry(
  view: View,
  tensor: RecordedTensor,
  options: TensorEntryOptions,
): Entry {
  const { name, expression, settable } = options;
  const { shape, dtype, summary } = tensor;
  const statistics = summaryThing(`${tensor.role} of ${tensor.name}`, summary);
  const page = (start: number, count: number): Promise<Entry[]> =>
    elements(view, tensor, start, count, settable);
  return {
    ...{ name, value: `${shapeText(shape)}  ${statistics.text}`, type: `${dtype} tensor` },
    ...(expression !== undefined && { expression }),
    ...{ kind: 'tensor', tensor: refOf(tensor) },
    open: {
      named: () => [
        { name: 'shape', value: shapeText(shape), type: dtype },
        { ...valueEntry('statistics', statistics, expression) },
      ],
      indexed: { count: summary.count, page, indexOf: (text) => indexOf(shape, text) },
    },
  };
}

/** A tensor of which only the statistics are there. */
export function summaryEntry(
  view: View,
  summary: TensorSummary,
  options: TensorEntryOptions & { shape?: readonly number[] },
): Entry {
  const { name, expression, shape } = options;
  const statistics = summaryThing(name, summary);
  const shown = shape ? `${shapeText(shape)}  ` : '';
  return {
    ...{ name, value: `${shown}${statistics.text}`, type: 'statistics', kind: 'tensor' },
    ...(expression !== undefined && { expression }),
    open: {
      named: () => [
        ...(shape ? [{ name: 'shape', value: shapeText(shape) }] : []),
        { ...valueEntry('statistics', statistics, expression) },
        { name: 'values', value: notKept(view) },
      ],
    },
  };
}

/** Why there are no values. */
export function notKept(view: View): string {
  const { recording } = view.debug;
  return recording
    ? `not kept: only step ${recording.step} is recorded in full`
    : 'not kept: take a step to record one in full';
}

const refOf = ({ role, name, call }: TensorRef): TensorRef => ({ role, name, call });

/** `[3][0]`: indices of an element in row-major order. */
function indexText(shape: readonly number[], index: number): string {
  const indices: number[] = [];
  let rest = index;
  for (const size of [...shape].reverse()) {
    indices.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return indices.map((i) => `[${i}]`).join('') || '[]';
}

/** The index that {@link indexText} shows so. */
function indexOf(shape: readonly number[], text: string): number | undefined {
  const indices = [...text.matchAll(/\[(\d+)\]/g)].map(([, digits]) => Number(digits));
  const isInside = indices.every((i, axis) => i < (shape[axis] ?? 0));
  if (indices.length !== shape.length || !isInside) return undefined;
  return indices.reduce((index, i, axis) => index * (shape[axis] ?? 1) + i, 0);
}

async function elements(
  view: View,
  tensor: RecordedTensor,
  start: number,
  count: number,
  changes: Changes | undefined,
): Promise<Entry[]> {
  const end = Math.min(start + count, tensor.summary.count);
  if (end <= start) return [];
  const values = await view.debug.values(refOf(tensor), start, end - start, view.step);
  return [...values].map((value, i) => {
    const index = start + i;
    const changed = changes?.elementSet(tensor.name, index);
    return {
      name: indexText(tensor.shape, index),
      value: numberText(changed ?? value, 9),
      type: tensor.dtype,
      ...(changes && {
        set: (text: string) => changes.setElement(tensor.name, index, text),
      }),
    };
  });
}
