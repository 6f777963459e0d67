// Clips the gradients of a program that updates its weights itself, by `minimize` or
// `applyGradients`: they pass through a function that the fix writes at the end of the file.
import ts from 'typescript';
import { numberText } from '../constants';
import { Edits, type FixPlan } from '../fixPlan';
import { unwrap, type Source } from '../source';
import { tfReference } from '../tfReference';

/** Name of the written function, by what it clips. */
const NAMES = { norm: 'clipByNorm', value: 'clipEach' } as const;

/** `optimizer.minimize(…);` and `optimizer.applyGradients(…);` as statements of their own. */
function updates(source: Source, method: string): ts.CallExpression[] | undefined {
  const calls = source
    .all(ts.isCallExpression)
    .filter(
      ({ expression }) =>
        ts.isPropertyAccessExpression(expression) && expression.name.text === method,
    );
  // A cost that is used leaves the update: it cannot be wrapped.
  const isWhole = calls.every(({ parent }) => ts.isExpressionStatement(parent));
  return isWhole ? calls : undefined;
}

/** True for what `variableGrads` gives as `grads`, by name; not for a list of named tensors. */
function isNamedMap(source: Source, grads: ts.Expression): boolean {
  const node = unwrap(grads);
  if (ts.isPropertyAccessExpression(node)) return node.name.text === 'grads';
  if (!ts.isIdentifier(node)) return false;
  const declaration = source.declarationOf(node);
  if (!declaration) return false;
  if (ts.isVariableDeclaration(declaration)) {
    return declaration.initializer !== undefined && isNamedMap(source, declaration.initializer);
  }
  if (!ts.isBindingElement(declaration)) return false;
  const name = declaration.propertyName ?? declaration.name;
  return ts.isIdentifier(name) && name.text === 'grads';
}

/** Body of the function that clips. Its tensors are freed by the tidy around the update. */
function clipper(source: Source, tf: string, isNorm: boolean): string {
  const { isTypeScript, newline, indentUnit: tab } = source;
  const name = isNorm ? NAMES.norm : NAMES.value;
  const grads = isTypeScript ? `grads: ${tf}.NamedTensorMap, limit: number` : 'grads, limit';
  const result = isTypeScript ? `: ${tf}.NamedTensorMap` : '';
  const scaled = isNorm ? 'grad.mul(scale)' : 'grad.clipByValue(-limit, limit)';
  const head = isNorm
    ? [
        '/** Scales all gradients together so that their norm is at most `limit`. */',
        `function ${name}(${grads})${result} {`,
        `${tab}const squares = Object.values(grads).map((grad) => grad.square().sum());`,
        `${tab}const scale = ${tf}.minimum(1, ${tf}.div(limit, ${tf}.addN(squares).sqrt()));`,
      ]
    : [
        '/** Limits every gradient element to ± `limit`. */',
        `function ${name}(${grads})${result} {`,
      ];
  const entries = `Object.entries(grads).map(([name, grad]) => [name, ${scaled}])`;
  return [...head, `${tab}return Object.fromEntries(${entries});`, '}', ''].join(newline);
}

/** Plans clipping for a program; undefined where it trains by `fit`, which cannot clip. */
export function clipProgram(
  source: Source,
  isNorm: boolean,
  limit: number,
  title: string,
): FixPlan | undefined {
  const minimizes = updates(source, 'minimize');
  const applies = updates(source, 'applyGradients');
  if (!minimizes || !applies || minimizes.length + applies.length === 0) return undefined;
  const name = isNorm ? NAMES.norm : NAMES.value;
  if (source.all(ts.isIdentifier).some(({ text }) => text === name)) return undefined;
  const edits = new Edits();
  const variableGrads = tfReference(source, edits, undefined, ['variableGrads']);
  const tf = variableGrads?.split('.').slice(0, -1).join('.');
  // Named imports would need four more names: a namespace is what such programs use.
  if (!variableGrads || !tf) return undefined;
  const clipped = (grads: string): string => `${name}(${grads}, ${numberText(limit)})`;
  const wrap = (call: ts.CallExpression, grads: string): void => {
    const owner = (call.expression as ts.PropertyAccessExpression).expression;
    const update = `${source.textOf(owner)}.applyGradients(${clipped(grads)})`;
    const inner = source.newline + source.indentAt(source.startOf(call));
    const body = `${inner}${source.indentUnit}${update};${inner}`;
    edits.replace(source.startOf(call), call.end, `${tf}.tidy(() => {${body}})`);
  };
  for (const call of minimizes) {
    const [loss, , variables] = call.arguments;
    if (!loss || call.arguments.some(ts.isSpreadElement)) return undefined;
    const given = variables ? `, ${source.textOf(variables)}` : '';
    wrap(call, `${variableGrads}(${source.textOf(loss)}${given}).grads`);
  }
  for (const call of applies) {
    const [grads] = call.arguments;
    if (!grads || call.arguments.length > 1 || !isNamedMap(source, grads)) return undefined;
    wrap(call, source.textOf(grads));
  }
  const end = source.text.length;
  const gap = source.text.endsWith('\n') ? source.newline : source.newline + source.newline;
  edits.insert(end, gap + clipper(source, tf, isNorm));
  return edits.plan(title);
}
