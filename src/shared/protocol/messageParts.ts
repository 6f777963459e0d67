// Guards of what worker and process say alike: the messages themselves, and layers and errors, whose
// positions are in a bundle or in files.
import type { EpochRecord } from '../core/run';
import { bytes, count, Fields, LIMITS, Malformed, metrics, text } from './checks';
import { autopsy } from './autopsyGuard';
import { modelFacts } from './factsGuard';
import type { FromRuntime, RawError, RawLayer } from './runtime';

type Frame<P> = (value: unknown, at: string) => P;
type Framed<T, P> = Omit<T, 'frames'> & { frames: P[] };
type OfType<T extends FromRuntime['type']> = Extract<FromRuntime, { type: T }>;

/** Messages of a worker that a process sends in the same form, with positions `P`. */
export type CommonMessage<P> =
  | OfType<'facts' | 'steps' | 'plan' | 'state' | 'notice' | 'progress' | 'finished'>
  | { type: 'layers'; layers: Framed<RawLayer, P>[] }
  | Framed<OfType<'autopsy'>, P>
  | { type: 'failed'; error: Framed<RawError, P>; steps: number };

/** An unknown type in words fit for a log line. */
export function describe(type: unknown): string {
  return typeof type === 'string' ? `'${type.slice(0, 40)}'` : `of ${typeof type}`;
}

/** The guard of a layer whose frames are positions that `frame` reads. */
function rawLayer<P>(frame: Frame<P>) {
  return (value: unknown, at: string): Framed<RawLayer, P> => {
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
      ...(fields.has('leftOutOf') && { leftOutOf: fields.list('leftOutOf', LIMITS.layers, text) }),
      frames: fields.list('frames', LIMITS.frames, frame),
    };
  };
}

/** An error whose frames are positions that `frame` reads. */
function rawError<P>(fields: Fields, frame: Frame<P>): Framed<RawError, P> {
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

/** A message of these types, its positions read by `frame`; throws {@link Malformed} for any other. */
export function commonMessage<P>(fields: Fields, frame: Frame<P>): CommonMessage<P> {
  const type = fields.get('type');
  switch (type) {
    case 'layers':
      return { type, layers: fields.list('layers', LIMITS.layers, rawLayer(frame)) };
    case 'autopsy':
      return {
        type,
        autopsy: autopsy(fields.get('autopsy'), fields.path('autopsy')),
        frames: fields.list('frames', LIMITS.frames, frame),
      };
    case 'failed':
      return {
        type,
        error: rawError(fields.nested('error'), frame),
        steps: fields.count('steps'),
      };
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
