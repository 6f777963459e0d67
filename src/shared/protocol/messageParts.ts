// Guards of what worker and process say alike: the messages themselves, and layers and errors, whose
// positions are in a bundle or in files.
import type { EpochRecord } from '../core/run';
import { bytes, count, Fields, LIMITS, Malformed, metrics } from './checks';
import { modelFacts } from './factsGuard';
import type { FromRuntime, RawError, RawLayer } from './runtime';

/** Messages of a worker that a process sends in the same form. */
export type CommonMessage = Extract<
  FromRuntime,
  { type: 'facts' | 'steps' | 'plan' | 'state' | 'notice' | 'progress' | 'finished' }
>;

/** An unknown type in words fit for a log line. */
export function describe(type: unknown): string {
  return typeof type === 'string' ? `'${type.slice(0, 40)}'` : `of ${typeof type}`;
}

/** The guard of a layer whose frames are positions that `frame` reads. */
export function rawLayer<P>(frame: (value: unknown, at: string) => P) {
  return (value: unknown, at: string): Omit<RawLayer, 'frames'> & { frames: P[] } => {
    const fields = new Fields(value, at);
    const name = fields.text('name');
    if (name === '__proto__') throw new Malformed(`${at}.name is ${name}`);
    return {
      name,
      className: fields.text('className'),
      ...(fields.has('activation') && { activation: fields.text('activation') }),
      tensors: fields.list('tensors', LIMITS.tensors, (item, itemAt) => {
        const tensor = new Fields(item, itemAt);
        return { name: tensor.text('name'), shape: tensor.list('shape', LIMITS.rank, count) };
      }),
      frames: fields.list('frames', LIMITS.frames, frame),
    };
  };
}

/** An error whose frames are positions that `frame` reads. */
export function rawError<P>(
  fields: Fields,
  frame: (value: unknown, at: string) => P,
): Omit<RawError, 'frames'> & { frames: P[] } {
  return {
    code: fields.text('code'),
    name: fields.text('name'),
    message: fields.longText('message'),
    frames: fields.list('frames', LIMITS.frames, frame),
  };
}

function epochRecord(value: unknown, at: string): EpochRecord {
  const fields = new Fields(value, at);
  return {
    epoch: fields.count('epoch'),
    step: fields.count('step'),
    metrics: metrics(fields.get('metrics'), fields.path('metrics')),
  };
}

/** A message of these types; throws {@link Malformed} for any other. */
export function commonMessage(fields: Fields): CommonMessage {
  const type = fields.get('type');
  switch (type) {
    case 'facts':
      return { type, facts: modelFacts(fields.get('facts'), fields.path('facts')) };
    case 'steps': {
      const memory = fields.nested('memory');
      return {
        type,
        batch: bytes(fields.get('batch'), fields.path('batch')),
        epochs: fields.list('epochs', LIMITS.epochs, epochRecord),
        memory: { numTensors: memory.count('numTensors'), numBytes: memory.count('numBytes') },
      };
    }
    case 'plan':
      return {
        type,
        ...(fields.has('epochs') && { epochs: fields.count('epochs') }),
        ...(fields.has('stepsPerEpoch') && { stepsPerEpoch: fields.count('stepsPerEpoch') }),
      };
    case 'state':
      return {
        type,
        state: fields.oneOf('state', ['running', 'paused']),
        step: fields.count('step'),
      };
    case 'notice': {
      const notice = fields.nested('notice');
      return { type, notice: { code: notice.text('code'), message: notice.longText('message') } };
    }
    case 'progress':
      return { type, message: fields.longText('message') };
    case 'finished':
      return {
        type,
        outcome: fields.oneOf('outcome', ['completed', 'stopped']),
        steps: fields.count('steps'),
      };
    default:
      throw new Malformed(`${fields.path('type')} ${describe(type)} is unknown`);
  }
}
