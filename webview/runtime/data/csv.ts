// `csv(path, options)`: a table as samples. Numbers stay numbers, text columns become one-hot.
import type { CsvOptions } from '../../../npm';
import type { TfNamespace } from '../../../src/shared/tap/types';
import type { Split } from './batchSource';
import { parseCsv, type CsvTable } from './csvTable';
import { formatError, optionError } from './dataError';
import { ClassRows } from './labels';
import { FloatRows, type Rows } from './rows';
import { LazySamples } from './samples';
import { splitOrder } from './splitOrder';
import { readWhole, type WorkspaceReader } from './workspaceReader';

/** Spellings of a value that is not there. */
const MISSING = new Set(['', 'na', 'n/a', 'nan', 'null', '?']);

/** Reads a table of comma-separated values. */
export async function readCsv(
  reader: WorkspaceReader,
  tf: TfNamespace,
  file: string,
  options: CsvOptions = {},
): Promise<Split> {
  const text = new TextDecoder().decode(await readWhole(reader, file));
  const table = withoutMissing(file, parseCsv(file, text, options), options.missing ?? 'error');
  if (options.limit !== undefined) table.rows.length = Math.min(table.rows.length, options.limit);
  const { columns, rows } = table;
  if (rows.length < 2) {
    throw formatError(file, {
      expected: 'two or more complete rows',
      found: `${rows.length}`,
      remedy: 'Check the options missing and limit.',
    });
  }
  const labelColumns = [options.label ?? columns.length - 1].flat().map((c) => find(c));
  const featureColumns =
    options.features?.map((c) => find(c)) ??
    columns.map((_, i) => i).filter((i) => !labelColumns.includes(i));
  if (featureColumns.length === 0) {
    throw optionError('no columns are left as features', 'Name them by the option features.', file);
  }
  const order = splitOrder(rows.length, options.validationShare ?? 0.2, options.seed ?? 1);
  const features = featureMatrix(table, featureColumns);
  scale(features, order.train, options.scale ?? 'none');
  const { labels, classNames } = labelRows(file, table, labelColumns, options.labels);
  const data = {
    tf,
    features: new FloatRows(Float32Array.from(features.values), rows.length, [features.width]),
    labels,
    classNames,
  };
  return {
    train: new LazySamples(data, order.train),
    validation: new LazySamples(data, order.validation),
  };

  function find(column: string | number): number {
    const index = typeof column === 'number' ? column : columns.indexOf(column);
    if (columns[index] !== undefined) return index;
    throw optionError(
      `there is no column ${JSON.stringify(column)}`,
      `The columns are ${columns.map((name, i) => `${i}: ${name}`).join(', ')}.`,
      file,
    );
  }
}

function withoutMissing(file: string, table: CsvTable, missing: 'error' | 'skip'): CsvTable {
  const complete = (row: string[]): boolean => !row.some((cell) => MISSING.has(cell.toLowerCase()));
  if (missing === 'skip') {
    const kept = table.rows.map((row, i) => ({ row, line: table.lines[i] ?? 0 }));
    const whole = kept.filter(({ row }) => complete(row));
    return {
      columns: table.columns,
      rows: whole.map(({ row }) => row),
      lines: whole.map(({ line }) => line),
    };
  }
  const broken = table.rows.findIndex((row) => !complete(row));
  if (broken < 0) return table;
  const cell = table.rows[broken]?.findIndex((value) => MISSING.has(value.toLowerCase())) ?? 0;
  throw formatError(file, {
    expected: 'a value in every cell',
    found: `none in line ${table.lines[broken] ?? 0}, column ${table.columns[cell] ?? cell}`,
    remedy: "Leave such rows out with missing: 'skip', or fill in the value.",
  });
}

const isNumber = (cell: string): boolean => Number.isFinite(Number(cell));

/** Row-major numbers; float64 until they are scaled. */
interface Matrix {
  values: Float64Array;
  width: number;
}

function featureMatrix({ rows }: CsvTable, columns: number[]): Matrix {
  const encoders = columns.map((column) => {
    const cells = rows.map((row) => row[column] ?? '');
    if (cells.every(isNumber)) {
      return { width: 1, write: (row: number, out: Float64Array) => (out[0] = Number(cells[row])) };
    }
    const names = [...new Set(cells)].sort();
    const position = new Map(names.map((name, i) => [name, i]));
    return {
      width: names.length,
      write: (row: number, out: Float64Array) => (out[position.get(cells[row] ?? '') ?? 0] = 1),
    };
  });
  const width = encoders.reduce((sum, encoder) => sum + encoder.width, 0);
  const values = new Float64Array(rows.length * width);
  for (let row = 0; row < rows.length; row++) {
    let at = row * width;
    for (const encoder of encoders) {
      encoder.write(row, values.subarray(at, at + encoder.width));
      at += encoder.width;
    }
  }
  return { values, width };
}

/** Scales each column by what the training rows show; a constant column becomes 0. */
function scale({ values, width }: Matrix, train: Uint32Array, kind: string): void {
  if (kind === 'none') return;
  if (kind !== 'standard' && kind !== 'minmax') {
    throw optionError(`scale: '${kind}' is not known`, "Use 'none', 'standard' or 'minmax'.");
  }
  for (let column = 0; column < width; column++) {
    const seen = Float64Array.from(train, (row) => values[row * width + column] ?? 0);
    let shift: number;
    let span: number;
    if (kind === 'standard') {
      shift = seen.reduce((sum, x) => sum + x, 0) / seen.length;
      span = Math.sqrt(seen.reduce((sum, x) => sum + (x - shift) ** 2, 0) / seen.length);
    } else {
      shift = seen.reduce((least, x) => Math.min(least, x), Infinity);
      span = seen.reduce((most, x) => Math.max(most, x), -Infinity) - shift;
    }
    for (let at = column; at < values.length; at += width) {
      values[at] = span > 0 ? ((values[at] ?? 0) - shift) / span : 0;
    }
  }
}

function labelRows(
  file: string,
  { columns, rows, lines }: CsvTable,
  labelColumns: number[],
  wanted: CsvOptions['labels'],
): { labels: Rows; classNames?: string[] } {
  const numeric = labelColumns.every((c) => rows.every((row) => isNumber(row[c] ?? '')));
  const kind = wanted ?? (numeric ? 'number' : 'one-hot');
  if (kind === 'number') {
    const values = new Float32Array(rows.length * labelColumns.length);
    rows.forEach((row, i) => {
      labelColumns.forEach((column, k) => {
        const cell = row[column] ?? '';
        if (!isNumber(cell)) {
          throw formatError(file, {
            expected: `a number in column ${columns[column] ?? column}`,
            found: `'${cell}' in line ${lines[i] ?? 0}`,
            remedy: "Use labels: 'one-hot' or 'integer' where the labels are classes.",
          });
        }
        values[i * labelColumns.length + k] = Number(cell);
      });
    });
    return { labels: new FloatRows(values, rows.length, [labelColumns.length]) };
  }
  const [column, ...more] = labelColumns;
  if (column === undefined || more.length > 0) {
    throw optionError(
      `labels: '${kind}' needs one label column, not ${labelColumns.length}`,
      "Name one column by the option label, or use labels: 'number'.",
      file,
    );
  }
  const cells = rows.map((row) => row[column] ?? '');
  const names = [...new Set(cells)].sort(numeric ? (a, b) => Number(a) - Number(b) : undefined);
  const position = new Map(names.map((name, i) => [name, i]));
  const classes = cells.map((cell) => position.get(cell) ?? 0);
  return { labels: new ClassRows(classes, names.length, kind), classNames: names };
}
