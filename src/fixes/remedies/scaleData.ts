// Scales the inputs, or the labels, where the source makes them: (x − offset) · factor, behind the
// tensor that is handed to `fit`, or that `data` returns.
import ts from 'typescript';
import type { Remedy } from '../../shared/core/finding';
import { numberText, objectOf } from '../constants';
import { Edits, type FixContext, type FixPlan } from '../fixPlan';
import { propertyOf, setProperty, valueOf } from '../objects';
import { unwrap, type Source } from '../source';
import { experimentExport, fitCalls, objectsGiven, returnedBy } from '../training';

const MAX_DEPTH = 6;
/** Significant digits of offset and factor: 127.5, 0.007843. */
const DIGITS = 4;

/** Names of inputs and labels in the data of an experiment; their order in the arguments of `fit`. */
type Part = 'xs' | 'ys';

/** Plans `scale-data`. Training and validation data are scaled alike, or nothing is. */
export function scaleData(
  source: Source,
  remedy: Remedy,
  context: FixContext,
): FixPlan | undefined {
  const edits = new Edits();
  const { offset = 0, factor, of = 'inputs' } = remedy.values ?? {};
  if (context.kind === 'experiment' && of === 'inputs' && scaleTable(source, edits)) {
    return edits.plan('Scale the columns of the table to mean 0 and deviation 1');
  }
  if (typeof offset !== 'number' || typeof factor !== 'number') return undefined;
  const part = of === 'labels' ? 'ys' : 'xs';
  const inputs =
    context.kind === 'experiment' ? partOfExperiment(source, part) : partOfProgram(source, part);
  const places = inputs?.map((input) => tensorPlace(source, input));
  if (!places || places.length === 0) return undefined;
  const suffix = scaling(offset, factor);
  for (const place of new Set(places)) {
    if (!place || source.textOf(place).endsWith(suffix)) return undefined;
    edits.insert(place.end, suffix);
  }
  return edits.plan(`Scale the ${part === 'xs' ? 'inputs' : 'labels'} by ${suffix}`);
}

/** `.sub(128).div(128)` */
function scaling(offset: number, factor: number): string {
  const shift = offset === 0 ? '' : `.sub(${numberText(offset, DIGITS)})`;
  const divisor = 1 / factor;
  const isWhole = divisor > 1 && Math.abs(divisor - Math.round(divisor)) < 1e-3 * divisor;
  if (factor === 1) return shift;
  return shift + (isWhole ? `.div(${Math.round(divisor)})` : `.mul(${numberText(factor, DIGITS)})`);
}

/** `csv(…)` of gradient-lens scales by itself when it is asked to. */
function scaleTable(source: Source, edits: Edits): boolean {
  const given = experimentExport(source, 'data');
  const isFunction = given && (ts.isFunctionDeclaration(given) || ts.isArrowFunction(given));
  const results = isFunction ? returnedBy(given).map(unwrap) : [];
  const [call, ...others] = results;
  if (!call || others.length > 0 || !ts.isCallExpression(call)) return false;
  if (!ts.isIdentifier(call.expression) || call.expression.text !== 'csv') return false;
  const [path, options] = call.arguments;
  const scale = source.quoted('standard');
  if (path && !options) {
    edits.insert(path.end, `, { scale: ${scale} }`);
    return true;
  }
  const object = options && objectOf(source, options);
  if (!object || propertyOf(object, 'scale')) return false;
  setProperty(source, edits, object, 'scale', scale);
  return true;
}

function partOfExperiment(source: Source, name: Part): ts.Expression[] | undefined {
  const inputs: ts.Expression[] = [];
  for (const object of objectsGiven(source, experimentExport(source, 'data'))) {
    for (const part of ['train', 'validation']) {
      const property = propertyOf(object, part);
      if (!property) continue;
      const samples = objectOf(source, valueOf(property));
      const tensor = samples && propertyOf(samples, name);
      if (!tensor) return undefined;
      inputs.push(valueOf(tensor));
    }
  }
  return inputs;
}

function partOfProgram(source: Source, name: Part): ts.Expression[] | undefined {
  const [fit, ...others] = fitCalls(source);
  const index = name === 'xs' ? 0 : 1;
  const tensor = fit?.call.arguments[index];
  if (!tensor || fit.method !== 'fit' || others.length > 0) return undefined;
  const property = fit.options && propertyOf(fit.options, 'validationData');
  if (!property) return [tensor];
  const pair = unwrap(valueOf(property));
  const validation = ts.isArrayLiteralExpression(pair) ? pair.elements[index] : undefined;
  return validation && [tensor, validation];
}

/** Where the tensor is made: the expression itself, or the constant that it names. */
function tensorPlace(
  source: Source,
  expression: ts.Expression,
  depth = 0,
): ts.Expression | undefined {
  const node = unwrap(expression);
  if (depth > MAX_DEPTH) return undefined;
  if (ts.isIdentifier(node)) {
    const declaration = source.declarationOf(node);
    if (!declaration || !ts.isVariableDeclaration(declaration)) return undefined;
    const { initializer } = declaration;
    if (!initializer || source.isReassigned(declaration)) return undefined;
    return tensorPlace(source, initializer, depth + 1);
  }
  return isTensor(source, node, depth) ? node : undefined;
}

/** True for `tf.tensor2d(…)`, any other function of tf, and the methods of what it gives. */
function isTensor(source: Source, expression: ts.Expression, depth: number): boolean {
  const node = unwrap(expression);
  if (depth > MAX_DEPTH || !ts.isCallExpression(node)) return false;
  const path = source.tfPath(node.expression);
  if (path) return path.length === 1;
  if (!ts.isPropertyAccessExpression(node.expression)) return false;
  const { expression: owner, name } = node.expression;
  if (/^(data|dataSync|array|arraySync|dispose|print)$/.test(name.text)) return false;
  return tensorPlace(source, owner, depth + 1) !== undefined;
}
