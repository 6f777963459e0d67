// A parsed source: its syntax tree, what its names refer to, and the style that edits keep to.
// TypeScript's own binder resolves the names, over this one file: imports stay unresolved.
import ts from 'typescript';
import { isTfjs } from '../model/packages';
import type { SourceText } from './fixPlan';

const KINDS: Record<string, ts.ScriptKind> = {
  ts: ts.ScriptKind.TS,
  mts: ts.ScriptKind.TS,
  cts: ts.ScriptKind.TS,
  tsx: ts.ScriptKind.TSX,
};

const OPTIONS: ts.CompilerOptions = {
  allowJs: true,
  noLib: true,
  noResolve: true,
  target: ts.ScriptTarget.Latest,
  module: ts.ModuleKind.ESNext,
  jsx: ts.JsxEmit.Preserve,
};

/** Without parentheses, casts and `await`, which do not change which value is meant. */
export function unwrap(node: ts.Expression): ts.Expression {
  let at = node;
  while (
    ts.isParenthesizedExpression(at) ||
    ts.isAsExpression(at) ||
    ts.isSatisfiesExpression(at) ||
    ts.isNonNullExpression(at) ||
    ts.isTypeAssertionExpression(at) ||
    ts.isAwaitExpression(at)
  ) {
    at = at.expression;
  }
  return at;
}

/** The outermost node that is `node` in parentheses or casts. */
export function wrapped(node: ts.Expression): ts.Expression {
  let at = node;
  for (;;) {
    const { parent } = at;
    if (
      ts.isParenthesizedExpression(parent) ||
      ts.isAsExpression(parent) ||
      ts.isSatisfiesExpression(parent) ||
      ts.isNonNullExpression(parent) ||
      ts.isTypeAssertionExpression(parent)
    ) {
      at = parent;
    } else {
      return at;
    }
  }
}

/** True for a specifier of tfjs, in a browser or in Node. */
function isTensorFlow(specifier: string): boolean {
  return isTfjs(specifier) || specifier.startsWith('@tensorflow/tfjs-node');
}

function isTensorFlowLiteral(node: ts.Node | undefined): boolean {
  return node !== undefined && ts.isStringLiteralLike(node) && isTensorFlow(node.text);
}

/** One source file. */
export class Source {
  readonly file: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  readonly isTypeScript: boolean;
  /** The quote that the file prefers. */
  readonly quote: "'" | '"';
  readonly newline: '\n' | '\r\n';
  private readonly checker: ts.TypeChecker;
  private identifiers: ts.Identifier[] | undefined;

  constructor({ file, text }: SourceText) {
    const extension = /\.([cm]?[jt]sx?)$/i.exec(file)?.[1]?.toLowerCase() ?? 'js';
    const kind = KINDS[extension] ?? ts.ScriptKind.JSX;
    const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, kind);
    const host: ts.CompilerHost = {
      fileExists: (name) => name === file,
      readFile: () => undefined,
      getSourceFile: (name) => (name === file ? tree : undefined),
      getDefaultLibFileName: () => 'lib.d.ts',
      getCurrentDirectory: () => '',
      getCanonicalFileName: (name) => name,
      useCaseSensitiveFileNames: () => true,
      getNewLine: () => '\n',
      writeFile: () => undefined,
    };
    this.checker = ts.createProgram({ rootNames: [file], options: OPTIONS, host }).getTypeChecker();
    this.file = file;
    this.text = text;
    this.tree = tree;
    this.isTypeScript = extension.includes('ts');
    const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
    this.quote = count(/"/g) > count(/'/g) ? '"' : "'";
    this.newline = text.includes('\r\n') ? '\r\n' : '\n';
  }

  /** A string as a literal of this file. */
  quoted(value: string): string {
    const escaped = value.replaceAll('\\', '\\\\').replaceAll(this.quote, `\\${this.quote}`);
    return this.quote + escaped + this.quote;
  }

  textOf(node: ts.Node): string {
    return this.text.slice(node.getStart(this.tree), node.end);
  }

  startOf(node: ts.Node): number {
    return node.getStart(this.tree);
  }

  /** Line (from 0) of an offset. */
  lineOf(offset: number): number {
    return this.tree.getLineAndCharacterOfPosition(offset).line;
  }

  /** White space at the beginning of the line of an offset. */
  indentAt(offset: number): string {
    const start = this.tree.getPositionOfLineAndCharacter(this.lineOf(offset), 0);
    return /^[ \t]*/.exec(this.text.slice(start))?.[0] ?? '';
  }

  /** One step of indentation: the smallest that the file has. */
  get indentUnit(): string {
    const indents = this.text.match(/^(?:\t+| {2,8})(?=\S)/gm) ?? [];
    if (indents.some((indent) => indent.startsWith('\t'))) return '\t';
    const smallest = Math.min(...indents.map((indent) => indent.length));
    return ' '.repeat(Number.isFinite(smallest) ? smallest : 2);
  }

