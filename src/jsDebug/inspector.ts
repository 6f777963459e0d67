// Looks at a value of a stopped program, by an expression of its debugger. The value stays where it is: a
// function in the process makes a few kilobytes of it.
import type * as vscode from 'vscode';
import { INSPECT_GLOBAL, type Inspection } from '../shared/protocol/inspection';
import { parseInspection } from '../shared/protocol/inspectionGuard';
import { evaluateText } from './evaluate';
import { messageOf } from '../shared/core/thrown';

/** What the expression gives where the process has no inspector yet. */
const MISSING = 'gradient-lens: no inspector';

function inspectExpression(expression: string): string {
  const name = `globalThis.${INSPECT_GLOBAL}`;
  return `typeof ${name} === 'function' ? ${name}(${expression}) : ${JSON.stringify(MISSING)}`;
}

/** A sentence for an expression that could not be evaluated. */
const failed = (expression: string, error: unknown): Inspection => {
  const [reason = ''] = messageOf(error).split('\n');
  return { kind: 'other', message: `${expression} could not be evaluated here: ${reason}` };
};

/**
 * What `expression` is in a frame. `inspector`: reads the text that puts the inspector into a process that
 * runs without the lens.
 */
export async function inspectIn(
  session: vscode.DebugSession,
  expression: string,
  frameId: number | undefined,
  inspector: () => Promise<string>,
): Promise<Inspection> {
  try {
    const asked = inspectExpression(expression);
    let text = await evaluateText(session, asked, frameId);
    if (text === MISSING) {
      await evaluateText(session, `${await inspector()}\n''`, frameId);
      text = await evaluateText(session, asked, frameId);
    }
    const inspection = parseInspection(text);
    return inspection ?? failed(expression, new Error('what came back is no inspection'));
  } catch (error) {
    return failed(expression, error);
  }
}
