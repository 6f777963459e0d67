// The words of a stop.
import type { DebugProtocol } from '@vscode/debugprotocol';
import { phaseWords } from '../walk/phases';
import { phaseOf, type Halt, type Place } from '../walk/place';

/** Body of the `stopped` event, but for the thread. */
export function stoppedBody(
  halt: Extract<Halt, { type: 'stopped' }>,
  place: Place,
): Omit<DebugProtocol.StoppedEvent['body'], 'threadId'> {
  const phase = phaseOf(place);
  const where =
    place.step === 0
      ? 'before the first step'
      : `at step ${place.step}${phase ? `, ${phaseWords(phase)}` : ''}`;
  const { reason } = halt;
  if (!('marks' in halt)) {
    const words = reason === 'entry' ? 'Paused' : reason === 'pause' ? 'Paused' : 'Stopped';
    return { reason, description: `${words} ${where}` };
  }
  const ids = halt.marks.flatMap((mark) => ('breakpoint' in mark ? [mark.breakpoint] : []));
  const [first] = halt.marks;
  const text = first && ('exception' in first ? first.exception.text : first.text);
  const words = {
    breakpoint: 'Paused on a breakpoint',
    'function breakpoint': 'Paused on a layer breakpoint',
    'data breakpoint': 'Paused on a data breakpoint',
    exception: 'Paused on an exception',
    entry: 'Paused',
    step: 'Stopped',
    pause: 'Paused',
  }[reason];
  return {
    ...{ reason, description: `${words} ${where}` },
    ...(text !== undefined && { text }),
    ...(ids.length > 0 && { hitBreakpointIds: ids }),
  };
}
