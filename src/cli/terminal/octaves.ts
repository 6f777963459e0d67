// A gradient's histogram as a row of block characters: |g| by octaves, on one axis for all layers.
import { FIRST_OCTAVE, OCTAVES, type TensorSummary } from '../../shared/core/stepRecord';

/** Eighths of a character cell, from the bottom. */
const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** Octaves `first` … `last` (0 … 47), `perColumn` of them to a character. */
export interface OctaveAxis {
  first: number;
  perColumn: number;
  columns: number;
}

/** Counts of |g| by octave, both signs together. */
function magnitudes({ histogram }: TensorSummary): number[] {
  return histogram.positive.map((count, octave) => count + (histogram.negative[octave] ?? 0));
}

/** The axis that has room for every value of the layers in at most `room` columns. */
export function octaveAxis(summaries: readonly TensorSummary[], room: number): OctaveAxis {
  const occupied = summaries.flatMap((summary) =>
    magnitudes(summary).flatMap((count, octave) => (count > 0 ? [octave] : [])),
  );
  const first = Math.min(OCTAVES - 1, ...occupied);
  const span = Math.max(first, ...occupied) - first + 1;
  const perColumn = Math.max(1, Math.ceil(span / Math.max(1, room)));
  return { first, perColumn, columns: Math.ceil(span / perColumn) };
}

/** The row of one layer; a column with a single value still shows. */
export function octaveRow(
  summary: TensorSummary,
  { first, perColumn, columns }: OctaveAxis,
): string {
  const counts = magnitudes(summary);
  const sums = Array.from({ length: columns }, (_, column) => {
    const from = first + column * perColumn;
    return counts.slice(from, from + perColumn).reduce((sum, count) => sum + count, 0);
  });
  const most = Math.max(1, ...sums);
  const cells = sums.map((sum) =>
    sum === 0 ? ' ' : (BLOCKS[Math.ceil((sum / most) * BLOCKS.length) - 1] ?? BLOCKS[0]),
  );
  return cells.join('');
}

/** Lower edge of the axis and upper one, as powers of ten: `1e-9` and `0.5`. */
export function axisEnds({ first, perColumn, columns }: OctaveAxis): [number, number] {
  const low = FIRST_OCTAVE + first;
  return [2 ** low, 2 ** (low + perColumn * columns)];
}
