// Takes the layer behind another one out of the model: a softmax that the loss applies itself.
import ts from 'typescript';
import type { Edits } from './fixPlan';
import { nextLayer, type LayerUse } from './layerUses';
import { closeOf, removeItem } from './lists';
import { wrapped, type Source } from './source';

/** Removes a statement with its line. */
function removeStatement(source: Source, edits: Edits, statement: ts.Statement): void {
  const start = source.startOf(statement);
  const line = source.tree.getPositionOfLineAndCharacter(source.lineOf(start), 0);
  const isAlone = source.text.slice(line, start).trim() === '';
  const rest = /^[ \t]*\r?\n/.exec(source.text.slice(statement.end))?.[0];
  if (isAlone && rest !== undefined) edits.replace(line, statement.end + rest.length, '');
  else edits.replace(start, statement.end, '');
}

/** Removes the layer behind a use. False where that would leave something without a meaning. */
export function removeNext(source: Source, edits: Edits, use: LayerUse): boolean {
  const next = nextLayer(source, use);
  if (!next) return false;
  if (use.kind === 'item') {
    const { owner } = use;
    const items = ts.isCallExpression(owner) ? owner.arguments : owner.elements;
    removeItem(source, edits, items, next, closeOf(owner));
    return true;
  }
  const statement = ts.findAncestor(next, ts.isStatement);
  if (!statement) return false;
  if (use.kind === 'add') {
    removeStatement(source, edits, statement);
    return true;
  }
  if (use.kind === 'map') return false;
  const inner = wrapped(use.call);
  const outer = inner.parent;
  if (ts.isCallExpression(outer) && outer.arguments[0] === inner) {
    // `softmax().apply(layer.apply(x))` becomes `layer.apply(x)`.
    edits.replace(source.startOf(outer), source.startOf(inner), '');
    edits.replace(inner.end, outer.end, '');
    return true;
  }
  if (!isUpdateOf(statement)) return false;
  removeStatement(source, edits, statement);
  return true;
}

/** `x = layer.apply(x);`, without which `x` is what the layer was applied to. */
function isUpdateOf(statement: ts.Statement): boolean {
  if (!ts.isExpressionStatement(statement)) return false;
  const { expression } = statement;
  if (!ts.isBinaryExpression(expression) || !ts.isIdentifier(expression.left)) return false;
  const { text } = expression.left;
  let applied: ts.Expression = expression.right;
  while (ts.isAsExpression(applied)) applied = applied.expression;
  if (!ts.isCallExpression(applied)) return false;
  const [input] = applied.arguments;
  return input !== undefined && ts.isIdentifier(input) && input.text === text;
}
