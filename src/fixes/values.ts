// Changes the value of a setting where it is stated: in its place, in a constant that nothing else
// uses, or in the arguments that a helper function is called with.
import ts from 'typescript';
import { constantOf } from './constants';
import type { Edits } from './fixPlan';
import type { Source } from './source';

/** Tells whether a place of the source belongs to what is to be changed. */
export type Within = (node: ts.Node) => boolean;

/** A test for being inside one of these nodes. */
export function within(nodes: readonly ts.Node[]): Within {
  return (node) => nodes.some((outer) => node.pos >= outer.pos && node.end <= outer.end);
}

/** Writes `text` where `expression` stands; `{ rate }` becomes `{ rate: text }`. */
export function writeOver(
  source: Source,
  edits: Edits,
  expression: ts.Expression,
  text: string,
): void {
  if (ts.isShorthandPropertyAssignment(expression.parent)) {
    edits.insert(expression.end, `: ${text}`);
  } else {
    edits.replace(source.startOf(expression), expression.end, text);
  }
}

/** All names and members of the file that stand for the constant at `node`. */
function usersOf(source: Source, node: ts.Expression): ts.Expression[] {
  const isName = (other: ts.Node): other is ts.Identifier | ts.PropertyAccessExpression =>
    ts.isPropertyAccessExpression(other) ||
    (ts.isIdentifier(other) &&
      !isDeclaredName(other) &&
      !ts.isPropertyAccessExpression(other.parent));
  return source.all(isName).filter((other) => constantOf(source, other)?.node === node);
}

/** A name that declares or labels something, and stands for nothing itself. */
function isDeclaredName(name: ts.Identifier): boolean {
  const { parent } = name;
  return (
    (ts.isVariableDeclaration(parent) && parent.name === name) ||
    (ts.isPropertyAssignment(parent) && parent.name === name) ||
    ts.isBindingElement(parent) ||
    ts.isParameter(parent)
  );
}

/**
 * Gives what `expression` stands for another value. A constant is changed where it is declared, if
 * all its uses are `within` what is to be changed; else the expression makes way for the value.
 */
export function changeValue(
  source: Source,
  edits: Edits,
  expression: ts.Expression,
  text: string,
  isWithin: Within,
): void {
  const constant = constantOf(source, expression);
  if (constant && constant.node !== expression && usersOf(source, constant.node).every(isWithin)) {
    edits.replace(source.startOf(constant.node), constant.node.end, text);
  } else {
    writeOver(source, edits, expression, text);
  }
}

/** The function whose parameter `expression` is, and where its value comes from at each call. */
export interface Passed {
  /** Per call: what is handed over; undefined where the default serves. */
  given: readonly (ts.Expression | undefined)[];
  standard: ts.Expression | undefined;
  /** Declared type of the parameter. */
  type: ts.TypeNode | undefined;
}

/** What a helper function's calls hand over as the parameter that `expression` names. */
export function passedAs(source: Source, expression: ts.Expression): Passed | undefined {
  if (!ts.isIdentifier(expression)) return undefined;
  const parameter = source.declarationOf(expression);
  if (!parameter || !ts.isParameter(parameter) || source.isReassigned(parameter)) return undefined;
  const owner = parameter.parent;
  const declaration = ts.isFunctionDeclaration(owner) ? owner : owner.parent;
  if (!ts.isFunctionDeclaration(declaration) && !ts.isVariableDeclaration(declaration)) {
    return undefined;
  }
  const index = owner.parameters.indexOf(parameter);
  const given: (ts.Expression | undefined)[] = [];
  for (const { parent: call } of source.referencesTo(declaration)) {
    if (!ts.isCallExpression(call) || call.arguments.some(ts.isSpreadElement)) return undefined;
    given.push(call.arguments[index]);
  }
  return given.length > 0
    ? { given, standard: parameter.initializer, type: parameter.type }
    : undefined;
}

/** False for a type that lists the strings it takes, and `value` is none of them. */
function accepts(source: Source, type: ts.TypeNode | undefined, value: string): boolean {
  if (!type) return true;
  if (ts.isUnionTypeNode(type)) return type.types.some((one) => accepts(source, one, value));
  if (ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName)) {
    const alias = source.declarationOf(type.typeName);
    return !alias || !ts.isTypeAliasDeclaration(alias) || accepts(source, alias.type, value);
  }
  if (!ts.isLiteralTypeNode(type)) return type.kind !== ts.SyntaxKind.UndefinedKeyword;
  return ts.isStringLiteral(type.literal) && type.literal.text === value;
}

/**
 * Changes a value that is handed to a helper from `from` to `to` in every call that hands over
 * `from`. False where what a call hands over is not stated in the text.
 */
export function changePassed(
  source: Source,
  edits: Edits,
  { given, standard, type }: Passed,
  from: string,
  to: string,
): boolean {
  if (!accepts(source, type, to)) return false;
  const places = given.map((value) => value ?? standard);
  const constants = places.map((place) => place && constantOf(source, place));
  if (constants.some((constant) => constant === undefined)) return false;
  let isChanged = false;
  places.forEach((place, i) => {
    if (!place || constants[i]?.value !== from) return;
    changeValue(source, edits, place, source.quoted(to), (node) =>
      places.some((other) => other === node),
    );
    isChanged = true;
  });
  return isChanged;
}
