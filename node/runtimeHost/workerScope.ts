// Makes the global scope of a Node thread that of a page's worker, as far as tfjs, the runtime and a
// program made for browsers can tell: tfjs takes its browser paths, as in the editor.
import type { MessagePort } from 'node:worker_threads';
import { messageOf } from '../../src/shared/core/thrown';

/**
 * What tfjs and emscripten know Node by, and what leads to the network or keeps something. `Buffer` and
 * `global` stay, as Node's own `fetch` and `Response` are made with them.
 */
const REMOVED = ['process', 'WebSocket', 'EventSource', 'localStorage', 'sessionStorage'];

const CONSOLE = ['debug', 'log', 'info', 'warn', 'error'] as const;

/** An event with the fields of an ErrorEvent or a PromiseRejectionEvent, which Node lacks. */
function eventWith(type: string, fields: object): Event {
  return Object.assign(new Event(type, { cancelable: true }), fields);
}

const ignore = (): void => undefined;

/** @param address What `location.href` is. */
export function installWorkerScope(port: MessagePort, address: string): void {
  const scope = globalThis as unknown as Record<string, unknown>;
  const events = new EventTarget();
  const methods = {
    addEventListener: events.addEventListener.bind(events),
    removeEventListener: events.removeEventListener.bind(events),
    dispatchEvent: events.dispatchEvent.bind(events),
    postMessage: (message: unknown, transfer: ArrayBuffer[] = []) =>
      port.postMessage(message, transfer),
    close: ignore,
    // There to be asked for, as in a module worker, where it always throws.
    importScripts: () => {
      throw new TypeError('Module scripts do not support importScripts().');
    },
  };
  // The runtime seals `postMessage` on the scope's prototype too; Node's own is left alone.
  const own: unknown = Object.create(Object.getPrototypeOf(globalThis) as object);
  Object.setPrototypeOf(globalThis, own as object);
  const { setTimeout, setInterval } = globalThis;
  Object.assign(scope, methods, {
    self: globalThis,
    location: new URL(address),
    // Only their presence is asked for.
    WorkerGlobalScope: ignore,
    DedicatedWorkerGlobalScope: ignore,
    // Timers of pages are numbers; Node takes the number of a timer back.
    setTimeout: (...values: Parameters<typeof setTimeout>) => Number(setTimeout(...values)),
    setInterval: (...values: Parameters<typeof setInterval>) => Number(setInterval(...values)),
    // What is printed goes to the host as messages; the thread's own console would print it again.
    console: { ...console, ...Object.fromEntries(CONSOLE.map((level) => [level, ignore])) },
  });

  port.on('message', (data: unknown) => {
    events.dispatchEvent(new MessageEvent('message', { data }));
  });
  process.on('uncaughtException', (error: unknown) => {
    const message = messageOf(error);
    events.dispatchEvent(eventWith('error', { error, message }));
  });
  process.on('unhandledRejection', (reason) => {
    events.dispatchEvent(eventWith('unhandledrejection', { reason }));
  });
  for (const name of REMOVED) Reflect.deleteProperty(scope, name);
}
