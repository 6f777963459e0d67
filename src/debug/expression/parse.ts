// Reads an expression: a recursive descent over its tokens, with JavaScript's precedences.
import { ExpressionError } from './expressionError';
import { tokensOf, type Token } from './tokens';

export type BinaryOperator =
  '||' | '&&' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/' | '%' | '**';

/** An expression, read. `at` is where it stands in the text, from 0. */
export type Expression =
  | { type: 'literal'; value: number | string; at: number }
  | { type: 'name'; name: string; at: number }
  | { type: 'member'; of: Expression; name: string; at: number }
  | { type: 'index'; of: Expression; index: Expression; at: number }
  | { type: 'call'; name: string; arguments: Expression[]; at: number }
  | { type: 'unary'; operator: '-' | '!'; operand: Expression; at: number }
  | {
      type: 'binary';
      operator: BinaryOperator;
      left: Expression;
      right: Expression;
      at: number;
    };

/** Weakest first; `**` and the unary ones bind stronger. */
const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!=', '===', '!=='],
  ['<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
];
/** Nesting at most, so that no text exhausts the stack. */
const MAX_DEPTH = 60;

/** Reads `text`; throws ExpressionError where it is no expression. */
export function parse(text: string): Expression {
  return new Parser(tokensOf(text)).whole();
}

class Parser {
  private next = 0;
  private depth = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  whole(): Expression {
    const expression = this.binary(0);
    const { token } = this;
    if (token.type !== 'end') throw unexpected(token, 'an operator or the end');
    return expression;
  }

  private get token(): Token {
    return this.tokens[this.next] ?? { type: 'end', at: 0 };
  }

  /** Takes the token where it is one of these operators. */
  private take(...operators: readonly string[]): (Token & { type: 'operator' }) | undefined {
    const { token } = this;
    if (token.type !== 'operator' || !operators.includes(token.text)) return undefined;
    this.next++;
    return token;
  }

  private expect(operator: string): void {
    if (!this.take(operator)) throw unexpected(this.token, `\`${operator}\``);
  }

  private nested<T>(read: () => T): T {
    if (++this.depth > MAX_DEPTH) {
      throw new ExpressionError('too-large', 'The expression is nested too deeply.', this.token.at);
    }
    const value = read();
    this.depth--;
    return value;
  }

  private binary(level: number): Expression {
    const operators = LEVELS[level];
    if (!operators) return this.nested(() => this.unary());
    let left = this.binary(level + 1);
    for (;;) {
      const taken = this.take(...operators);
      if (!taken) return left;
      const operator = taken.text.replace(/^([=!])==$/, '$1=') as BinaryOperator;
      const right = this.binary(level + 1);
      left = { type: 'binary', operator, left, right, at: taken.at };
    }
  }

  private unary(): Expression {
    const sign = this.take('-', '!', '+');
    if (!sign) return this.power();
    const operand = this.nested(() => this.unary());
    if (sign.text === '+') return operand;
    return { type: 'unary', operator: sign.text === '-' ? '-' : '!', operand, at: sign.at };
  }

  private power(): Expression {
    const base = this.postfix();
    const taken = this.take('**');
    if (!taken) return base;
    const right = this.nested(() => this.unary());
    return { type: 'binary', operator: '**', left: base, right, at: taken.at };
  }

  private postfix(): Expression {
    let expression = this.primary();
    for (;;) {
      const dot = this.take('.');
      if (dot) {
        const { token } = this;
        if (token.type !== 'name') throw unexpected(token, 'a name after the dot');
        this.next++;
        expression = { type: 'member', of: expression, name: token.text, at: token.at };
        continue;
      }
      const bracket = this.take('[');
      if (!bracket) return expression;
      const index = this.nested(() => this.binary(0));
      this.expect(']');
      expression = { type: 'index', of: expression, index, at: bracket.at };
    }
  }

  private primary(): Expression {
    const { token } = this;
    if (token.type === 'number' || token.type === 'string') {
      this.next++;
      return { type: 'literal', value: token.value, at: token.at };
    }
    if (token.type === 'name') {
      this.next++;
      if (!this.take('(')) return { type: 'name', name: token.text, at: token.at };
      return { type: 'call', name: token.text, arguments: this.list(), at: token.at };
    }
    if (this.take('(')) {
      const inner = this.nested(() => this.binary(0));
      this.expect(')');
      return inner;
    }
    throw unexpected(token, 'a number, a name or `(`');
  }

  /** The arguments of a call, with the closing parenthesis. */
  private list(): Expression[] {
    const items: Expression[] = [];
    if (this.take(')')) return items;
    do items.push(this.nested(() => this.binary(0)));
    while (this.take(','));
    this.expect(')');
    return items;
  }
}

function unexpected(token: Token, wanted: string): ExpressionError {
  if (token.type === 'end') {
    return new ExpressionError('syntax', `The expression ends where ${wanted} belongs.`, token.at);
  }
  if (token.type === 'operator' && token.text === '=') {
    const message = 'One `=` sets nothing in an expression: compare with `==`.';
    return new ExpressionError('syntax', message, token.at);
  }
  const text = token.type === 'name' || token.type === 'operator' ? token.text : token.value;
  const place = `at character ${token.at + 1}`;
  const message = `\`${text}\` stands where ${wanted} belongs (${place}).`;
  return new ExpressionError('syntax', message, token.at);
}
