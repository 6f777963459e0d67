// The page of the command line's headless browser: it carries the training worker as the panel does,
// and shows nothing. Its owner calls `gradientLens` and hears through `gradientLensReceive`; on that
// way bytes travel as views, since whole buffers do not pass.
import probe from 'gradient-lens:probe';
import type { FromPanel } from '../../src/shared/protocol/panel';
import type { ToRuntime } from '../../src/shared/protocol/runtime';
import { WorkerHost } from './workerHost';

type Start = Extract<ToRuntime, { type: 'start' }>;

/** What the page's owner calls. */
export interface HeadlessPage {
  launch(runId: string, code: string, start: Start): void;
  send(runId: string, message: ToRuntime): void;
  end(runId: string): void;
}

declare global {
  interface Window {
    /** Published by the page's owner before this script runs. */
    gradientLensReceive(message: object): Promise<void>;
    gradientLens: HeadlessPage;
  }
}

/** A copy whose own values are mapped. */
function mapValues<T extends object>(message: T, map: (value: unknown) => unknown): T {
  return Object.fromEntries(Object.entries(message).map(([key, value]) => [key, map(value)])) as T;
}

const toView = (value: unknown): unknown =>
  value instanceof ArrayBuffer ? new Uint8Array(value) : value;
const toBuffer = (value: unknown): unknown =>
  value instanceof Uint8Array ? value.slice().buffer : value;

function post(message: FromPanel): void {
  const sent =
    message.type === 'fromRuntime'
      ? { ...message, message: mapValues(message.message, toView) }
      : message;
  void window.gradientLensReceive(sent);
}

const host = new WorkerHost({ runtimeUri: '/runtime.js', wasmUri: '/backend.wasm', probe, post });
window.gradientLens = {
  launch: (runId, code, start) => host.launch(runId, code, mapValues(start, toBuffer)),
  send: (runId, message) => host.send(runId, mapValues(message, toBuffer)),
  end: (runId) => host.end(runId),
};
