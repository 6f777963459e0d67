// Puts the lens into a process that is being debugged: the debugger evaluates, in the process, what loads the
// preload and hands it an invitation.
import type * as vscode from 'vscode';
import { evaluateText } from './evaluate';

/** How it went; the first ones are those of the preload. */
export type AttachResult =
  | 'attached'
  | 'waiting'
  | 'already'
  | 'hidden'
  | 'refused'
  /** It is no process that Node's modules can be loaded in: a browser, a thread without them. */
  | 'no-node'
  /** The preload is not where the process runs: another machine, a container. */
  | 'elsewhere';

const RESULTS = new Set<string>([
  ...['attached', 'waiting', 'already', 'hidden', 'refused', 'no-node', 'elsewhere'],
]);

/** What cannot work, and what to do instead. */
export const ATTACH_WORDS: Record<Exclude<AttachResult, 'attached' | 'already'>, string> = {
  waiting: 'The program has not loaded TensorFlow.js yet. Its panel opens when it does.',
  hidden:
    'The program has TensorFlow.js inside its own bundle, where Gradient Lens cannot reach it. Leave ' +
    '@tensorflow/tfjs out of the bundle (esbuild: --external:@tensorflow/*) and start it again.',
  refused:
    'The process was started with another version of Gradient Lens. Start the program again, and attach then.',
  'no-node':
    'Modules of Node cannot be loaded in this process: it is a browser, or has ended. Attaching needs a ' +
    'program in Node.',
  elsewhere:
    'The process runs where Gradient Lens is not installed (another machine, a container). Open its folder ' +
    'there with VS Code Remote, and attach from that window.',
};

/** The expression; what it gives is an {@link AttachResult}, or a text that begins with `error:`. */
export function attachExpression(preload: string, invitation: string): string {
  const [file, json] = [JSON.stringify(preload), JSON.stringify(invitation)];
  // `require` is that of the debugger's console; ES modules have none of their own.
  return `(() => {
  if (typeof process !== 'object' || !process.versions?.node) return 'no-node';
  const load = typeof require === 'function' ? require
    : process.mainModule?.require.bind(process.mainModule)
    ?? process.getBuiltinModule?.('module').createRequire(${file});
  if (!load) return 'no-node';
  try {
    return load(${file}).attach(${json});
  } catch (error) {
    return error?.code === 'MODULE_NOT_FOUND' ? 'elsewhere' : 'error: ' + error?.message;
  }
})()`;
}

/** Attaches to one process. Rejects with the debugger's or the process's own words. */
export async function attachTo(
  session: vscode.DebugSession,
  preload: string,
  invitation: string,
): Promise<AttachResult> {
  const text = await evaluateText(session, attachExpression(preload, invitation));
  if (RESULTS.has(text)) return text as AttachResult;
  throw new Error(text.replace(/^error: /, ''));
}
