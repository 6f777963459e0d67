// Reads and edits object literals: the configurations of layers, of `compile`, of a training.
import ts from 'typescript';
import type { Edits } from './fixPlan';
import { closeOf, insertAfter, removeItem } from './lists';
import type { Source } from './source';

/** A property with a value: `name: value` or `name`. */
export type ValueProperty = ts.PropertyAssignment | ts.ShorthandPropertyAssignment;

function nameOf(property: ts.ObjectLiteralElementLike): string | undefined {
  const { name } = property;
  if (!name) return undefined;
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) ? name.text : undefined;
}

/** The property of that name; the last one counts, as it does when the program runs. */
export function propertyOf(
  object: ts.ObjectLiteralExpression,
  name: string,
): ValueProperty | undefined {
  return object.properties.findLast(
    (property): property is ValueProperty =>
      nameOf(property) === name &&
      (ts.isPropertyAssignment(property) || ts.isShorthandPropertyAssignment(property)),
  );
}

/** The value of a property, or the name that a shorthand refers to. */
export function valueOf(property: ValueProperty): ts.Expression {
  return ts.isPropertyAssignment(property) ? property.initializer : property.name;
}

/** Gives a property a value, in its place or as the last one. */
export function setProperty(
  source: Source,
  edits: Edits,
  object: ts.ObjectLiteralExpression,
  name: string,
  value: string,
): void {
  const property = propertyOf(object, name);
  const last = object.properties.at(-1);
  if (property && ts.isShorthandPropertyAssignment(property)) {
    edits.insert(property.end, `: ${value}`);
  } else if (property) {
    const { initializer } = property;
    if (source.textOf(initializer) === value) return;
    edits.replace(source.startOf(initializer), initializer.end, value);
  } else if (last) {
    const text = `${name}: ${value}`;
    insertAfter(source, edits, object.properties, last, text, closeOf(object));
  } else {
    edits.replace(source.startOf(object), object.end, `{ ${name}: ${value} }`);
  }
}

/** Takes a property away; nothing happens where there is none. */
export function removeProperty(
  source: Source,
  edits: Edits,
  object: ts.ObjectLiteralExpression,
  name: string,
): void {
  const property = propertyOf(object, name);
  if (property) removeItem(source, edits, object.properties, property, closeOf(object));
}
