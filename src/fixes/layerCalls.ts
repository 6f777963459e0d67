// Finds the calls that built a run's layers, `tf.layers.dense({ … })`, by the places the run names.
import ts from 'typescript';
import type { LayerInfo } from '../shared/core/run';
import { objectOf } from './constants';
import type { FixContext } from './fixPlan';
import { propertyOf, valueOf } from './objects';
import { unwrap, type Source } from './source';

/** A call that built layers of the run. */
export interface LayerCall {
  call: ts.CallExpression;
  /** Name of the factory: `dense`. */
  factory: string;
  /** All layers that it built, in forward order; a loop or a helper builds many. */
  layers: readonly LayerInfo[];
}

/** Factories of layers that hold another layer, in their property `layer`. */
const WRAPPERS = new Set(['bidirectional', 'timeDistributed']);

/** Name of the factory of tf.layers that a call is of; undefined for any other call. */
export function factoryOf(source: Source, call: ts.Expression): string | undefined {
  const node = unwrap(call);
  if (!ts.isCallExpression(node)) return undefined;
  const path = source.tfPath(node.expression);
  return path?.length === 2 && path[0] === 'layers' ? path[1] : undefined;
}

/** Lines (from 0) on which line `line` of the trained text may be now; the likeliest first. */
function linesNow(trained: string | undefined, now: string, line: number): number[] {
  if (trained === undefined || trained === now) return [line];
  const before = trained.split('\n');
  const after = now.split('\n');
  const shift = after.length - before.length;
  let same = 0;
  while (same < before.length && before[same] === after[same]) same++;
  if (line < same) return [line];
  let end = 0;
  const shorter = Math.min(before.length, after.length) - same;
  while (end < shorter && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  if (line >= before.length - end) return [line + shift];
  // Between two changes: on a line of the same text, else nowhere.
  const text = before[line]?.trim();
  return after.flatMap((other, at) => (other.trim() === text ? [at] : []));
}

function calledName(call: ts.CallExpression): ts.Node {
  const callee = call.expression;
  return ts.isPropertyAccessExpression(callee) ? callee.name : callee;
}

function isOfClass(factory: string, className: string): boolean {
  return factory.toLowerCase() === className.toLowerCase();
}

/** The call that built `layer`, if it is still there. */
function callOf(source: Source, layer: LayerInfo, trained?: string): ts.CallExpression | undefined {
  const { location } = layer;
  if (location?.file !== source.file) return undefined;
  const candidates = source
    .all(ts.isCallExpression)
    .filter((call) => isOfClass(factoryOf(source, call) ?? '', layer.className))
    .map((call) => ({
      call,
      at: source.tree.getLineAndCharacterOfPosition(source.startOf(calledName(call))),
    }));
  const lines = linesNow(trained, source.text, location.line - 1);
  const onLines = candidates.filter(({ at }) => lines.includes(at.line));
  const exact = onLines.filter(({ at }) => at.character === location.column - 1);
  // A changed indentation moves the column: the only such call of the line is it.
  const found = exact.length > 0 ? exact : onLines;
  return found.length === 1 ? found[0]?.call : undefined;
}

/**
 * The calls that built the layers of these names. Undefined where one of them cannot be found: it
 * came from another file or class, or its line was edited.
 */
export function layerCalls(
  source: Source,
  names: readonly string[],
  context: FixContext,
): LayerCall[] | undefined {
  const calls: LayerCall[] = [];
  const callsByPlace = new Map<string, ts.CallExpression | undefined>();
  const locate = (layer: LayerInfo): ts.CallExpression | undefined => {
    const { line = 0, column = 0 } = layer.location ?? {};
    const key = `${line}:${column}:${layer.className}`;
    if (!callsByPlace.has(key)) {
      callsByPlace.set(key, callOf(source, layer, context.trainedText));
    }
    return callsByPlace.get(key);
  };
  const isHere = (layer: LayerInfo): boolean => layer.location?.file === source.file;
  for (const name of names) {
    const layer = context.layers.find((other) => other.name === name);
    if (!layer || !isHere(layer)) return undefined;
    const call = locate(layer);
    if (!call) return undefined;
    if (calls.some((known) => known.call === call)) continue;
    const layers = context.layers.filter((other) => isHere(other) && locate(other) === call);
    calls.push({ call, factory: factoryOf(source, call) ?? '', layers });
  }
  return calls.length > 0 ? calls : undefined;
}

/**
 * The configuration that a call of a factory states, in its place or as a constant; undefined where
 * it is made some other way. For a wrapper, that of the layer inside.
 */
export function configOf(
  source: Source,
  call: ts.CallExpression,
): ts.ObjectLiteralExpression | undefined {
  const [argument] = call.arguments;
  const config = argument && objectOf(source, argument);
  if (!config || !WRAPPERS.has(factoryOf(source, call) ?? '')) return config;
  const inner = propertyOf(config, 'layer');
  const built = inner && unwrap(valueOf(inner));
  return built && ts.isCallExpression(built) && factoryOf(source, built) !== undefined
    ? configOf(source, built)
    : undefined;
}

/**
 * True where a configuration serves these calls only: it stands in one of them, or is a constant
 * that no other code refers to.
 */
export function isOwnConfig(
  source: Source,
  config: ts.ObjectLiteralExpression,
  calls: readonly ts.CallExpression[],
): boolean {
  const isInside = (node: ts.Node): boolean =>
    calls.some((call) => node.pos >= call.pos && node.end <= call.end);
  if (isInside(config)) return true;
  const declaration = ts.findAncestor(config, ts.isVariableDeclaration);
  return declaration !== undefined && source.referencesTo(declaration).every(isInside);
}

/** Names of the layers that give the model's outputs. */
export function outputNames(context: FixContext): ReadonlySet<string> {
  const last = context.layers.at(-1)?.name;
  return new Set(context.outputs ?? (last === undefined ? [] : [last]));
}

/** Layers with a weight matrix that are not outputs, in forward order. */
export function hiddenLayers(context: FixContext): LayerInfo[] {
  const outputs = outputNames(context);
  return context.layers.filter(
    ({ name, tensors }) => !outputs.has(name) && tensors.some(({ shape }) => shape.length > 1),
  );
}
