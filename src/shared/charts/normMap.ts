// The layers × steps map: log10 of each layer's gradient norm, binned to the cells that are drawn.
import { type ChartCurves } from './curves';
import { valuesOf } from './columns';

/** A cell without a value: the layer was not updated in these steps. */
export const MISSING = -Infinity;
/** A cell whose gradient held NaN or an infinity. */
export const NOT_FINITE = NaN;

export interface NormMap {
  layers: readonly string[];
  /** Cells per layer. */
  columns: number;
  firstStep: number;
  lastStep: number;
  /** Row by row: log10 of the norm, {@link MISSING} or {@link NOT_FINITE}. */
  cells: Float64Array;
  /** Decades shown, whole numbers; cells beyond are drawn in the end colours. */
  low: number;
  high: number;
}

/** Decades shown at least. */
const MIN_DECADES = 3;
/** A norm of 0 is drawn as the low end of the scale. */
const LOWEST = -20;

/** A cell before its first value; norms are 0 or more. */
const NO_NORM = -1;

/** The map's column of every row of the curves, and which columns have a row. */
function columnsOfSteps(steps: Float64Array, columns: number, span: number) {
  const first = steps[0] ?? 0;
  const columnOfRow = new Int32Array(steps.length);
  const covered = new Uint8Array(columns);
  for (let row = 0; row < steps.length; row++) {
    // Multiplied first: whole numbers stay whole, so that no step slips into its neighbour's cell.
    const column = Math.floor((((steps[row] ?? 0) - first) * columns) / span);
    columnOfRow[row] = Math.min(columns - 1, column);
    covered[columnOfRow[row] ?? 0] = 1;
  }
  return { columnOfRow, covered };
}

/**
 * Cells of the map, at most `maxColumns` per layer. A cell that covers several steps shows their
 * largest norm, and non-finite if any of them was. Logarithms are taken of cells, not of rows: there
 * are as many cells as are drawn, however many rows there are.
 */
export function normMap(
  layers: readonly string[],
  curves: ChartCurves,
  maxColumns: number,
): NormMap {
  const steps = valuesOf(curves.step);
  const firstStep = steps[0] ?? 0;
  const lastStep = steps[steps.length - 1] ?? 0;
  const span = steps.length === 0 ? 0 : lastStep - firstStep + 1;
  const columns = Math.max(0, Math.min(maxColumns, span, steps.length));
  const cells = new Float64Array(layers.length * columns).fill(MISSING);
  const { columnOfRow, covered } = columnsOfSteps(steps, columns, span);
  const highest = new Float64Array(columns);
  let low = Infinity;
  let high = -Infinity;
  layers.forEach((layer, row) => {
    const norms = curves.gradientNorm[layer];
    if (norms === undefined || columns === 0) return;
    highest.fill(NO_NORM);
    const { buffer, length } = norms;
    for (let i = 0; i < length; i++) {
      const norm = buffer[i] ?? NaN;
      const column = columnOfRow[i] ?? 0;
      // Infinity, the mark of a gradient that is not finite, is above all; NaN is above none.
      if (norm > (highest[column] ?? NO_NORM)) highest[column] = norm;
      if (norm > 0 && norm < low) low = norm;
      if (norm > high && norm < Infinity) high = norm;
    }
    const start = row * columns;
    for (let c = 0; c < columns; c++) {
      const norm = highest[c] ?? NO_NORM;
      if (norm === Infinity) cells[start + c] = NOT_FINITE;
      else if (norm >= 0) cells[start + c] = Math.max(LOWEST, Math.log10(norm));
      // No step was recorded here (sampling, thinning): the cell goes on as the one before it.
      else if (c > 0 && covered[c] === 0) cells[start + c] = cells[start + c - 1] ?? MISSING;
    }
  });
  return {
    layers,
    columns,
    firstStep,
    lastStep,
    cells,
    ...decades(Math.max(LOWEST, Math.log10(low)), Math.max(LOWEST, Math.log10(high))),
  };
}

/** Whole decades around [low, high], at least {@link MIN_DECADES} of them. */
export function decades(low: number, high: number): { low: number; high: number } {
  if (!(low <= high)) return { low: -6, high: 0 };
  let from = Math.floor(low);
  // + 0 turns −0 into 0.
  let to = Math.ceil(high) + 0;
  while (to - from < MIN_DECADES) {
    if (to - high <= low - from) to++;
    else from--;
  }
  return { low: from, high: to };
}

/** Steps [first, last] of a column of cells. */
export function stepsOfColumn(map: NormMap, column: number): readonly [number, number] {
  const span = map.lastStep - map.firstStep + 1;
  const from = map.firstStep + Math.ceil((column * span) / map.columns);
  const to = map.firstStep + Math.ceil(((column + 1) * span) / map.columns) - 1;
  return [from, Math.max(from, to)];
}

/** Where the middle of a step lies within the map's width, 0 … 1. */
export function stepPosition(map: NormMap, step: number): number {
  const span = map.lastStep - map.firstStep + 1;
  return Math.min(1, Math.max(0, (step - map.firstStep + 0.5) / span));
}

/** Position of a cell's value on the colour scale, 0 … 1. */
export function scalePosition(map: Pick<NormMap, 'low' | 'high'>, value: number): number {
  return Math.min(1, Math.max(0, (value - map.low) / (map.high - map.low)));
}
