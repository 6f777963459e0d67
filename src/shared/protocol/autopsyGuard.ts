// The guard of autopsies, copied field by field, as all that comes from the worker.
import type { Autopsy, NonFiniteCause, Stage } from '../core/autopsy';
import { Fields, number } from './checks';

const STAGES = ['data', 'forward', 'loss', 'backward', 'update'] as const satisfies Stage[];
const CAUSES = [
  'inputs',
  'labels',
  'log-of-zero',
  'log-of-negative',
  'exp-overflow',
  'division-by-zero',
  'root-of-negative',
  'overflow',
  'constant',
  'weights',
  'infinite-derivative',
  'unknown',
] as const satisfies NonFiniteCause[];
/** Operands of one operation. */
const OPERANDS = 64;

/** An autopsy without its place in the source. */
export function autopsy(value: unknown, at: string): Omit<Autopsy, 'location'> {
  const fields = new Fields(value, at);
  return {
    step: fields.count('step'),
    stage: fields.oneOf('stage', STAGES),
    cause: fields.oneOf('cause', CAUSES),
    ...(fields.has('layer') && { layer: fields.text('layer') }),
    ...(fields.has('tensor') && { tensor: fields.text('tensor') }),
    ...(fields.has('operation') && { operation: fields.text('operation') }),
    nans: fields.count('nans'),
    posInfs: fields.count('posInfs'),
    negInfs: fields.count('negInfs'),
    count: fields.count('count'),
    ...(fields.has('operands') && {
      operands: fields.list('operands', OPERANDS, (item, itemAt) => {
        const operand = new Fields(item, itemAt);
        return {
          min: number(operand.get('min'), operand.path('min')),
          max: number(operand.get('max'), operand.path('max')),
        };
      }),
    }),
  };
}
