// Comma-separated values as a table of text cells (RFC 4180: quotes, doubled quotes, line breaks in
// quotes), with the header and the delimiter found where they are not given.
import { formatError } from './dataError';

/** Rows of cells under named columns. */
export interface CsvTable {
  /** Column names; `column 1` … where the file names none. */
  columns: string[];
  rows: string[][];
  /** Line in the file of each row, from 1. */
  lines: number[];
}

/** What the caller knows of the file's form. */
export interface CsvForm {
  header?: boolean | undefined;
  delimiter?: string | undefined;
}

/** Parses a file's text. */
export function parseCsv(file: string, text: string, form: CsvForm = {}): CsvTable {
  const clean = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const delimiter = form.delimiter ?? findDelimiter(clean);
  const { rows, lines } = cells(file, clean, delimiter);
  const first = rows[0];
  if (!first) {
    throw formatError(file, {
      expected: 'rows of values',
      found: 'an empty file',
      remedy: 'Check that the file was written completely.',
    });
  }
  const header = form.header ?? first.every((cell) => cell !== '' && Number.isNaN(Number(cell)));
  const columns = header ? first : first.map((_, i) => `column ${i + 1}`);
  if (header) {
    rows.shift();
    lines.shift();
  }
  const ragged = rows.findIndex((row) => row.length !== columns.length);
  if (ragged >= 0) {
    throw formatError(file, {
      expected: `${columns.length} cells in every row`,
      found: `${rows[ragged]?.length ?? 0} in line ${lines[ragged] ?? 0}`,
      remedy: 'Correct that line, or name the delimiter by the option delimiter.',
    });
  }
  return { columns, rows, lines };
}

function findDelimiter(text: string): string {
  const line = /^[^\r\n]*/.exec(text)?.[0] ?? '';
  return [',', '\t', ';'].find((candidate) => line.includes(candidate)) ?? ',';
}

function cells(
  file: string,
  text: string,
  delimiter: string,
): { rows: string[][]; lines: number[] } {
  const rows: string[][] = [];
  const lines: number[] = [];
  let row: string[] = [];
  let line = 1;
  let rowLine = 1;
  const endRow = (): void => {
    // A line without anything is no row.
    if (row.length > 1 || row[0] !== '') {
      rows.push(row);
      lines.push(rowLine);
    }
    row = [];
    rowLine = line;
  };
  let at = 0;
  while (at < text.length) {
    let cell: string;
    if (text[at] === '"') {
      const opened = line;
      let value = '';
      for (at++; ; at++) {
        const next = text.indexOf('"', at);
        if (next < 0) {
          throw formatError(file, {
            expected: 'a closing quote',
            found: `none for the one in line ${opened}`,
            remedy: 'Close the quote, or write a quote inside quotes twice.',
          });
        }
        value += text.slice(at, next);
        at = next + 1;
        if (text[at] !== '"') break;
        value += '"';
      }
      line += value.split('\n').length - 1;
      cell = value;
    } else {
      const start = at;
      while (at < text.length && text[at] !== '\n' && text[at] !== '\r') {
        if (text.startsWith(delimiter, at)) break;
        at++;
      }
      cell = text.slice(start, at).trim();
    }
    row.push(cell);
    if (text.startsWith(delimiter, at)) {
      at += delimiter.length;
      if (at >= text.length) row.push('');
      continue;
    }
    while (at < text.length && text[at] !== '\n' && text[at] !== '\r') at++; // after a closing quote
    if (text.startsWith('\r\n', at)) at++;
    if (at < text.length) {
      at++;
      line++;
    }
    endRow();
  }
  if (row.length > 0) endRow();
  return { rows, lines };
}
