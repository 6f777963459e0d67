// The module specifiers of a source text, with their lines, without parsing it.
import { maskSource } from './maskSource';

/** One import, export-from, require or import() with a literal specifier. */
export interface ImportSite {
  specifier: string;
  /** From 1. */
  line: number;
  /** `import type …`, which leaves no trace in the running program. */
  typeOnly: boolean;
}

const STATIC =
  /\b(import|export)\b(\s+type\b(?!\s*(?:,|from\b)))?([^;'"`()]*?)\bfrom\s*(['"])( *)\4/g;
const BARE = /\bimport\s*(['"])( *)\1/g;
const CALL = /\b(?:require|import)\s*\(\s*(['"])( *)\1\s*[,)]/g;

/** Line (from 1) of an offset. */
export function lineAt(source: string, offset: number): number {
  let line = 1;
  for (let at = source.indexOf('\n'); at >= 0 && at < offset; at = source.indexOf('\n', at + 1)) {
    line++;
  }
  return line;
}

/** All import sites in the order of the text. `mask` may be given where the caller has it. */
export function findImports(source: string, mask = maskSource(source)): ImportSite[] {
  const sites: (ImportSite & { offset: number })[] = [];
  const add = (match: RegExpMatchArray, blanks: string | undefined, typeOnly: boolean) => {
    const offset = match.index ?? 0;
    const start = offset + match[0].search(/['"]/) + 1;
    const specifier = source.slice(start, start + (blanks ?? '').length);
    sites.push({ specifier, line: lineAt(source, start), typeOnly, offset });
  };
  for (const match of mask.matchAll(STATIC)) add(match, match[5], match[2] !== undefined);
  for (const match of mask.matchAll(BARE)) add(match, match[2], false);
  for (const match of mask.matchAll(CALL)) add(match, match[2], false);
  return sites
    .sort((a, b) => a.offset - b.offset)
    .map(({ specifier, line, typeOnly }) => ({ specifier, line, typeOnly }));
}
