// The worker's global scope, taken before user code runs. It must be the first import of worker.ts:
// tfjs and the user's bundle see only what this file leaves behind. User code gets no channel to
// the page: its own postMessage does nothing and host messages stop here.
import type { FromRuntime, PageToWorker, WorkerToPage } from '../../src/shared/protocol/runtime';

const scope = self as unknown as DedicatedWorkerGlobalScope;

/** Timers and clocks as they were before anything wrapped them. */
export const native = {
  setTimeout: scope.setTimeout.bind(scope),
  clearTimeout: scope.clearTimeout.bind(scope),
  setInterval: scope.setInterval.bind(scope),
  clearInterval: scope.clearInterval.bind(scope),
  fetch: scope.fetch.bind(scope),
  now: performance.now.bind(performance),
  console: { ...console },
};

const send = scope.postMessage.bind(scope);

/** Sends to the page; buffers in `transfer` are moved, not copied. */
export function post(message: WorkerToPage, transfer: Transferable[] = []): void {
  send(message, transfer);
}

/** Sends to the host (through the page, which only relays). */
export function postToHost(message: FromRuntime, transfer: Transferable[] = []): void {
  send(message, transfer);
}

/** Receives every message of the page, before and instead of any listener of user code. */
export function listen(receive: (message: PageToWorker) => void): void {
  scope.addEventListener('message', (event: MessageEvent<PageToWorker>) => {
    event.stopImmediatePropagation();
    receive(event.data);
  });
}

const ignore = (): void => undefined;
for (const owner of [scope, Object.getPrototypeOf(scope) as object]) {
  Object.defineProperty(owner, 'postMessage', { value: ignore, configurable: false });
}

/** Runs `task` as a macrotask without the 4 ms that nested timers are held back. */
export const soon: (task: () => void) => void = (() => {
  const channel = new MessageChannel();
  const tasks: (() => void)[] = [];
  channel.port1.onmessage = () => tasks.shift()?.();
  return (task) => {
    tasks.push(task);
    channel.port2.postMessage(0);
  };
})();

/** Resolves in a later macrotask, so that waiting messages are seen first. */
export function macrotask(): Promise<void> {
  return new Promise((resolve) => soon(resolve));
}
