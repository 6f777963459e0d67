// Writes a name of tfjs as this file can: `tf.layers.dropout`, `tfc.layers.dropout`, `layers.dropout`.
import ts from 'typescript';
import type { Edits } from './fixPlan';
import { closeOf, insertAfter } from './lists';
import type { Source } from './source';

/** True where what is declared can be used in the whole file: an import or a top-level name. */
function isTopLevel(declaration: ts.Declaration): boolean {
  return !ts.findAncestor(declaration, (node) => ts.isFunctionLike(node) || ts.isBlock(node));
}

function isPrefix(prefix: readonly string[], path: readonly string[]): boolean {
  return prefix.length < path.length && prefix.every((name, i) => path[i] === name);
}

/** The name at the left end of `a.b.c`. */
function rootOf(expression: ts.Expression): ts.Identifier | undefined {
  let at = expression;
  while (ts.isPropertyAccessExpression(at)) at = at.expression;
  return ts.isIdentifier(at) ? at : undefined;
}

/** The names in braces of an import that is there when the program runs. */
function importedNames({ importClause }: ts.ImportDeclaration): ts.NamedImports | undefined {
  const bindings = importClause?.namedBindings;
  if (!bindings || !ts.isNamedImports(bindings)) return undefined;
  return importClause.phaseModifier === undefined ? bindings : undefined;
}

/**
 * `path` as text at `near`, an expression of tfjs that is in scope there (the callee beside which the
 * text will stand). Where the file names only other parts of tfjs, its import is extended.
 * Undefined where it cannot be named.
 */
export function tfReference(
  source: Source,
  edits: Edits,
  near: ts.Expression | undefined,
  path: readonly string[],
): string | undefined {
  const root = near && rootOf(near);
  const own = root && source.tfPath(root);
  if (root && own && isPrefix(own, path)) return [root.text, ...path.slice(own.length)].join('.');
  const named = namesInScope(source)
    .map((name) => ({ name: name.text, prefix: source.tfPath(name) ?? path }))
    .filter(({ prefix }) => isPrefix(prefix, path));
  // `layers.dropout` before `tf.layers.dropout`, where both can be written.
  const [best] = named.sort((a, b) => b.prefix.length - a.prefix.length);
  if (best) return [best.name, ...path.slice(best.prefix.length)].join('.');
  const [first = ''] = path;
  for (const statement of source.tree.statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const names = importedNames(statement);
    const some = names?.elements.find((element) => source.tfPath(element.name)?.length === 1);
    const last = names?.elements.at(-1);
    if (!names || !some || !last) continue;
    insertAfter(source, edits, names.elements, last, first, closeOf(names));
    return path.join('.');
  }
  return undefined;
}

/** Names that can be used in the whole file. */
function namesInScope(source: Source): ts.Identifier[] {
  return source.all(ts.isIdentifier).filter((name) => {
    if (ts.isImportSpecifier(name.parent) || isMember(name)) return false;
    const declaration = source.declarationOf(name);
    return declaration ? isTopLevel(declaration) : name.text === 'tf';
  });
}

/** The `b` of `a.b`, or the name of a property. */
function isMember(name: ts.Identifier): boolean {
  const { parent } = name;
  return (
    (ts.isPropertyAccessExpression(parent) && parent.name === name) ||
    (ts.isPropertyAssignment(parent) && parent.name === name)
  );
}
