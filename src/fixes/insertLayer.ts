// Puts a layer behind others: `tf.layers.batchNormalization()` after each of these layers.
import ts from 'typescript';
import type { Edits, FixContext } from './fixPlan';
import { factoryOf, layerCalls, outputNames } from './layerCalls';
import { nextLayer, usesOfLayers, type LayerUse } from './layerUses';
import { closeOf, insertAfter } from './lists';
import type { Source } from './source';
import { tfReference } from './tfReference';

/** A layer to insert. */
export interface NewLayer {
  /** Name of its factory: `dropout`. */
  factory: string;
  /** Its configuration as text; empty for none. */
  config: string;
}

/**
 * Puts a new layer behind each layer of these names, and gives the names of those that got one: a
 * loop builds more than are named. Undefined where that cannot be done.
 */
export function insertLayers(
  source: Source,
  edits: Edits,
  names: readonly string[],
  context: FixContext,
  { factory, config }: NewLayer,
): string[] | undefined {
  const wanted = new Set(names);
  const done: string[] = [];
  const calls = layerCalls(source, names, context);
  if (!calls) return undefined;
  for (const layerCall of calls) {
    const found = usesOfLayers(source, layerCall, wanted, outputNames(context));
    if (!found) return undefined;
    done.push(...found.names);
    for (const use of found.uses) {
      const next = nextLayer(source, use);
      // Done already, by hand or by this fix.
      if (next && factoryOf(source, next) === factory) return undefined;
      const reference = tfReference(source, edits, layerCall.call.expression, ['layers', factory]);
      if (reference === undefined) return undefined;
      insertBehind(source, edits, use, `${reference}(${config})`);
    }
  }
  return done;
}

/** Puts the text of a layer behind one use. */
export function insertBehind(source: Source, edits: Edits, use: LayerUse, layer: string): void {
  switch (use.kind) {
    case 'add':
      insertStatement(source, edits, use, layer);
      break;
    case 'item': {
      const { owner } = use;
      const items = ts.isCallExpression(owner) ? owner.arguments : owner.elements;
      insertAfter(source, edits, items, use.layer, layer, closeOf(owner));
      break;
    }
    case 'apply':
      edits.insert(source.startOf(use.call), `${layer}.apply(`);
      edits.insert(use.call.end, ')');
      break;
    case 'map': {
      const { method } = use;
      edits.replace(source.startOf(method), method.end, 'flatMap');
      edits.insert(source.startOf(use.layer), '[');
      edits.insert(use.layer.end, `, ${layer}]`);
    }
  }
}

function insertStatement(
  source: Source,
  edits: Edits,
  { statement, call }: Extract<LayerUse, { kind: 'add' }>,
  layer: string,
): void {
  const start = source.startOf(statement);
  const indent = source.indentAt(start);
  const end = source.textOf(statement).endsWith(';') ? ';' : '';
  const added = `${source.textOf(call.expression)}(${layer})${end}`;
  const { parent } = statement;
  if (ts.isBlock(parent) || ts.isSourceFile(parent)) {
    // Behind a comment about the layer, where one ends its line.
    const comments = ts.getTrailingCommentRanges(source.text, statement.end) ?? [];
    const at = comments.at(-1)?.end ?? statement.end;
    edits.insert(at, source.newline + indent + added);
    return;
  }
  // The body of `for (…) net.add(…);` becomes a block.
  const inner = source.newline + indent + source.indentUnit;
  const isOwnLine = source.lineOf(start) !== source.lineOf(source.startOf(parent));
  if (isOwnLine) {
    const outer = source.newline + source.indentAt(source.startOf(parent));
    // Behind the `)`: a comment may follow it.
    edits.insert(statement.pos, ' {');
    edits.insert(statement.end, `${source.newline}${indent}${added}${outer}}`);
  } else {
    edits.insert(start, `{${inner}`);
    edits.insert(statement.end, `${inner}${added}${source.newline}${indent}}`);
  }
}
