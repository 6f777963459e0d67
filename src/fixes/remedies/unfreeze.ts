// Lets frozen layers learn again: takes away `trainable: false`.
import ts from 'typescript';
import type { Remedy } from '../../shared/core/finding';
import { constantOf } from '../constants';
import { Edits, type FixPlan } from '../fixPlan';
import { factoryOf } from '../layerCalls';
import { propertyOf, removeProperty, valueOf } from '../objects';
import type { Source } from '../source';

/** `layer.trainable = false` as a statement. */
function freezes(node: ts.Node): node is ts.BinaryExpression {
  return (
    ts.isBinaryExpression(node) &&
    node.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
    ts.isPropertyAccessExpression(node.left) &&
    node.left.name.text === 'trainable' &&
    node.right.kind === ts.SyntaxKind.FalseKeyword
  );
}

/**
 * Plans `unfreeze`. A frozen layer has no step records, and so no place that a run could name: its
 * name in the source tells which it is, else the only place that freezes anything.
 */
export function unfreeze(source: Source, remedy: Remedy): FixPlan | undefined {
  const names = remedy.layers ?? [];
  const configs = source
    .all(ts.isObjectLiteralExpression)
    .filter((object) => isLayerConfig(source, object));
  const named = configs.filter((config) =>
    names.includes(String(constant(source, config, 'name'))),
  );
  const isFrozen = (config: ts.ObjectLiteralExpression): boolean =>
    constant(source, config, 'trainable') === false;
  const edits = new Edits();
  if (named.length > 0) {
    for (const config of named.filter(isFrozen)) {
      removeProperty(source, edits, config, 'trainable');
    }
  } else {
    const frozen = configs.filter(isFrozen);
    const assignments = source.all(freezes);
    if (frozen.length + assignments.length !== 1) return undefined;
    for (const config of frozen) removeProperty(source, edits, config, 'trainable');
    for (const { right } of assignments) edits.replace(source.startOf(right), right.end, 'true');
  }
  const [only = ''] = names;
  return edits.plan(names.length === 1 ? `Let layer ${only} learn` : 'Let the frozen layers learn');
}

function constant(
  source: Source,
  config: ts.ObjectLiteralExpression,
  name: string,
): number | string | boolean | undefined {
  const property = propertyOf(config, name);
  return property && constantOf(source, valueOf(property))?.value;
}

function isLayerConfig(source: Source, object: ts.ObjectLiteralExpression): boolean {
  return ts.isCallExpression(object.parent) && factoryOf(source, object.parent) !== undefined;
}
