// The events that a session sends, by their names in the Debug Adapter Protocol.
import type { DebugProtocol } from '@vscode/debugprotocol';

/** Sends one event. */
export interface SessionEvents {
  send(event: string, body?: object): void;
}

/** Custom event: the place that the session shows; `layer` and `phase` where it stands within a step. */
export const POSITION_EVENT = 'gradientLens/position';
/** Custom request `{ step?: number }`: shows a step of the past; without a step, the present again. */
export const LOOK_REQUEST = 'gradientLens/look';

/** Body of {@link POSITION_EVENT}. */
export interface PositionEvent {
  step: number;
  layer?: string;
  phase?: string;
  /** A step of the past is shown, of which only statistics were kept. */
  isPast: boolean;
}

export type OutputCategory = 'console' | 'important' | 'stdout' | 'stderr';

/** Shows text in the Debug Console. */
export function output(
  events: SessionEvents,
  category: OutputCategory,
  text: string,
  more: Partial<DebugProtocol.OutputEvent['body']> = {},
): void {
  events.send('output', { category, output: text.endsWith('\n') ? text : `${text}\n`, ...more });
}
