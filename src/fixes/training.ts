// Finds where a source says how it trains: the export `training` of an experiment, the arguments of
// `compile`, `fit` and `fitDataset`.
import ts from 'typescript';
import { exportedVariable, objectOf } from './constants';
import type { FixContext } from './fixPlan';
import { propertyOf } from './objects';
import { unwrap, type Source } from './source';

/** The objects that a function returns, or that an expression stands for. */
export function objectsGiven(
  source: Source,
  given: ts.Expression | ts.FunctionDeclaration | undefined,
): ts.ObjectLiteralExpression[] {
  if (!given) return [];
  const node = ts.isFunctionDeclaration(given) ? given : unwrap(given);
  if (ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) || ts.isArrowFunction(node)) {
    const results = returnedBy(node);
    return results.flatMap((result) => objectsGiven(source, result));
  }
  const object = objectOf(source, node);
  return object ? [object] : [];
}

/** What a function returns, by each of its own return statements. */
export function returnedBy(
  node: ts.FunctionDeclaration | ts.FunctionExpression | ts.ArrowFunction,
): ts.Expression[] {
  if (!node.body) return [];
  if (!ts.isBlock(node.body)) return [node.body];
  const results: ts.Expression[] = [];
  const visit = (inner: ts.Node): void => {
    if (ts.isFunctionLike(inner)) return;
    if (ts.isReturnStatement(inner) && inner.expression) results.push(inner.expression);
    ts.forEachChild(inner, visit);
  };
  ts.forEachChild(node.body, visit);
  return results;
}

/** An export of an experiment module: a value, or the function that makes it. */
export function experimentExport(
  source: Source,
  name: string,
): ts.Expression | ts.FunctionDeclaration | undefined {
  const declared = source.tree.statements.find(
    (statement): statement is ts.FunctionDeclaration =>
      ts.isFunctionDeclaration(statement) && statement.name?.text === name,
  );
  return declared ?? exportedVariable(source, name);
}

/** The object that the export `training` gives; undefined where it is none, or one of several. */
export function experimentTraining(
  source: Source,
  { kind }: FixContext,
): ts.ObjectLiteralExpression | undefined {
  if (kind !== 'experiment') return undefined;
  const objects = objectsGiven(source, experimentExport(source, 'training'));
  return objects.length === 1 ? objects[0] : undefined;
}

function isMethod(call: ts.CallExpression, names: readonly string[]): boolean {
  const { expression: callee } = call;
  return ts.isPropertyAccessExpression(callee) && names.includes(callee.name.text);
}

/** The arguments of every `model.compile({ … })`. */
export function compileConfigs(source: Source): ts.ObjectLiteralExpression[] {
  return source.all(ts.isCallExpression).flatMap((call) => {
    const config = isMethod(call, ['compile']) && call.arguments[0];
    const object = config ? objectOf(source, config) : undefined;
    const isCompile = object && (propertyOf(object, 'optimizer') ?? propertyOf(object, 'loss'));
    return isCompile ? [object] : [];
  });
}

/** A call that trains, with its options where it states them. */
export interface FitCall {
  call: ts.CallExpression;
  method: 'fit' | 'fitDataset';
  options: ts.ObjectLiteralExpression | undefined;
}

/** Every `model.fit(xs, ys, { … })` and `model.fitDataset(dataset, { … })`. */
export function fitCalls(source: Source): FitCall[] {
  return source.all(ts.isCallExpression).flatMap((call): FitCall[] => {
    const method = isMethod(call, ['fit']) ? 'fit' : 'fitDataset';
    if (method === 'fitDataset' && !isMethod(call, ['fitDataset'])) return [];
    const count = method === 'fit' ? 2 : 1;
    if (call.arguments.length < count) return [];
    const given = call.arguments[count];
    return [{ call, method, options: given && objectOf(source, given) }];
  });
}

/** The one training call of a source, with options to edit; undefined where there are others. */
export function onlyFit(
  source: Source,
): (FitCall & { options: ts.ObjectLiteralExpression }) | undefined {
  const [fit, ...others] = fitCalls(source);
  return fit?.options && others.length === 0 ? { ...fit, options: fit.options } : undefined;
}
