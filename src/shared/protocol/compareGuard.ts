// The trust boundary of the page that compares runs: its messages and its kept state are checked and copied.
import { HISTOGRAM_QUANTITIES, MAX_COMPARED, type FromComparePage } from './compare';
import { Fields, guarded, Malformed, text } from './checks';
import type { OnReject } from './guards';
import { describe } from './messageParts';

function at(value: unknown, path: string): { run: string; step: number } {
  const fields = new Fields(value, path);
  return { run: fields.text('run'), step: fields.count('step') };
}

/** A message of the page; undefined for anything else. */
export function parseFromComparePage(
  value: unknown,
  onReject?: OnReject,
): FromComparePage | undefined {
  return guarded((): FromComparePage => {
    const fields = new Fields(value, 'message');
    const type = fields.get('type');
    switch (type) {
      case 'ready':
      case 'add':
        return { type };
      case 'look':
        return {
          type,
          layer: fields.text('layer'),
          quantity: fields.oneOf('quantity', HISTOGRAM_QUANTITIES),
          at: fields.list('at', MAX_COMPARED, at),
        };
      case 'open':
      case 'remove':
        return { type, run: fields.text('run') };
      case 'baseline':
        return { type, ...(fields.has('run') && { run: fields.text('run') }) };
      case 'pageError':
        return { type, message: fields.longText('message') };
      default:
        throw new Malformed(`message.type ${describe(type)} is unknown`);
    }
  }, onReject);
}

/**
 * The runs of a comparison by their slot, out of what the page kept over a reload; empty slots are undefined, and
 * all are where it kept nothing that makes sense.
 */
export function parseComparedSlots(state: unknown): (string | undefined)[] {
  const slots = guarded(() =>
    new Fields(state, 'state').list('runs', MAX_COMPARED, (run, path) =>
      run === null ? undefined : text(run, path),
    ),
  );
  return slots ?? [];
}
