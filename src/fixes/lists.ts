// Edits of lists between brackets (object properties, array elements, arguments) that keep their form:
// one line or many, trailing comma or none, comments where they are.
import ts from 'typescript';
import type { Edits } from './fixPlan';
import type { Source } from './source';

type List = ts.NodeArray<ts.Node>;

/** Offset behind a comma that follows `offset`, comments and white space between; else undefined. */
function behindComma(source: Source, offset: number, limit: number): number | undefined {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, true);
  scanner.setText(source.text, offset, limit - offset);
  return scanner.scan() === ts.SyntaxKind.CommaToken ? scanner.getTokenEnd() : undefined;
}

/** End of a comment that begins in the rest of the line, else `offset`. */
function behindLineComment(source: Source, offset: number): number {
  return (
    ts
      .getTrailingCommentRanges(source.text, offset)
      ?.filter(({ pos }) => source.lineOf(pos) === source.lineOf(offset))
      .at(-1)?.end ?? offset
  );
}

/** True where every item stands on a line of its own. */
function isSpread(source: Source, list: List, close: number): boolean {
  const last = list.at(-1);
  const first = list[0];
  if (!last || !first) return false;
  return (
    source.lineOf(last.end) < source.lineOf(close) &&
    source.lineOf(source.startOf(first)) > source.lineOf(Math.max(0, list.pos - 1))
  );
}

/**
 * Puts an item behind `item`, which is in `list`. `close`: offset of the closing bracket.
 */
export function insertAfter(
  source: Source,
  edits: Edits,
  list: List,
  item: ts.Node,
  text: string,
  close: number,
): void {
  const isLast = list.at(-1) === item;
  const comma = behindComma(source, item.end, close);
  if (!isSpread(source, list, close)) {
    // `[a, b]`: behind `a` and its comma; the last one may have none.
    if (isLast && comma === undefined) edits.insert(item.end, `, ${text}`);
    else edits.insert(comma ?? item.end, ` ${text},`);
    return;
  }
  const line = source.newline + source.indentAt(source.startOf(item)) + text;
  if (comma === undefined) {
    const end = behindLineComment(source, item.end);
    if (end === item.end) {
      edits.insert(end, `,${line}`);
    } else {
      edits.insert(item.end, ',');
      edits.insert(end, line);
    }
  } else {
    edits.insert(behindLineComment(source, comma), `${line},`);
  }
}

/** Takes an item out of its list, with its comma and, where it had a line of its own, the line. */
export function removeItem(
  source: Source,
  edits: Edits,
  list: List,
  item: ts.Node,
  close: number,
): void {
  const index = list.indexOf(item);
  const before = list[index - 1];
  const start = source.startOf(item);
  const comma = behindComma(source, item.end, close);
  const lineStart = source.tree.getPositionOfLineAndCharacter(source.lineOf(start), 0);
  const isAlone = source.text.slice(lineStart, start).trim() === '';
  const end = behindLineComment(source, comma ?? item.end);
  const rest = /^[ \t]*(?:\r?\n|$)/.exec(source.text.slice(end))?.[0];
  if (isAlone && rest !== undefined) {
    if (comma === undefined && before) dropCommaAfter(source, edits, before, start);
    edits.replace(lineStart, end + rest.length, '');
  } else if (comma !== undefined && index < list.length - 1) {
    const gap = /^[ \t]*/.exec(source.text.slice(comma))?.[0].length ?? 0;
    edits.replace(start, comma + gap, '');
  } else if (before) {
    edits.replace(before.end, comma ?? item.end, comma === undefined ? '' : ',');
  } else {
    // The only one: `{ a: 1 }` becomes `{}`.
    const open = list.pos;
    edits.replace(open, close, '');
  }
}

/** The item before the last one becomes the last: without a comma, as that one was. */
function dropCommaAfter(source: Source, edits: Edits, before: ts.Node, limit: number): void {
  const comma = behindComma(source, before.end, limit);
  if (comma !== undefined) edits.replace(comma - 1, comma, '');
}

/** Offset of the closing bracket of an object, array or call. */
export function closeOf(node: ts.Node): number {
  return node.end - 1;
}
