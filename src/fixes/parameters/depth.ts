// Changes how many hidden layers a net has: the count of the loop that builds them, or copies of the last one
// that can follow itself.
import ts from 'typescript';
import { constantOf } from '../constants';
import { Edits, type FixContext, type FixPlan } from '../fixPlan';
import { insertBehind } from '../insertLayer';
import { configOf, hiddenLayers, layerCalls, type LayerCall } from '../layerCalls';
import { propertyOf } from '../objects';
import { usesOf, type LayerUse } from '../layerUses';
import { closeOf, removeItem } from '../lists';
import { unwrap, type Source } from '../source';
import { changeValue } from '../values';

/** Plans a net of `depth` hidden layers with weights. No edits where it has as many. */
export function setDepth(source: Source, depth: number, context: FixContext): FixPlan | undefined {
  const hidden = hiddenLayers(context);
  if (!Number.isInteger(depth) || depth < 1 || hidden.length === 0) return undefined;
  if (hidden.length === depth) return { title: '', edits: [] };
  const names = hidden.map(({ name }) => name);
  const calls = layerCalls(source, names, context);
  const repeated = calls?.filter(({ layers }) => layers.length > 1) ?? [];
  const [built] = repeated;
  if (built && repeated.length === 1) {
    return setLoop(source, built, depth - (hidden.length - built.layers.length));
  }
  return calls && repeated.length === 0
    ? setCopies(source, calls, depth - hidden.length)
    : undefined;
}

/** `for (let i = 0; i < DEPTH; i++) net.add(layer);`: one layer more or less for each turn. */
function setLoop(source: Source, { call, layers }: LayerCall, count: number): FixPlan | undefined {
  const loop = ts.findAncestor(call, ts.isForStatement);
  const condition = loop?.condition && unwrap(loop.condition);
  if (!condition || !ts.isBinaryExpression(condition) || count < 1) return undefined;
  const { operatorToken, right } = condition;
  const isLess = operatorToken.kind === ts.SyntaxKind.LessThanToken;
  if (!isLess && operatorToken.kind !== ts.SyntaxKind.LessThanEqualsToken) return undefined;
  const bound = constantOf(source, right)?.value;
  if (typeof bound !== 'number') return undefined;
  const edits = new Edits();
  const target = bound + (count - layers.length);
  changeValue(source, edits, right, String(target), (node) => node === right);
  return edits.plan(`${count} layers built in the loop`);
}

/** True for a layer whose output is as wide as its input: any number of them can follow one another. */
function canFollowItself({ layers: [layer] }: LayerCall): boolean {
  const shape = layer?.tensors.find(({ shape: { length } }) => length > 1)?.shape;
  return shape?.length === 2 && shape[0] === shape[1] && layer?.className === 'Dense';
}

/** Layers in a list, or each in an `add` of its own. */
function setCopies(source: Source, calls: readonly LayerCall[], more: number): FixPlan | undefined {
  const copied = calls.filter(canFollowItself);
  const last = copied.at(-1);
  if (!last || copied.length < -more) return undefined;
  const edits = new Edits();
  const removed = more < 0 ? copied.slice(more) : [last];
  for (const { call } of removed) {
    const config = configOf(source, call);
    // Two layers of one name are refused by tfjs.
    if (more > 0 && (!config || propertyOf(config, 'name'))) return undefined;
    const [use, ...others] = usesOf(source, call) ?? [];
    if (!use || others.length > 0) return undefined;
    if (more > 0) {
      if (!insertCopies(source, edits, use, more)) return undefined;
    } else if (use.kind === 'item') {
      const { owner } = use;
      const items = ts.isCallExpression(owner) ? owner.arguments : owner.elements;
      removeItem(source, edits, items, use.layer, closeOf(owner));
    } else if (use.kind === 'add') {
      edits.replace(use.statement.pos, use.statement.end, '');
    } else {
      return undefined;
    }
  }
  const layers = Math.abs(more) === 1 ? 'layer' : 'layers';
  return edits.plan(`${Math.abs(more)} ${more > 0 ? 'more' : 'fewer'} hidden ${layers}`);
}

/** Puts `count` copies of a layer behind it. False where that cannot be written. */
function insertCopies(source: Source, edits: Edits, use: LayerUse, count: number): boolean {
  const copies = Array<string>(count).fill(source.textOf(use.layer));
  if (use.kind === 'item') {
    const { owner } = use;
    const isOwnLine =
      source.lineOf(source.startOf(use.layer)) > source.lineOf(source.startOf(owner));
    const indent = source.newline + source.indentAt(source.startOf(use.layer));
    insertBehind(source, edits, use, copies.join(isOwnLine ? `,${indent}` : ', '));
    return true;
  }
  if (use.kind === 'add') {
    const { statement, call } = use;
    const end = source.textOf(statement).endsWith(';') ? ';' : '';
    const indent = source.indentAt(source.startOf(statement));
    const next = `)${end}${source.newline}${indent}${source.textOf(call.expression)}(`;
    insertBehind(source, edits, use, copies.join(next));
    return true;
  }
  if (use.kind !== 'apply' || count > 1) return false;
  insertBehind(source, edits, use, copies.join(''));
  return true;
}
