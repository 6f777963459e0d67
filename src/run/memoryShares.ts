// One bound for the histories of all runs of a window: the newest run has half of it, or all while it
// is alone; the others, which are looked back at, share the rest.
import type { RunHistory } from './runHistory';

/** Divides `bytes` among the histories, newest last. */
export function shareMemory(histories: readonly RunHistory[], bytes: number): void {
  const [newest, ...others] = [...histories].reverse();
  newest?.limit(others.length === 0 ? bytes : bytes / 2);
  for (const history of others) history.limit(bytes / 2 / others.length);
}
