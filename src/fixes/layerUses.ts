// Where the value of a layer call goes: into `net.add(…)`, a list of layers, `.apply(x)`; through
// variables and helper functions. What is inserted after a layer, is inserted there.
import ts from 'typescript';
import type { LayerCall } from './layerCalls';
import { wrapped, type Source } from './source';

const MAX_DEPTH = 6;

/** One place where a layer joins a model. */
export type LayerUse =
  /** `net.add(layer);` */
  | { kind: 'add'; layer: ts.Expression; call: ts.CallExpression; statement: ts.Statement }
  /** An element of a list, or an argument of its `push`. */
  | { kind: 'item'; layer: ts.Expression; owner: ts.ArrayLiteralExpression | ts.CallExpression }
  /** `layer.apply(x)` */
  | { kind: 'apply'; layer: ts.Expression; call: ts.CallExpression }
  /** `sizes.map((units) => layer)` */
  | { kind: 'map'; layer: ts.Expression; method: ts.MemberName };

/** All places where the value of `expression` joins a model; undefined where one is not understood. */
export function usesOf(
  source: Source,
  expression: ts.Expression,
  depth = 0,
): LayerUse[] | undefined {
  const layer = wrapped(expression);
  const { parent } = layer;
  if (depth > MAX_DEPTH) return undefined;
  if (ts.isPropertyAccessExpression(parent) && parent.expression === layer) {
    const call = parent.parent;
    const isApplied = parent.name.text === 'apply' && ts.isCallExpression(call);
    return isApplied && call.expression === parent ? [{ kind: 'apply', layer, call }] : undefined;
  }
  if (ts.isCallExpression(parent)) return usesInCall(layer, parent);
  if (ts.isArrayLiteralExpression(parent)) return [{ kind: 'item', layer, owner: parent }];
  if (ts.isVariableDeclaration(parent)) return usesOfName(source, parent, depth);
  if (ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === layer)) {
    return usesOfFunction(source, layer, depth);
  }
  return undefined;
}

function usesInCall(layer: ts.Expression, call: ts.CallExpression): LayerUse[] | undefined {
  const { expression: callee, parent } = call;
  if (!ts.isPropertyAccessExpression(callee) || call.expression === layer) return undefined;
  if (callee.name.text === 'push') return [{ kind: 'item', layer, owner: call }];
  if (callee.name.text !== 'add' || !ts.isExpressionStatement(parent)) return undefined;
  return [{ kind: 'add', layer, call, statement: parent }];
}

/** Those of a variable that holds a layer. */
function usesOfName(
  source: Source,
  declaration: ts.VariableDeclaration,
  depth: number,
): LayerUse[] | undefined {
  if (!ts.isIdentifier(declaration.name) || source.isReassigned(declaration)) return undefined;
  const uses: LayerUse[] = [];
  for (const reference of source.referencesTo(declaration)) {
    // `layer.name`, `layer.trainable = …`: no place where it joins a model.
    if (isOtherMember(reference)) continue;
    const found = usesOf(source, reference, depth + 1);
    if (!found) return undefined;
    uses.push(...found);
  }
  // A layer that is used twice shares its weights: what follows it there is for the user to decide.
  return uses.length === 1 ? uses : undefined;
}

function isOtherMember({ parent }: ts.Identifier): boolean {
  return ts.isPropertyAccessExpression(parent) && parent.name.text !== 'apply';
}

/** Those of the calls of a function that returns the layer. */
function usesOfFunction(
  source: Source,
  layer: ts.Expression,
  depth: number,
): LayerUse[] | undefined {
  const owner = ts.findAncestor(layer, ts.isFunctionLike);
  if (!owner) return undefined;
  const { parent } = owner;
  if (ts.isArrowFunction(owner) && owner.body === layer && ts.isCallExpression(parent)) {
    const { expression: callee } = parent;
    const isMap = ts.isPropertyAccessExpression(callee) && callee.name.text === 'map';
    return isMap ? [{ kind: 'map', layer, method: callee.name }] : undefined;
  }
  const declaration = ts.isVariableDeclaration(parent) ? parent : owner;
  if (!ts.isVariableDeclaration(declaration) && !ts.isFunctionDeclaration(declaration)) {
    return undefined;
  }
  const uses: LayerUse[] = [];
  for (const reference of source.referencesTo(declaration)) {
    const call = reference.parent;
    if (!ts.isCallExpression(call) || call.expression !== reference) return undefined;
    const found = usesOf(source, call, depth + 1);
    if (!found) return undefined;
    uses.push(...found);
  }
  return uses.length > 0 ? uses : undefined;
}

