// Follows an expression to the literal it stands for: through constants of the file, properties of
// constant objects, defaults of parameters, and the hyperparameters of an experiment.
import ts from 'typescript';
import { propertyOf, valueOf } from './objects';
import { unwrap, type Source } from './source';

/** How far names are followed: a limit for what refers to itself. */
const MAX_DEPTH = 10;

/** A value that the source text states. */
export interface Constant {
  value: number | string | boolean;
  /** What to replace to change the value. */
  node: ts.Expression;
  /** The declarations passed on the way, so that other uses of them can be looked at. */
  via: readonly ts.NamedDeclaration[];
}

const ARITHMETIC: Partial<Record<ts.SyntaxKind, (a: number, b: number) => number>> = {
  [ts.SyntaxKind.PlusToken]: (a, b) => a + b,
  [ts.SyntaxKind.MinusToken]: (a, b) => a - b,
  [ts.SyntaxKind.AsteriskToken]: (a, b) => a * b,
  [ts.SyntaxKind.SlashToken]: (a, b) => a / b,
  [ts.SyntaxKind.AsteriskAsteriskToken]: (a, b) => a ** b,
};

/** Exports of an experiment module that are called with the hyperparameters. */
const EXPERIMENT_EXPORTS = new Set(['model', 'data', 'training']);

/** The value of an expression, where the text states it. */
export function constantOf(source: Source, expression: ts.Expression): Constant | undefined {
  return follow(source, expression, [], 0);
}

function follow(
  source: Source,
  expression: ts.Expression,
  via: readonly ts.NamedDeclaration[],
  depth: number,
): Constant | undefined {
  const node = unwrap(expression);
  if (depth > MAX_DEPTH) return undefined;
  if (ts.isNumericLiteral(node)) return { value: Number(node.text), node, via };
  if (ts.isStringLiteralLike(node)) return { value: node.text, node, via };
  if (node.kind === ts.SyntaxKind.TrueKeyword) return { value: true, node, via };
  if (node.kind === ts.SyntaxKind.FalseKeyword) return { value: false, node, via };
  if (ts.isPrefixUnaryExpression(node) || ts.isBinaryExpression(node)) {
    const value = numberOf(source, node, depth + 1);
    return value === undefined ? undefined : { value, node, via };
  }
  if (ts.isCallExpression(node) && isConversion(node)) {
    const [argument] = node.arguments;
    return argument && follow(source, argument, via, depth + 1);
  }
  if (ts.isIdentifier(node)) return followName(source, node, via, depth + 1);
  if (ts.isPropertyAccessExpression(node)) {
    const hyperparameter = isHyperparameters(source, node.expression)
      ? hyperparameterOf(source, node.name.text)
      : undefined;
    if (hyperparameter) return follow(source, hyperparameter, via, depth + 1);
    const object = objectOf(source, node.expression, depth + 1);
    const property = object && propertyOf(object, node.name.text);
    return property && follow(source, valueOf(property), via, depth + 1);
  }
  return undefined;
}

/** `Number(x)`, `String(x)`. */
function isConversion({ expression }: ts.CallExpression): boolean {
  return ts.isIdentifier(expression) && ['Number', 'String'].includes(expression.text);
}

function numberOf(source: Source, node: ts.Expression, depth: number): number | undefined {
  if (ts.isPrefixUnaryExpression(node)) {
    const value = follow(source, node.operand, [], depth)?.value;
    if (typeof value !== 'number') return undefined;
    return node.operator === ts.SyntaxKind.MinusToken ? -value : undefined;
  }
  if (!ts.isBinaryExpression(node)) return undefined;
  const operate = ARITHMETIC[node.operatorToken.kind];
  const left = follow(source, node.left, [], depth)?.value;
  const right = follow(source, node.right, [], depth)?.value;
  return operate && typeof left === 'number' && typeof right === 'number'
    ? operate(left, right)
    : undefined;
}

