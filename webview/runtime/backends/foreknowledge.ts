// What the page found out about WebGL while this worker started, see probe.ts.
import type { WebglReport } from '../../../src/shared/protocol/runtime';
import { native, post } from '../scope';

/** A driver may hang; then this worker looks itself. Milliseconds. */
const ANSWER_MS = 10_000;

let deliver: ((report: WebglReport | undefined) => void) | undefined;

/** Hands over the page's answer to `needWebglReport`. */
export function receiveWebglReport(report: WebglReport | undefined): void {
  deliver?.(report);
}

/** The page's report; undefined where it has none. */
export function webglReport(): Promise<WebglReport | undefined> {
  return new Promise((resolve) => {
    const timer = native.setTimeout(() => resolve(undefined), ANSWER_MS);
    deliver = (report) => {
      native.clearTimeout(timer);
      resolve(report);
    };
    post({ type: 'needWebglReport' });
  });
}