/** Uses of a layer call, and the layers that stand there. */
export interface SomeUses {
  uses: readonly LayerUse[];
  names: readonly string[];
}

/**
 * The uses of those layers of a call that `wanted` names. Where each use stands for one layer, in the
 * order of the text, they are told apart; a loop is taken as a whole, unless it builds a layer of
 * `spared` too: then undefined.
 */
export function usesOfLayers(
  source: Source,
  { call, layers }: LayerCall,
  wanted: ReadonlySet<string>,
  spared: ReadonlySet<string>,
): SomeUses | undefined {
  const uses = usesOf(source, call);
  if (!uses) return undefined;
  const names = layers.map(({ name }) => name);
  if (uses.length === names.length) {
    const inOrder = [...uses].sort((a, b) => a.layer.pos - b.layer.pos);
    const isWanted = (_: unknown, i: number): boolean => wanted.has(names[i] ?? '');
    return { uses: inOrder.filter(isWanted), names: names.filter(isWanted) };
  }
  const isClear = names.every((name) => wanted.has(name) || !spared.has(name));
  return isClear ? { uses, names } : undefined;
}

/** The layer that stands directly behind a use in the model; undefined where none does. */
export function nextLayer(source: Source, use: LayerUse): ts.CallExpression | undefined {
  const asCall = (node: ts.Node | undefined): ts.CallExpression | undefined =>
    node && ts.isCallExpression(node) ? node : undefined;
  switch (use.kind) {
    case 'add': {
      const next = statementAfter(use.statement);
      const added = next && ts.isExpressionStatement(next) ? asCall(next.expression) : undefined;
      const isSame =
        added && source.textOf(added.expression) === source.textOf(use.call.expression);
      return isSame ? asCall(added.arguments[0]) : undefined;
    }
    case 'item': {
      const { owner } = use;
      const items = ts.isCallExpression(owner) ? owner.arguments : owner.elements;
      return asCall(items[items.indexOf(use.layer) + 1]);
    }
    case 'apply':
      return appliedTo(wrapped(use.call)) ?? appliedNext(use.call);
    case 'map':
      return undefined;
  }
}

function statementAfter(statement: ts.Statement): ts.Statement | undefined {
  const { parent } = statement;
  if (!ts.isBlock(parent) && !ts.isSourceFile(parent)) return undefined;
  return parent.statements[parent.statements.indexOf(statement) + 1];
}

/** `outer` of `outer.apply(value)`. */
function appliedTo(value: ts.Expression): ts.CallExpression | undefined {
  const { parent } = value;
  if (!ts.isCallExpression(parent) || parent.arguments[0] !== value) return undefined;
  const { expression: callee } = parent;
  if (!ts.isPropertyAccessExpression(callee) || callee.name.text !== 'apply') return undefined;
  return ts.isCallExpression(callee.expression) ? callee.expression : undefined;
}

/** `outer` of `x = layer.apply(x); x = outer.apply(x);`. */
function appliedNext(call: ts.CallExpression): ts.CallExpression | undefined {
  const statement = ts.findAncestor(call, ts.isStatement);
  const next = statement && statementAfter(statement);
  let found: ts.CallExpression | undefined;
  const visit = (node: ts.Node): void => {
    if (found || ts.isFunctionLike(node)) return;
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { name, expression } = node.expression;
      if (name.text === 'apply' && ts.isCallExpression(expression)) found = expression;
    }
    ts.forEachChild(node, visit);
  };
  if (next && !ts.isBlock(next)) visit(next);
  return found;
}
