// Failures of a run. Every way a run can end badly becomes one RawError with a stable code and a
// message that says what happened and what to do next; the host adds the source line.
import type { RawError } from '../../src/shared/protocol/runtime';
import { bundleFrames } from './stack';

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

/** Messages by which tfjs-core and tfjs-layers 4.22 report that shapes do not fit. */
const SHAPE_MESSAGES = [
  /Error when checking (input|target|model)/,
  /Error in \w+: .*(shape|rank|dimension|inner|must (match|be))/i,
  /Incompatible shapes/i,
  /Operands could not be broadcast/i,
  /shapes? .*(do(es)? not match|must match|should match|must be the same|different)/i,
  /is incompatible with layer/,
  /expected a batch of elements where each example has shape/,
  /(A )?target (array|Tensor) (of|with) shape/,
  /should have the same number of samples/,
  /Size\(\d+\) must match the product of shape/,
  /Based on the provided shape/,
  /expected .* to have (shape|\d+ dimension)/,
  /total size of new array must be unchanged/,
  /inferred shape|inner-most dimension|inner shapes|batch dimensions? (must|should)/i,
  /expects targets to (be|have)/,
  /Batch size mismatch/,
  /Negative dimension size|The kernel size .* (larger|exceeds)/i,
  /Invalid TF_Status|requires? rank|must be rank|but got rank|received a \d+D tensor/i,
];

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

/** True where tfjs says that tensors do not fit together. */
export function isShapeMessage(message: string): boolean {
  return SHAPE_MESSAGES.some((pattern) => pattern.test(message));
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

/** A short text for a value that is no Error. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'object' && value !== null) {
    try {
      return JSON.stringify(value);
    } catch {
      return Object.prototype.toString.call(value);
    }
  }
  return String(value);
}
