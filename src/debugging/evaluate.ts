// Expressions evaluated in the processes of js-debug's sessions: texts, whole, as programs return them.
import type * as vscode from 'vscode';

/** What an adapter answers to an evaluation. */
interface Answer {
  result?: unknown;
}

/** Time for an answer, milliseconds: a program in a long native computation gives none. */
const ANSWER_MS = 20_000;

async function inTime<T>(asked: Thenable<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const reason = `the program did not answer within ${ANSWER_MS / 1000} s`;
    timer = setTimeout(() => reject(new Error(reason)), ANSWER_MS);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The text that an expression gives, in a frame or, without one, in the global scope. Rejects with the
 * program's or the debugger's own words.
 */
export async function evaluateText(
  session: vscode.DebugSession,
  expression: string,
  frameId?: number,
): Promise<string> {
  const asked = session.customRequest('evaluate', {
    expression,
    // The one context in which js-debug shortens nothing; it gives texts as JSON.
    context: 'clipboard',
    ...(frameId !== undefined && { frameId }),
  }) as Thenable<Answer | undefined>;
  const answer = await inTime(asked);
  const result = answer?.result;
  if (typeof result !== 'string') throw new Error('The debugger gave no result.');
  try {
    const text: unknown = JSON.parse(result);
    if (typeof text === 'string') return text;
  } catch {
    // Older versions give the text itself.
  }
  return result;
}
