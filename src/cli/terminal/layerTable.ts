// The table at the end: a row per layer with its gradient, weights, update, units and the histogram of
// its last gradient. What does not fit the terminal's width is narrowed, the histogram first.
import type { LayerRecord, TensorSummary } from '../../shared/core/stepRecord';
import { percent, shortNumber } from './numbers';
import { axisEnds, octaveAxis, octaveRow } from './octaves';
import type { Style } from './terminal';

/** A layer and the newest that is known of it. */
export interface LayerRow {
  name: string;
  /** Line that built it, where known. */
  line?: number;
  record: LayerRecord;
  /** Severity of the gravest open finding about it. */
  severity?: 'error' | 'warning' | 'information';
}

/** Rows shown at both ends of a long table. */
const SHOWN_FIRST = 40;
const SHOWN_LAST = 20;
const GAP = '  ';
const MIN_NAME = 12;
const MIN_HISTOGRAM = 16;
const MAX_HISTOGRAM = 48;

const HEAD = ['layer', 'line', 'gradient', 'weights', 'update', 'dead', 'satur.'] as const;

function normOf(summary: TensorSummary): string {
  if (summary.nans > 0) return 'NaN';
  return summary.posInfs + summary.negInfs > 0 ? 'Infinity' : shortNumber(summary.norm);
}

function cellsOf({ name, line, record }: LayerRow): string[] {
  const { gradient, weight, updateRatio, deadUnits, saturatedUnits } = record;
  return [
    name,
    line === undefined ? '–' : String(line),
    normOf(gradient),
    normOf(weight),
    // A weight that is not finite has no ratio.
    normOf(weight) === 'NaN' ? 'NaN' : shortNumber(updateRatio, 2),
    percent(deadUnits),
    percent(saturatedUnits),
  ];
}

/** The middle is what generated names share; both ends tell them apart. */
function shorten(name: string, room: number): string {
  if (name.length <= room) return name;
  const head = Math.ceil((room - 1) / 2);
  return `${name.slice(0, head)}…${name.slice(name.length - (room - 1 - head))}`;
}

/** Columns that say nothing in any row are left out. */
function usedColumns(rows: readonly (readonly string[])[]): number[] {
  return HEAD.flatMap((_, column) =>
    column === 0 || rows.some((row) => row[column] !== '–') ? [column] : [],
  );
}

/** Lines of the table, `width` characters wide at most; `style` colours text without changing its width. */
export function layerTable(
  layers: readonly LayerRow[],
  width: number,
  style: (style: Style, text: string) => string,
): string[] {
  if (layers.length === 0) return [];
  const cells = layers.map(cellsOf);
  const columns = usedColumns(cells);
  const widthOf = (column: number): number =>
    Math.max(...[HEAD, ...cells].map((row) => row[column]?.length ?? 0));
  const fixed = columns
    .slice(1)
    .reduce((sum, column) => sum + GAP.length + widthOf(column), GAP.length);
  const histogramRoom = Math.min(
    MAX_HISTOGRAM,
    Math.max(MIN_HISTOGRAM, width - fixed - widthOf(0)),
  );
  const nameRoom = Math.max(MIN_NAME, Math.min(widthOf(0), width - fixed - histogramRoom));
  const axis = octaveAxis(
    layers.map(({ record }) => record.gradient),
    Math.min(histogramRoom, width - fixed - nameRoom),
  );
  const lineOf = (row: readonly string[]): string[] =>
    columns.map((column) => {
      const cell = row[column] ?? '';
      return column === 0
        ? shorten(cell, nameRoom).padEnd(nameRoom)
        : cell.padStart(widthOf(column));
    });

  const [low, high] = axisEnds(axis).map((edge) => shortNumber(edge, 1)) as [string, string];
  const scale = `|g| ${low}${' '.repeat(Math.max(1, axis.columns - low.length - high.length - 4))}${high}`;
  const head = [...lineOf(HEAD), scale.slice(0, width - fixed - nameRoom)].join(GAP);
  const body = layers.map(({ record, severity }, i) => {
    const [name = '', ...numbers] = lineOf(cells[i] ?? []);
    const shown = severity === undefined ? name : style(severity, name);
    const histogram = style('link', octaveRow(record.gradient, axis));
    return [shown, ...numbers, histogram].join(GAP).trimEnd();
  });
  const left = body.length - SHOWN_FIRST - SHOWN_LAST;
  const shown =
    left <= 0
      ? body
      : [
          ...body.slice(0, SHOWN_FIRST),
          style('faint', `… ${left} more layers`),
          ...body.slice(-SHOWN_LAST),
        ];
  return [style('faint', head), ...shown];
}
