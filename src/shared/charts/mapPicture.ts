// The layers × steps map of gradient norms as a picture, with its scale.
import { formatCount, formatDecade } from './format';
import { MISSING, type NormMap, scalePosition } from './normMap';
import { LEVELS, levelAt, type Palette } from './palette';
import { picture } from './picture';
import { boxes, CRISP, label, tag } from './svg';

export interface MapOptions {
  width: number;
  heading?: string;
}

/** Widest column of names, and the room between it and the cells. */
const NAMES = 150;
const GAP = 8;
const AXIS = 20;
const LEGEND = 40;
const LEGEND_WIDTH = 180;
/** About the width of a character at 11 px. */
const CHARACTER = 6.1;
/** Least distance of two names. */
const NAME_GAP = 13;
/** Height that all rows share, and what one takes at least and at most. */
const ROWS = 260;
const ROW = [4, 28] as const;

/** Cells across that a picture of this width can show. */
export function mapColumns(width: number): number {
  return Math.max(20, Math.floor((width - NAMES - GAP) / 2));
}

type Box = readonly [number, number, number, number];

/** One box per stretch of cells of one level, by level; what is not finite apart. */
function cellBoxes(map: NormMap, left: number, width: number, height: number) {
  const byLevel: Box[][] = Array.from({ length: LEVELS }, () => []);
  const notFinite: Box[] = [];
  const cell = width / map.columns;
  const gap = height >= 10 ? 1 : 0;
  const kindOf = (value: number): number => {
    if (Number.isNaN(value)) return LEVELS;
    return value === MISSING ? -1 : levelAt(scalePosition(map, value));
  };
  map.layers.forEach((_, row) => {
    let start = 0;
    for (let c = 1; c <= map.columns; c++) {
      const kind = kindOf(map.cells[row * map.columns + start] ?? MISSING);
      const next = c < map.columns ? kindOf(map.cells[row * map.columns + c] ?? MISSING) : NaN;
      if (next === kind) continue;
      const box: Box = [left + start * cell, row * height, (c - start) * cell, height - gap];
      if (kind === LEVELS) notFinite.push([box[0], box[1], Math.max(2, box[2]), box[3]]);
      else if (kind >= 0) byLevel[kind]?.push(box);
      start = c;
    }
  });
  return { byLevel, notFinite };
}

/** `name` in at most `characters`, cut in the middle: names of layers differ at their ends. */
export function shortName(name: string, characters: number): string {
  if (name.length <= characters) return name;
  const half = Math.ceil((characters - 1) / 2);
  return `${name.slice(0, half)}…${name.slice(name.length - (characters - 1 - half))}`;
}

/** The map: first layer on top, first step at the left. */
export function mapPicture(map: NormMap, options: MapOptions, palette: Palette): string {
  const { width, heading } = options;
  const rows = map.layers.length;
  const rowHeight = Math.max(ROW[0], Math.min(ROW[1], Math.floor(ROWS / Math.max(1, rows))));
  const bottom = rowHeight * rows;
  const left = NAMES + GAP;
  const { byLevel, notFinite } = cellBoxes(map, left, width - left, rowHeight);
  const axis = (step: number, x: number, anchor: string): string =>
    label(formatCount(step), x, bottom + 15, { fill: palette.muted, 'text-anchor': anchor });
  const content = [
    ...byLevel.map((cells, level) =>
      cells.length === 0
        ? ''
        : tag('path', { d: boxes(cells), fill: palette.magnitude[level], ...CRISP }),
    ),
    ...hatched(notFinite, rowHeight, palette),
    ...names(map.layers, rowHeight, palette),
    label('step', left - GAP, bottom + 15, { fill: palette.muted, 'text-anchor': 'end' }),
    axis(map.firstStep, left, 'start'),
    axis(map.lastStep, width, 'end'),
    tag('g', { transform: `translate(${left} ${bottom + AXIS})` }, ...legend(map, palette)),
  ];
  const name = `Gradient norm of ${rows} layers over steps ${map.firstStep} to ${map.lastStep}`;
  const frame = { width, height: bottom + AXIS + LEGEND, name };
  return picture(heading === undefined ? frame : { ...frame, heading }, palette, content);
}

/** Cells that are not finite: told by a pattern, not by colour alone. */
function hatched(cells: readonly Box[], height: number, { error, paper }: Palette): string[] {
  if (cells.length === 0) return [];
  const stripes =
    height < 6
      ? []
      : cells.map(([x, y, w, h]) => {
          let d = '';
          for (let at = 0; at < w; at += 6) {
            const run = Math.min(h, w - at);
            d += `M${(x + at).toFixed(1)} ${(y + h).toFixed(1)}l${run.toFixed(1)} -${run.toFixed(1)}`;
          }
          return d;
        });
  const lines = { d: stripes.join(''), stroke: paper, 'stroke-width': 1.2, fill: 'none' };
  return [
    tag('path', { d: boxes(cells), fill: error }),
    stripes.length === 0 ? '' : tag('path', lines),
  ];
}

function names(layers: readonly string[], height: number, { muted }: Palette): string[] {
  const every = Math.max(1, Math.ceil(NAME_GAP / height));
  return layers.flatMap((layer, row) => {
    if (row % every !== 0) return [];
    const y = Math.max(6, (row + 0.5) * height) + 4;
    const shown = shortName(layer, Math.floor(NAMES / CHARACTER));
    return [label(shown, NAMES, y, { fill: muted, 'text-anchor': 'end' })];
  });
}

/** The scale: what the colours are, in powers of ten. */
function legend(map: NormMap, palette: Palette): string[] {
  const step = LEGEND_WIDTH / LEVELS;
  const bar = palette.magnitude.map((fill, level) =>
    tag('rect', { x: level * step, y: 6, width: step + 0.5, height: 8, fill }),
  );
  const every = Math.max(1, Math.ceil((map.high - map.low) / 4));
  const ticks: string[] = [];
  for (let decade = map.low; decade <= map.high; decade += every) {
    const x = scalePosition(map, decade) * LEGEND_WIDTH;
    const anchor = { fill: palette.muted, 'text-anchor': 'middle' };
    ticks.push(label(formatDecade(decade), x, 27, anchor));
  }
  const bad: Box = [LEGEND_WIDTH + 28, 6, 14, 8];
  return [
    ...bar,
    ...ticks,
    ...hatched([bad], 8, palette),
    label('NaN / Inf', LEGEND_WIDTH + 48, 14, { fill: palette.muted }),
    label('L2 norm of the gradient', LEGEND_WIDTH + 118, 14, { fill: palette.muted }),
  ];
}