function followName(
  source: Source,
  name: ts.Identifier,
  via: readonly ts.NamedDeclaration[],
  depth: number,
): Constant | undefined {
  const declaration = source.declarationOf(name);
  if (!declaration) return undefined;
  if (ts.isVariableDeclaration(declaration)) {
    const { initializer } = declaration;
    if (!initializer || source.isReassigned(declaration)) return undefined;
    return follow(source, initializer, [...via, declaration], depth);
  }
  if (ts.isBindingElement(declaration)) {
    const property = declaration.propertyName ?? declaration.name;
    if (!ts.isIdentifier(property)) return undefined;
    const owner = declaration.parent.parent;
    if (ts.isParameter(owner) && isExperimentParameter(owner)) {
      const given = hyperparameterOf(source, property.text) ?? declaration.initializer;
      return given && follow(source, given, [...via, declaration], depth);
    }
    if (ts.isVariableDeclaration(owner) && owner.initializer) {
      const object = objectOf(source, owner.initializer, depth);
      const found = object && propertyOf(object, property.text);
      return found && follow(source, valueOf(found), [...via, declaration], depth);
    }
  }
  return undefined;
}

/** The object literal that an expression stands for. */
export function objectOf(
  source: Source,
  expression: ts.Expression,
  depth = 0,
): ts.ObjectLiteralExpression | undefined {
  const node = unwrap(expression);
  if (ts.isObjectLiteralExpression(node)) return node;
  if (depth > MAX_DEPTH) return undefined;
  if (ts.isIdentifier(node)) {
    const declaration = source.declarationOf(node);
    if (!declaration || !ts.isVariableDeclaration(declaration)) return undefined;
    if (!declaration.initializer || source.isReassigned(declaration)) return undefined;
    return objectOf(source, declaration.initializer, depth + 1);
  }
  if (ts.isPropertyAccessExpression(node)) {
    const owner = objectOf(source, node.expression, depth + 1);
    const property = owner && propertyOf(owner, node.name.text);
    return property && objectOf(source, valueOf(property), depth + 1);
  }
  return undefined;
}

/** The first parameter of an exported `model`, `data` or `training`. */
function isExperimentParameter(parameter: ts.ParameterDeclaration): boolean {
  const owner = parameter.parent;
  if (owner.parameters[0] !== parameter) return false;
  const name =
    ts.isFunctionDeclaration(owner) && owner.name
      ? owner.name
      : ts.isVariableDeclaration(owner.parent)
        ? owner.parent.name
        : undefined;
  return name !== undefined && ts.isIdentifier(name) && EXPERIMENT_EXPORTS.has(name.text);
}

function isHyperparameters(source: Source, expression: ts.Expression): boolean {
  const node = unwrap(expression);
  if (!ts.isIdentifier(node)) return false;
  const declaration = source.declarationOf(node);
  return (
    declaration !== undefined && ts.isParameter(declaration) && isExperimentParameter(declaration)
  );
}

/** The default of a hyperparameter, in the export of that name. */
export function hyperparameterOf(source: Source, name: string): ts.Expression | undefined {
  const declared = exportedVariable(source, 'hyperparameters');
  const object = declared && objectOf(source, declared);
  const property = object && propertyOf(object, name);
  if (!property) return undefined;
  const value = unwrap(valueOf(property));
  if (!ts.isObjectLiteralExpression(value)) return value;
  const standard = propertyOf(value, 'default');
  return standard && valueOf(standard);
}

/** The value of `export const name = …` or `exports.name = …`. */
export function exportedVariable(source: Source, name: string): ts.Expression | undefined {
  for (const statement of source.tree.statements) {
    if (ts.isVariableStatement(statement)) {
      for (const { name: declared, initializer } of statement.declarationList.declarations) {
        if (ts.isIdentifier(declared) && declared.text === name && initializer) return initializer;
      }
    } else if (ts.isExpressionStatement(statement) && ts.isBinaryExpression(statement.expression)) {
      const { left, right } = statement.expression;
      if (ts.isPropertyAccessExpression(left) && left.name.text === name) {
        const owner = source.textOf(left.expression);
        if (owner === 'exports' || owner === 'module.exports') return right;
      }
    } else if (ts.isExportAssignment(statement) && !statement.isExportEquals) {
      const object = objectOf(source, statement.expression);
      const property = object && propertyOf(object, name);
      if (property) return valueOf(property);
    }
  }
  return undefined;
}

/** A number as a person writes it: `0.001`, `1e-7`; three digits or as many as are asked for. */
export function numberText(value: number, digits = 3): string {
  return String(Number(value.toPrecision(digits)));
}
