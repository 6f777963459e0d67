// Entry of the training worker (dist/runtime.js). The page runs it with the user's bundle appended;
// the bundle registers itself by `__gradientLens.program` and is evaluated after `start`.
import { listen, postToHost } from './scope';
import type { BundleGlobals } from '../../src/shared/protocol/runtime';
import { RUNTIME_PROTOCOL_VERSION } from '../../src/shared/protocol/runtime';
import { forwardConsole } from './console';
import { Session } from './session';
import { widenStacks } from './stack';
import { tf } from './tf';

widenStacks();
forwardConsole();
const session = new Session();

const globals: BundleGlobals = {
  tf,
  module: session.module,
  program: (load) => session.program(load),
};
Object.defineProperty(self, '__gradientLens', { value: globals });

// Errors that no await of the program catches: in timers, and rejections that nobody handles.
self.addEventListener('error', (event) => {
  event.preventDefault();
  session.fail(event.error ?? new Error(event.message));
});
self.addEventListener('unhandledrejection', (event) => {
  event.preventDefault();
  session.fail(event.reason);
});

listen((message) => session.receive(message));
postToHost({ type: 'hello', version: RUNTIME_PROTOCOL_VERSION });

// By the package's type, a file without exports would be bundled as CommonJS: every module of the
// bundle in a function of its own, parsed twice.
export {};
