// The maps of gradient norms of several runs on common ground: the same layers in the same rows, one colour scale,
// one axis.
import type { ComparedRun, ComparedSeries } from '../../../src/shared/protocol/compare';
import { decades, MISSING, normMap, type NormMap } from '../../../src/shared/charts/normMap';
import { EMPTY_CURVES } from '../series/curveTable';
import type { Alignment } from './settings';

/** Seconds are laid out as whole milliseconds: maps count in whole numbers. */
const MILLISECONDS = 1000;

/**
 * Layers of all runs, in an order that keeps that of each: a layer that a run does not share stands behind the one
 * that it follows there.
 */
export function unionLayers(runs: readonly Pick<ComparedRun, 'layers'>[]): string[] {
  const union: string[] = [];
  for (const { layers } of runs) {
    let after = -1;
    for (const layer of layers) {
      const known = union.indexOf(layer);
      if (known >= 0) after = Math.max(after, known);
      else union.splice(++after, 0, layer);
    }
  }
  return union;
}

export interface RunMap {
  map: NormMap;
  /** Share of the common axis at which the run begins and ends, 0 … 1. */
  from: number;
  to: number;
}

/**
 * A map per run; undefined for one without gradients. Of each its cells cover its own steps.
 * @param cells most cells across the common axis.
 */
export function alignedMaps(
  layers: readonly string[],
  all: readonly (ComparedSeries | undefined)[],
  alignment: Alignment,
  cells: number,
): (RunMap | undefined)[] {
  const axis = (series: ComparedSeries): Float64Array =>
    alignment === 'step'
      ? series.norms.step
      : series.norms.seconds.map((second) => Math.round(second * MILLISECONDS));
  const axes = all.map((series) => (series ? axis(series) : new Float64Array(0)));
  const begin = Math.min(...axes.map((own) => own[0] ?? Infinity));
  const span = Math.max(...axes.map((own) => own.at(-1) ?? -Infinity)) - begin + 1;
  const maps = all.map((series, i): RunMap | undefined => {
    const own = axes[i] ?? new Float64Array(0);
    if (!series || own.length === 0 || Object.keys(series.norms.layers).length === 0) {
      return undefined;
    }
    const [first = 0, last = 0] = [own[0], own.at(-1)];
    const share = (last - first + 1) / span;
    const gradientNorm = Object.fromEntries(
      Object.entries(series.norms.layers).map(([name, buffer]) => [
        name,
        { buffer, length: buffer.length },
      ]),
    );
    const table = { ...EMPTY_CURVES, step: { buffer: own, length: own.length }, gradientNorm };
    return {
      map: normMap(layers, table, Math.max(1, Math.floor(cells * share))),
      from: (first - begin) / span,
      to: (last + 1 - begin) / span,
    };
  });
  const scale = sharedScale(maps);
  return maps.map((own) => own && { ...own, map: { ...own.map, ...scale } });
}

/** The decades of all maps together. */
function sharedScale(maps: readonly (RunMap | undefined)[]): { low: number; high: number } {
  let low = Infinity;
  let high = -Infinity;
  for (const own of maps) {
    for (const value of own?.map.cells ?? []) {
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return decades(low, high);
}

/** The cell of a map at a place of the common axis (0 … 1) in a row; MISSING outside of the run. */
export function cellAt({ map, from, to }: RunMap, row: number, share: number): number {
  if (share < from || share >= to) return MISSING;
  const column = Math.floor(((share - from) / (to - from)) * map.columns);
  return map.cells[row * map.columns + Math.min(map.columns - 1, column)] ?? MISSING;
}
