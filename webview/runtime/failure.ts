// Failures of a run. Every way a run can end badly becomes one RawError with a stable code and a
// message that says what happened and what to do next; the host adds the source line.
import type { RawError } from '../../src/shared/protocol/runtime';
import { bundleFrames } from './stack';
import { describe, isShapeMessage } from '../../src/shared/core/thrown';

export { describe, isShapeMessage };

/** A failure that the runtime itself found and can explain. */
export class RunFailure extends Error {
  override readonly name = 'RunFailure';
  constructor(
    readonly code: string,
    message: string,
    /** The error that it explains, for its frames. */
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** Thrown into user code to unwind it when the run has ended (stop, maxSteps). Not an error. */
export class EndOfRun extends Error {
  override readonly name = 'EndOfRun';
  constructor() {
    super('Gradient Lens ended this run.');
  }
}

/** Globals that a worker lacks, and what to use instead. */
const MISSING_GLOBALS: Record<string, string> = {
  document:
    'The model trains in a worker, which has no page: leave out charts and DOM code, Gradient Lens draws the curves itself.',
  window:
    'The model trains in a worker, which has no window: use globalThis, and leave out DOM code.',
  require:
    'Write `import` instead of `require`; a program that needs Node modules (fs, path, tfjs-node) runs in the Node source instead.',
  process: 'The model trains in the browser, not in Node: take settings from constants instead.',
  Buffer: 'The model trains in the browser, not in Node: use Uint8Array or fetch instead.',
  __dirname: 'The model trains in the browser: read files by fetch("./file"), next to the model.',
  __filename: 'The model trains in the browser: read files by fetch("./file"), next to the model.',
  localStorage: 'A worker has no localStorage: keep the values in variables.',
  alert: 'A worker has no dialogs: use console.log, which shows in the Gradient Lens output.',
};

function missingGlobal(error: Error): string | undefined {
  const name = /^(?:ReferenceError: )?([\w$]+) is not defined$/.exec(error.message)?.[1];
  if (name && Object.hasOwn(MISSING_GLOBALS, name)) return name;
  if (/Dynamic require of .* is not supported/.test(error.message)) return 'require';
  return undefined;
}

/** Turns whatever user code threw into a RawError with code, message and bundle frames. */
export function toRawError(thrown: unknown): RawError {
  if (!(thrown instanceof Error)) {
    const text = describe(thrown);
    const message = `The program threw ${text}, which is not an Error; throw an Error to get its line.`;
    return { code: 'model-exception', name: 'Error', message, frames: [] };
  }
  let frames = bundleFrames(thrown.stack ?? '');
  if (frames.length === 0 && thrown.cause instanceof Error) {
    frames = bundleFrames(thrown.cause.stack ?? '');
  }
  if (thrown instanceof RunFailure) {
    return { code: thrown.code, name: thrown.name, message: thrown.message, frames };
  }
  const { name, message } = thrown;
  const global = missingGlobal(thrown);
  if (global !== undefined) {
    const hint = MISSING_GLOBALS[global] ?? '';
    return { code: 'missing-global', name, message: `${message}. ${hint}`, frames };
  }
  const ownCode = (thrown as { code?: unknown }).code;
  const code =
    typeof ownCode === 'string' && /^[a-z]+(-[a-z]+)+$/.test(ownCode)
      ? ownCode
      : isShapeMessage(message)
        ? 'shape-mismatch'
        : 'model-exception';
  return { code, name, message: message === '' ? `${name} without a message` : message, frames };
}
