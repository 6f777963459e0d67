// Computes an expression over the names of one step. Nothing is called but the table of functions and
// nothing is looked up but those names: the text comes from a user, or from a shared workspace.
import { similarName } from '../../shared/core/similarName';
import { ExpressionError } from './expressionError';
import { FUNCTION_NAMES, functionNamed } from './functions';
import { parse, type BinaryOperator, type Expression } from './parse';
import { List, Thing, type Value } from './values';

/** The names that an expression may use. */
export interface Names {
  /** For "did you mean" and completion. */
  readonly names: readonly string[];
  has(name: string): boolean;
  get(name: string): Value;
}

const CONSTANTS: Readonly<Record<string, Value>> = {
  true: true,
  false: false,
  NaN,
  Infinity,
  undefined,
};
/** Names listed in a message at most. */
const MAX_LISTED = 12;

/** The value of `expression`, given as text or read already. Throws ExpressionError. */
export function evaluate(expression: string | Expression, names: Names): Value {
  return valueOf(typeof expression === 'string' ? parse(expression) : expression, names);
}

/** True where the expression holds; a comparison with what is undefined does not. */
export function holds(expression: Expression, names: Names): boolean {
  return isTrue(valueOf(expression, names), expression.at);
}

function valueOf(node: Expression, names: Names): Value {
  switch (node.type) {
    case 'literal':
      return node.value;
    case 'name':
      return named(node.name, node.at, names);
    case 'member':
      return memberOf(valueOf(node.of, names), node.name, node.at);
    case 'index':
      return indexOf(valueOf(node.of, names), valueOf(node.index, names), node.at);
    case 'call':
      return called(node, names);
    case 'unary': {
      const operand = valueOf(node.operand, names);
      if (node.operator === '!') return !isTrue(operand, node.at);
      return broadcast('-', 0, operand, node.at);
    }
    case 'binary':
      if (node.operator === '&&' || node.operator === '||') {
        const left = isTrue(valueOf(node.left, names), node.at);
        if (left === (node.operator === '||')) return left;
        return isTrue(valueOf(node.right, names), node.at);
      }
      return broadcast(
        node.operator,
        valueOf(node.left, names),
        valueOf(node.right, names),
        node.at,
      );
  }
}

function named(name: string, at: number, names: Names): Value {
  if (names.has(name)) return names.get(name);
  if (Object.hasOwn(CONSTANTS, name)) return CONSTANTS[name];
  throw unknown(`There is no \`${name}\``, name, names.names, at);
}

function called(node: Expression & { type: 'call' }, names: Names): Value {
  const run = functionNamed(node.name);
  if (!run)
    throw unknown(`There is no function \`${node.name}\``, node.name, FUNCTION_NAMES, node.at);
  const values = node.arguments.map((argument) => valueOf(argument, names));
  if (values.length === 0) {
    const message = `\`${node.name}()\` needs something between its parentheses.`;
    throw new ExpressionError('wrong-type', message, node.at);
  }
  return run(values, node.at);
}

function memberOf(value: Value, name: string, at: number): Value {
  if (value === undefined) return undefined;
  if (value instanceof List) {
    return new List(
      value.items.map((item) => memberOf(item, name, at)),
      value.names,
    );
  }
  if (value instanceof Thing) {
    if (value.has(name)) return value.get(name);
    throw unknown(`The ${value.what} has no \`${name}\``, name, value.names, at);
  }
  const message = `\`${String(value)}\` is a plain ${typeof value} and has no \`${name}\`.`;
  throw new ExpressionError('wrong-type', message, at);
}

function indexOf(value: Value, index: Value, at: number): Value {
  if (value === undefined || index === undefined) return undefined;
  if (typeof index === 'string' && value instanceof List) {
    const place = value.names.indexOf(index);
    if (place >= 0) return value.items[place];
    throw unknown(`There is no "${index}"`, index, value.names, at);
  }
  if (typeof index === 'string') return memberOf(value, index, at);
  if (typeof index === 'number' && value instanceof List) {
    return value.items.at(Number.isInteger(index) ? index : NaN);
  }
  const message = 'In brackets stands a name in quotes, or the number of an item of a list.';
  throw new ExpressionError('wrong-type', message, at);
}

/** An operator, item by item where one side is a list. */
function broadcast(operator: BinaryOperator, left: Value, right: Value, at: number): Value {
  if (left instanceof List) {
    return new List(
      left.items.map((item, i) =>
        broadcast(operator, item, right instanceof List ? right.items[i] : right, at),
      ),
      left.names,
    );
  }
  if (right instanceof List) {
    return new List(
      right.items.map((item) => broadcast(operator, left, item, at)),
      right.names,
    );
  }
  return computed(operator, left, right, at);
}

const COMPARISONS: readonly string[] = ['==', '!=', '<', '<=', '>', '>='];

function computed(operator: BinaryOperator, left: Value, right: Value, at: number): Value {
  if (left === undefined || right === undefined) {
    return COMPARISONS.includes(operator) ? false : undefined;
  }
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  if (typeof left === 'string' && typeof right === 'string' && operator === '+')
    return left + right;
  const a = numeric(left, at);
  const b = numeric(right, at);
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    case '**':
      return a ** b;
    case '&&':
    case '||':
      return undefined;
  }
}

function numeric(value: Value, at: number): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  const [what, numbers] =
    value instanceof Thing
      ? [`the ${value.what}`, value.names.slice(0, MAX_LISTED).join(', ')]
      : [`"${textFor(value)}"`, ''];
  const hint = numbers ? ` Name one of its numbers: ${numbers}.` : '';
  throw new ExpressionError('wrong-type', `A number is needed, and ${what} is none.${hint}`, at);
}

const textFor = (value: Value): string => (typeof value === 'string' ? value : '');

function isTrue(value: Value, at: number): boolean {
  if (value instanceof List) {
    const message = 'This is a list, one value per item: say any(…) or all(…) of it.';
    throw new ExpressionError('wrong-type', message, at);
  }
  return Boolean(value);
}

function unknown(
  said: string,
  name: string,
  names: readonly string[],
  at: number,
): ExpressionError {
  const similar = similarName(name, names);
  const listed = names.slice(0, MAX_LISTED).join(', ') + (names.length > MAX_LISTED ? ', …' : '');
  const hint = similar === undefined ? `There are: ${listed}.` : `Did you mean \`${similar}\`?`;
  return new ExpressionError('unknown-name', `${said}. ${hint}`, at);
}
