// What the end of a process means for its run, in words.
import { NodeError } from './nodeError';
import type { ProcessEnd } from './launcher';

/** Exit codes of a shell or a package manager whose child a signal ended: 128 and the signal's number. */
const SIGNALS: Record<number, string> = {
  129: 'SIGHUP',
  130: 'SIGINT',
  134: 'SIGABRT',
  135: 'SIGBUS',
  136: 'SIGFPE',
  137: 'SIGKILL',
  139: 'SIGSEGV',
  143: 'SIGTERM',
};
/** What Windows gives a process that Ctrl-C ended, STATUS_CONTROL_C_EXIT, unsigned and signed. */
const CONTROL_C = [0xc000013a, 0xc000013a - 2 ** 32];

const WORDS: Record<string, string> = {
  SIGKILL: 'It was killed, by hand or by the system where memory ran out',
  SIGABRT:
    "It aborted: JavaScript's heap was full (then --max-old-space-size in the setting " +
    'gradientLens.node.nodeArgs helps), or native code gave up',
  SIGSEGV: 'It crashed in native code',
  SIGBUS: 'It crashed in native code',
  SIGHUP: 'Its terminal was closed',
};

/** The signal that ended a process, where one did. */
export function signalOf({ code, signal }: ProcessEnd): string | undefined {
  if (signal !== undefined) return signal;
  if (code === undefined) return undefined;
  return CONTROL_C.includes(code) ? 'SIGINT' : SIGNALS[code];
}

/** True where Ctrl-C ended it: the user stopped the run, in the terminal. */
export function isInterrupt(end: ProcessEnd): boolean {
  return signalOf(end) === 'SIGINT';
}

/** True where the end says that something went wrong. */
export function hasFailed(end: ProcessEnd): boolean {
  return end.signal !== undefined || (end.code !== undefined && end.code !== 0);
}

const OUTPUT = 'What it printed is in its terminal.';

/** Why a program that ended before it had loaded tfjs gave no run. */
export function neverConnected(script: string, end: ProcessEnd): NodeError {
  const signal = signalOf(end);
  if (signal !== undefined) return killed(script, signal, 0);
  if (end.code === undefined || end.code === 0) return nothingTrained(script, false);
  return new NodeError(
    'process-failed',
    `${script} ended with exit code ${end.code} before it loaded TensorFlow.js. ${OUTPUT}`,
  );
}

/** Why a run that had begun ended with its process. */
export function endedEarly(script: string, end: ProcessEnd, step: number): NodeError {
  const signal = signalOf(end);
  if (signal !== undefined) return killed(script, signal, step);
  if (end.code === undefined) {
    return new NodeError(
      'process-killed',
      `${script} ended ${after(step)} without a word: it was killed, or it crashed. ${OUTPUT}`,
    );
  }
  return new NodeError(
    'process-failed',
    `${script} ended with exit code ${end.code} ${after(step)}. ${OUTPUT}`,
  );
}

/** A program that did not train. `loaded`: it has loaded tfjs. */
export function nothingTrained(script: string, loaded: boolean): NodeError {
  const what = loaded ? 'without an optimizer step' : 'without having loaded TensorFlow.js';
  return new NodeError(
    'nothing-trained',
    `${script} ran to its end ${what}. Call model.fit, trainOnBatch or optimizer.minimize in it; ` +
      'where it needs arguments to train, give them in the setting gradientLens.node.args.',
  );
}

function killed(script: string, signal: string, step: number): NodeError {
  const why = WORDS[signal];
  const place = step > 0 ? after(step) : 'before its first step';
  return new NodeError(
    'process-killed',
    `${script} was ended by ${signal} ${place}.${why === undefined ? '' : ` ${why}.`} ${OUTPUT}`,
  );
}

const after = (step: number) => (step > 0 ? `after step ${step}` : 'before its first step');