  /** All nodes of a kind, in the order of the text. */
  all<T extends ts.Node>(is: (node: ts.Node) => node is T, within: ts.Node = this.tree): T[] {
    const found: T[] = [];
    const visit = (node: ts.Node): void => {
      if (is(node)) found.push(node);
      ts.forEachChild(node, visit);
    };
    visit(within);
    return found;
  }

  /** Where a name is declared; undefined for a global, or where several declarations merge. */
  declarationOf(name: ts.Identifier): ts.Declaration | undefined {
    const { parent } = name;
    const symbol =
      ts.isShorthandPropertyAssignment(parent) && parent.name === name
        ? this.checker.getShorthandAssignmentValueSymbol(parent)
        : this.checker.getSymbolAtLocation(name);
    const declarations = symbol?.declarations ?? [];
    return declarations.length === 1 ? declarations[0] : undefined;
  }

  /** Uses of what `declaration` declares, its own name not. */
  referencesTo(declaration: ts.NamedDeclaration): ts.Identifier[] {
    const { name } = declaration;
    if (!name || !ts.isIdentifier(name)) return [];
    this.identifiers ??= this.all(ts.isIdentifier);
    return this.identifiers.filter(
      (other) =>
        other !== name && other.text === name.text && this.declarationOf(other) === declaration,
    );
  }

  /** True where a variable is assigned to after its declaration. */
  isReassigned(declaration: ts.VariableDeclaration | ts.ParameterDeclaration): boolean {
    return this.referencesTo(declaration).some(({ parent }) => {
      if (ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent)) {
        return (
          parent.operator === ts.SyntaxKind.PlusPlusToken ||
          parent.operator === ts.SyntaxKind.MinusMinusToken
        );
      }
      return (
        ts.isBinaryExpression(parent) &&
        ts.isIdentifier(parent.left) &&
        parent.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
        parent.operatorToken.kind <= ts.SyntaxKind.LastAssignment &&
        this.declarationOf(parent.left) === declaration
      );
    });
  }

  /**
   * What of tfjs an expression names: `['layers', 'dense']` for `tf.layers.dense`, however tfjs was
   * imported and taken apart; `[]` for tfjs itself. A name `tf` that comes from nowhere, or is a
   * parameter, is taken for it: scripts of a page, and functions that are handed it.
   */
  tfPath(expression: ts.Expression, depth = 0): string[] | undefined {
    const node = unwrap(expression);
    if (depth > 8) return undefined;
    if (ts.isPropertyAccessExpression(node)) {
      const path = this.tfPath(node.expression, depth + 1);
      return path && [...path, node.name.text];
    }
    if (ts.isCallExpression(node)) {
      const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
      const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require';
      return (isImport || isRequire) && isTensorFlowLiteral(node.arguments[0]) ? [] : undefined;
    }
    if (!ts.isIdentifier(node)) return undefined;
    const declaration = this.declarationOf(node);
    if (!declaration) return node.text === 'tf' ? [] : undefined;
    return this.pathOfDeclaration(declaration, depth + 1);
  }

  private pathOfDeclaration(declaration: ts.Declaration, depth: number): string[] | undefined {
    if (ts.isNamespaceImport(declaration)) {
      return isTensorFlowLiteral(declaration.parent.parent.moduleSpecifier) ? [] : undefined;
    }
    if (ts.isImportClause(declaration)) {
      return isTensorFlowLiteral(declaration.parent.moduleSpecifier) ? [] : undefined;
    }
    if (ts.isImportSpecifier(declaration)) {
      const { moduleSpecifier } = declaration.parent.parent.parent;
      if (!isTensorFlowLiteral(moduleSpecifier)) return undefined;
      return [(declaration.propertyName ?? declaration.name).text];
    }
    if (ts.isVariableDeclaration(declaration)) {
      return declaration.initializer && this.tfPath(declaration.initializer, depth);
    }
    if (ts.isParameter(declaration)) {
      const { name } = declaration;
      return ts.isIdentifier(name) && name.text === 'tf' ? [] : undefined;
    }
    if (ts.isBindingElement(declaration)) return this.pathOfBinding(declaration, depth);
    return undefined;
  }

  /** `const { layers: { dense } } = tf`. */
  private pathOfBinding(element: ts.BindingElement, depth: number): string[] | undefined {
    const name = element.propertyName ?? element.name;
    const owner = element.parent.parent;
    if (!ts.isIdentifier(name) || !ts.isObjectBindingPattern(element.parent)) return undefined;
    const path = this.pathOfDeclaration(owner, depth);
    return path && [...path, name.text];
  }
}
