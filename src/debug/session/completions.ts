// Completes an expression that is being typed.
import type { DebugProtocol } from '@vscode/debugprotocol';
import { evaluate, type Names } from '../expression/evaluate';
import { ExpressionError } from '../expression/expressionError';
import { FUNCTION_NAMES } from '../expression/functions';
import { List, Thing } from '../expression/values';

/** The path before the cursor: `dense_1.gradient.no`. */
const PATH = /((?:[\p{L}_$][\p{L}\p{N}_$]*\.)*)([\p{L}_$][\p{L}\p{N}_$]*)?$/u;

/** What may stand at the end of `text`. */
export function completions(text: string, names: Names): DebugProtocol.CompletionItem[] {
  const [, path = ''] = PATH.exec(text) ?? [];
  if (path === '') {
    return [
      ...names.names.map((label) => ({ label, type: 'variable' as const })),
      ...FUNCTION_NAMES.map((label) => ({ label, type: 'function' as const })),
    ];
  }
  try {
    const value = evaluate(path.slice(0, -1), names);
    const thing = value instanceof List ? value.items[0] : value;
    const members = thing instanceof Thing ? thing.names : [];
    return members.map((label) => ({ label, type: 'property' as const }));
  } catch (error) {
    if (error instanceof ExpressionError) return [];
    throw error;
  }
}
