// The guard of a tensor's summary that comes as an object: in facts, and in an inspection.
import { OCTAVES, type TensorSummary } from '../core/stepRecord';
import { count, Fields, Malformed } from './checks';

/** A summary, copied; its histogram has a whole number for each octave. */
export function summary(value: unknown, at: string): TensorSummary {
  const fields = new Fields(value, at);
  const histogram = fields.nested('histogram');
  const side = (name: string): number[] => {
    const counts = histogram.list(name, OCTAVES, count);
    if (counts.length !== OCTAVES) throw new Malformed(`${histogram.path(name)} is no histogram`);
    return counts;
  };
  return {
    count: fields.count('count'),
    zeros: fields.count('zeros'),
    nans: fields.count('nans'),
    posInfs: fields.count('posInfs'),
    negInfs: fields.count('negInfs'),
    min: fields.number('min'),
    max: fields.number('max'),
    mean: fields.number('mean'),
    std: fields.number('std'),
    norm: fields.number('norm'),
    histogram: { negative: side('negative'), positive: side('positive') },
  };
}
