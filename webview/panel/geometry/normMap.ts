// The layers × steps map: log10 of each layer's gradient norm, binned to the cells that are drawn.
import type { HistogramHistory } from '../series/histogramHistory';
import { type CurveTable } from '../series/curveTable';
import { valuesOf } from '../series/columns';

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

/**
 * Cells of the map, at most `maxColumns` per layer. A cell that covers several steps shows their
 * largest norm, and non-finite if any of them was.
 */
export function normMap(
  layers: readonly string[],
  curves: CurveTable,
  histories: ReadonlyMap<string, HistogramHistory>,
  maxColumns: number,
): NormMap {
  const steps = valuesOf(curves.step);
  const firstStep = steps[0] ?? 0;
  const lastStep = steps[steps.length - 1] ?? 0;
  const span = steps.length === 0 ? 0 : lastStep - firstStep + 1;
  const columns = Math.max(0, Math.min(maxColumns, span, steps.length));
  const cells = new Float64Array(layers.length * columns).fill(MISSING);
  const columnAt = (step: number): number =>
    // Multiplied first: whole numbers stay whole, so that no step slips into its neighbour's cell.
    Math.min(columns - 1, Math.floor(((step - firstStep) * columns) / span));
  const covered = new Uint8Array(columns);
  for (const step of steps) covered[columnAt(step)] = 1;
  let low = Infinity;
  let high = -Infinity;
  layers.forEach((layer, row) => {
    const norms = curves.gradientNorm[layer];
    if (norms === undefined || columns === 0) return;
    const values = valuesOf(norms);
    for (let i = 0; i < values.length; i++) {
      const norm = values[i] ?? NaN;
      if (Number.isNaN(norm)) continue;
      const cell = row * columns + columnAt(steps[i] ?? firstStep);
      const value = norm === Infinity ? NOT_FINITE : Math.max(LOWEST, Math.log10(norm));
      if (Number.isNaN(cells[cell] ?? 0)) continue;
      if (Number.isNaN(value)) cells[cell] = NOT_FINITE;
      else if (value > (cells[cell] ?? MISSING)) cells[cell] = value;
      if (norm > 0 && value < low) low = value;
      if (norm > 0 && value > high) high = value;
    }
    // No step was recorded here (sampling, thinning): the cell goes on as the one before it.
    for (let c = 1; c < columns; c++) {
      const cell = row * columns + c;
      if (covered[c] === 0) cells[cell] = cells[cell - 1] ?? MISSING;
    }
    for (const column of histories.get(layer)?.columns ?? []) {
      if (column.nonFinite === 0) continue;
      const to = columnAt(Math.min(lastStep, column.lastStep));
      for (let c = columnAt(Math.max(firstStep, column.firstStep)); c <= to; c++) {
        cells[row * columns + c] = NOT_FINITE;
      }
    }
  });
  return { layers, columns, firstStep, lastStep, cells, ...decades(low, high) };
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

/** Position of a cell's value on the colour scale, 0 … 1. */
export function scalePosition(map: NormMap, value: number): number {
  return Math.min(1, Math.max(0, (value - map.low) / (map.high - map.low)));
}
