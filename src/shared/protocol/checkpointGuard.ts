// The trust boundary of a checkpoint's header: user code runs beside the worker that wrote it, and a file may have
// been changed. Every field is checked and copied.
import {
  SAVED_DTYPES,
  sizeOf,
  type CheckpointHeader,
  type CheckpointOrigin,
  type SavedShape,
} from '../core/checkpoint';
import type { MadeChange, TrainingChange } from '../core/recording';
import { count, Fields, LIMITS, Malformed, metrics, number } from './checks';

/** Weights of a deep net, and as many slots for each as an optimizer has. */
const TENSORS = 100_000;
/** Changes by hand. */
const CHANGES = 100_000;
/** Characters of a model's description. */
const TOPOLOGY = 32 * 1024 * 1024;

function shape(value: unknown, at: string): SavedShape {
  const fields = new Fields(value, at);
  const read: SavedShape = {
    name: fields.text('name'),
    ...(fields.has('variable') && { variable: fields.text('variable') }),
    shape: fields.list('shape', LIMITS.rank, count),
    dtype: fields.oneOf('dtype', SAVED_DTYPES),
    onDevice: fields.get('onDevice') === true,
  };
  if (!/^(weight\/\d+|field\/\w+|slot\/\w+\/\d+)$/.test(read.name)) {
    throw new Malformed(`${at}.name is no place of a tensor`);
  }
  // These would reach the prototype of the optimizer that they are put into.
  if (/\/(__proto__|constructor|prototype)(\/|$)/.test(read.name)) {
    throw new Malformed(`${at}.name is no field of an optimizer`);
  }
  if (!Number.isSafeInteger(sizeOf(read) * 4)) throw new Malformed(`${at}.shape is too large`);
  return read;
}

function trainingChange(value: unknown, at: string): TrainingChange {
  const fields = new Fields(value, at);
  const type = fields.oneOf('type', [
    'learningRate',
    'clipNorm',
    'trainable',
    'element',
    'nudge',
    'batch',
  ]);
  switch (type) {
    case 'learningRate':
      return { type, value: fields.number('value') };
    case 'clipNorm':
      return { type, value: fields.has('value') ? fields.number('value') : undefined };
    case 'trainable':
      return { type, layer: fields.text('layer'), value: fields.get('value') === true };
    case 'element':
      return {
        type,
        variable: fields.text('variable'),
        index: fields.count('index'),
        value: fields.number('value'),
      };
    case 'nudge':
      return {
        type,
        variable: fields.text('variable'),
        deviation: fields.number('deviation'),
        seed: fields.number('seed'),
      };
    case 'batch':
      return { type, batch: fields.count('batch') };
  }
}

function madeChange(value: unknown, at: string): MadeChange {
  const fields = new Fields(value, at);
  const before = fields.get('before');
  return {
    step: fields.count('step'),
    change: trainingChange(fields.get('change'), fields.path('change')),
    ...((typeof before === 'number' || typeof before === 'boolean') && { before }),
  };
}

function origin(fields: Fields): CheckpointOrigin {
  return {
    optimizer: fields.text('optimizer'),
    ...(fields.has('topology') && { topology: fields.text('topology', TOPOLOGY) }),
    epochs: fields.count('epochs'),
    ...(fields.has('ended') && { ended: fields.oneOf('ended', ['epochs', 'early-stopping']) }),
    backend: fields.text('backend'),
    ...(fields.has('builtOn') && { builtOn: fields.text('builtOn') }),
    tfjsVersion: fields.text('tfjsVersion'),
    changes: fields.list('changes', CHANGES, madeChange),
  };
}

/** A checkpoint's header; throws {@link Malformed}. */
export function checkpointHeader(value: unknown): CheckpointHeader {
  const fields = new Fields(value, 'checkpoint');
  return {
    step: fields.count('step'),
    seconds: fields.number('seconds'),
    epoch: fields.count('epoch'),
    batches: fields.count('batches'),
    sums: fields.list('sums', LIMITS.metrics, number),
    weight: fields.number('weight'),
    epochs: fields.list('epochs', LIMITS.epochs, metrics),
    draws: fields.count('draws'),
    numbers: metrics(fields.get('numbers'), fields.path('numbers')),
    tensors: fields.list('tensors', TENSORS, shape),
    ...(fields.has('origin') && { origin: origin(fields.nested('origin')) }),
  };
}
