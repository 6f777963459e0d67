// The page's side of the harness: entries import this to publish what tests may call.

/** Publishes functions to the test, by name. Arguments and results are JSON-like. */
export function expose(functions: Record<string, (...args: never[]) => unknown>): void {
  Object.assign(globalThis, { __harness: functions });
}
