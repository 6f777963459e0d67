// Expressions evaluated in the processes of js-debug's sessions: texts, whole, as programs return them.
import path from 'node:path';
import type * as vscode from 'vscode';

/** What an adapter answers to an evaluation. */
interface Answer {
  result?: unknown;
}

/** Frames that are looked through for the one that is shown. */
const MAX_FRAMES = 100;

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

/** A frame as adapters describe it. */
export interface Frame {
  id: number;
  line?: number;
  source?: { name?: string; path?: string };
}

/** The top `levels` frames of a halted thread. */
export async function framesOf(
  session: vscode.DebugSession,
  threadId: number,
  levels: number,
): Promise<readonly Frame[]> {
  const asked = { threadId, startFrame: 0, levels };
  const answer = (await session.customRequest('stackTrace', asked)) as
    { stackFrames?: Frame[] } | undefined;
  return answer?.stackFrames ?? [];
}

/** Where a frame stands, e.g. `train.js:12`; undefined where that cannot be told. */
export async function placeOf({
  session,
  threadId,
  frameId,
}: vscode.DebugStackFrame): Promise<string | undefined> {
  const frames = await framesOf(session, threadId, MAX_FRAMES).catch(() => []);
  const frame = frames.find(({ id }) => id === frameId);
  const name = frame?.source?.name;
  if (name === undefined || frame?.line === undefined) return undefined;
  return `${path.basename(name)}:${frame.line}`;
}
