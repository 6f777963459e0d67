// The trust boundary of what a worker tells a debugger: recordings, and answers to its questions.
import {
  TENSOR_ROLES,
  type LayerCall,
  type RecordedTensor,
  type StepRecording,
} from '../core/recording';
import { bytes, count, Fields, LIMITS, Malformed, metrics } from './checks';
import type { FromRuntime } from './runtime';
import { summary } from './summaryGuard';

/** Calls of layers in one step, and tensors of a recording: a recurrent net unrolled is long. */
const CALLS = 100_000;

function tensor(value: unknown, at: string): RecordedTensor {
  const fields = new Fields(value, at);
  return {
    role: fields.oneOf('role', TENSOR_ROLES),
    name: fields.text('name'),
    call: fields.count('call'),
    shape: fields.list('shape', LIMITS.rank, count),
    dtype: fields.oneOf('dtype', ['float32', 'int32', 'bool']),
    summary: summary(fields.get('summary'), fields.path('summary')),
  };
}

function call(value: unknown, at: string): LayerCall {
  const fields = new Fields(value, at);
  return { layer: fields.text('layer'), call: fields.count('call') };
}

/** A recording; throws {@link Malformed}. */
export function recording(value: unknown, at: string): StepRecording {
  const fields = new Fields(value, at);
  const optimizer = fields.nested('optimizer');
  return {
    step: fields.count('step'),
    ...(fields.get('since') !== undefined && { since: fields.count('since') }),
    tensors: fields.list('tensors', CALLS, tensor),
    forward: fields.list('forward', CALLS, call),
    backward: fields.list('backward', CALLS, call),
    optimizer: {
      className: optimizer.text('className'),
      numbers: metrics(optimizer.get('numbers'), optimizer.path('numbers')),
    },
  };
}

function before(fields: Fields): number | boolean | undefined {
  const value = fields.get('before');
  if (value === undefined || typeof value === 'number' || typeof value === 'boolean') return value;
  throw new Malformed(`${fields.path('before')} is neither a number nor a truth value`);
}

/** The answer to a question; throws {@link Malformed}. */
export function answer(fields: Fields): Extract<FromRuntime, { type: 'answer' }> {
  const type = 'answer';
  const id = fields.count('id');
  if (fields.get('ok') !== true) {
    return { type, id, ok: false, message: fields.text('message', LIMITS.text) };
  }
  const question = fields.oneOf('question', ['values', 'change']);
  if (question === 'change') {
    return { type, id, ok: true, question, result: { before: before(fields.nested('result')) } };
  }
  const result = bytes(fields.get('result'), fields.path('result'));
  return { type, id, ok: true, question, result };
}
