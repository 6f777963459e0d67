// Looks at a value of a stopped program, for "Show in Gradient Lens". A global function, so that an
// expression of the debugger can call it; what it returns is the JSON of an Inspection.
import {
  INSPECT_GLOBAL,
  INSPECTION_LIMITS,
  type Inspection,
  type TensorInspection,
} from '../../src/shared/protocol/inspection';
import { inspectLayer, inspectModel } from './models';
import { isLayer, isModel, isSymbolic, isTensor, isWeight, type TrainingKnowledge } from './shapes';
import { inspectTensor, inspectValues, isNumbers, shortName } from './tensors';
import { messageOf } from '../../src/shared/core/thrown';

/** The training of this process, once a lens watches it. */
let training: TrainingKnowledge | undefined;

/** Lets inspections tell of the training. */
export function setTraining(known: TrainingKnowledge | undefined): void {
  training = known;
}

/** What a value is, in a few words. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') {
    const { constructor } = value as { constructor?: { name?: unknown } };
    const name = typeof constructor?.name === 'string' ? constructor.name : '';
    return name === '' || name === 'Object' ? 'an object' : `a ${name}`;
  }
  return typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`;
}

/** Anything that has a shape and numbers. */
function tensorOf(value: unknown): TensorInspection | undefined {
  if (isTensor(value)) return inspectTensor(value, training);
  if (isWeight(value)) return inspectTensor(value.read(), training);
  if (isNumbers(value)) {
    const shape = [value.length];
    const className = value.constructor.name;
    const dtype = className.replace(/Array$/, '').toLowerCase();
    return { className, shape, dtype, ...inspectValues(value, shape) };
  }
  if (isSymbolic(value)) {
    const { name, dtype, shape } = value;
    return {
      ...(name !== undefined && { name: shortName(name) }),
      ...{ className: 'SymbolicTensor', dtype, shape: shape.map((size) => size ?? -1) },
      problem: 'A symbolic tensor stands for what a layer will compute: it has no values.',
    };
  }
  return undefined;
}

/** A list or a plain record of tensors. */
function collectionOf(value: unknown): Inspection | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const entries = value instanceof Map ? [...value.entries()] : Object.entries(value);
  const found = entries.filter((entry): entry is [unknown, unknown] => {
    const [, item] = entry as [unknown, unknown];
    return isTensor(item) || isWeight(item);
  });
  if (found.length === 0 || found.length < entries.length / 2) return undefined;
  const shown = found.slice(0, INSPECTION_LIMITS.tensors);
  return {
    kind: 'tensors',
    tensors: shown.flatMap(([key, item]) => {
      const tensor = tensorOf(item);
      return tensor ? [{ key: shortName(String(key)), tensor }] : [];
    }),
    more: found.length - shown.length,
  };
}

/** What a value is. May throw, as anything that looks at a stranger's object. */
function look(value: unknown): Inspection {
  if (isModel(value)) return { kind: 'model', model: inspectModel(value, training) };
  if (isLayer(value)) return { kind: 'layer', layer: inspectLayer(value, training) };
  const tensor = tensorOf(value);
  if (tensor) return { kind: 'tensor', tensor };
  return (
    collectionOf(value) ?? {
      kind: 'other',
      message: `This is ${kindOf(value)}: no tensor, variable, layer or model of TensorFlow.js.`,
    }
  );
}

/** What a value is, as JSON of an {@link Inspection}; never throws. */
export function inspect(value: unknown): string {
  try {
    return JSON.stringify(look(value));
  } catch (error) {
    const reason = messageOf(error);
    const message = `It could not be looked at: ${reason}`.slice(0, 1000);
    return JSON.stringify({ kind: 'other', message } satisfies Inspection);
  }
}

/** Puts {@link inspect} where an expression finds it, out of sight of whoever lists the globals. */
export function installInspector(): void {
  if (INSPECT_GLOBAL in globalThis) return;
  const property = { value: inspect, enumerable: false, configurable: true, writable: false };
  Object.defineProperty(globalThis, INSPECT_GLOBAL, property);
}
