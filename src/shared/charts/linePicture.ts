// Curves over the steps as a picture: training, smoothed, validation; marks of steps that are not finite and of
// changes under way.
import { type CurveGroup } from './curveGroups';
import { decimate, type Point } from './decimate';
import { formatRound, formatValue } from './format';
import { type Palette } from './palette';
import { picture } from './picture';
import { smooth } from './smoothing';
import { boxes, label, polyline, tag } from './svg';
import { linearTicks, logTicks } from './ticks';

export interface LineOptions {
  width: number;
  height: number;
  heading?: string;
  /** Logarithmic values; what is not positive is left out. */
  log: boolean;
  /** Weight of the moving average drawn over the values; 0: none. */
  smoothing: number;
  /** Steps at which the loss was not finite: crosses at the lower edge. */
  nonFiniteSteps: readonly number[];
  /** Steps after which the training was changed. */
  changes: readonly number[];
}

const LEFT = 58;
const RIGHT = 14;
const TOP = 24;
const BOTTOM = 22;
/** Widest stretch of a number on the step axis. */
const STEP_GAP = 80;
const VALUE_GAP = 26;
/** Half the size of a cross, and the least distance of two. */
const CROSS = 4;
/** Validation points are marked one by one up to so many. */
const MARKED = 60;
/** A loss that spans more than this is easier to read in decades. */
const WIDE = 100;

interface Scale {
  ticks: readonly number[];
  at: (value: number) => number;
}

/** Whether the values of a group are better shown in decades: all positive, over more than two of them. */
export function prefersLog({ training, validation }: CurveGroup): boolean {
  let [low, high] = [Infinity, 0];
  for (const values of [training?.y ?? [], validation?.y ?? []]) {
    for (const value of values) {
      if (!Number.isFinite(value)) continue;
      if (value <= 0) return false;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return high > low * WIDE;
}

function valueScale(points: readonly Point[], log: boolean, top: number, bottom: number): Scale {
  let [low, high] = [Infinity, -Infinity];
  for (const { y } of points) {
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
  if (!(low <= high)) return { ticks: [], at: () => bottom };
  if (low === high) [low, high] = log ? [low / 2, high * 2] : [low - 0.5, high + 0.5];
  const count = Math.floor((bottom - top) / VALUE_GAP);
  const map = log ? Math.log10 : (value: number): number => value;
  // A little air, so that no curve runs along the edge.
  const air = (map(high) - map(low)) * 0.04;
  const [from, to] = [map(low) - air, map(high) + air];
  const ticks = log ? logTicks(10 ** from, 10 ** to, count) : linearTicks(from, to, count);
  return { ticks, at: (value) => bottom - ((map(value) - from) / (to - from)) * (bottom - top) };
}

/** The lines of a group, its axes and a key. */
export function linePicture(group: CurveGroup, options: LineOptions, palette: Palette): string {
  const { width, height, heading, log, smoothing } = options;
  const [right, bottom] = [width - RIGHT, height - BOTTOM];
  const { training, validation } = group;
  const shown = (x: Float64Array, y: Float64Array): Point[] =>
    decimate(x, log ? y.map((value) => (value > 0 ? value : NaN)) : y, right - LEFT);
  const raw = training ? shown(training.x, training.y) : [];
  const isSmoothed = smoothing > 0 && raw.length > 2;
  const smoothed = training && isSmoothed ? shown(training.x, smooth(training.y, smoothing)) : [];
  const checked = validation ? shown(validation.x, validation.y) : [];
  const firstStep = Math.min(training?.x[0] ?? Infinity, validation?.x[0] ?? Infinity);
  const lastStep = Math.max(training?.x.at(-1) ?? 0, validation?.x.at(-1) ?? 0);
  const span = Math.max(1, lastStep - firstStep);
  const stepAt = (step: number): number => LEFT + ((step - firstStep) / span) * (right - LEFT);
  const values = valueScale([...raw, ...smoothed, ...checked], log, TOP, bottom);
  const path = (points: readonly Point[]) =>
    polyline(points.map(({ x, y }) => [stepAt(x), values.at(y)]));
  const line = (points: readonly Point[], stroke: string, more: Record<string, string | number>) =>
    points.length < 2
      ? ''
      : tag('path', { d: path(points), fill: 'none', stroke, 'stroke-linejoin': 'round', ...more });
  const single = raw.length === 1 ? raw : [];
  const content = [
    ...valueAxis(values, right, palette),
    ...stepAxis(firstStep, lastStep, stepAt, bottom, palette),
    ...options.changes.map((step) =>
      tag('path', {
        d: polyline([[stepAt(step), TOP], [stepAt(step), bottom]]), // prettier-ignore
        ...{ stroke: palette.muted, 'stroke-dasharray': '2 3' },
      }),
    ),
    line(raw, palette.training, isSmoothed ? { opacity: '0.35' } : { 'stroke-width': 1.6 }),
    line(smoothed, palette.training, { 'stroke-width': 1.8 }),
    ...single.map(({ x, y }) =>
      tag('circle', { cx: stepAt(x), cy: values.at(y), r: 3, fill: palette.training }),
    ),
    line(checked, palette.validation, { 'stroke-width': 1.6, 'stroke-dasharray': '6 4' }),
    ...(checked.length <= MARKED ? checked : []).map(({ x, y }) =>
      tag('path', {
        d: diamond(stepAt(x), values.at(y)),
        fill: palette.validation,
      }),
    ),
    crosses(options.nonFiniteSteps.map(stepAt), bottom, palette),
    ...key(group, isSmoothed, options, palette),
  ];
  const name = `${group.name} over steps ${firstStep} to ${lastStep}`;
  const frame = { width, height, name };
  return picture(heading === undefined ? frame : { ...frame, heading }, palette, content);
}

function valueAxis({ ticks, at }: Scale, right: number, { grid, muted }: Palette): string[] {
  const lines = ticks.map((tick) => boxes([[LEFT, at(tick) - 0.5, right - LEFT, 1]])).join('');
  return [
    tag('path', { d: lines, fill: grid }),
    ...ticks.map((tick) =>
      label(formatRound(tick), LEFT - 8, at(tick) + 4, { fill: muted, 'text-anchor': 'end' }),
    ),
  ];
}

function stepAxis(
  first: number,
  last: number,
  at: (step: number) => number,
  bottom: number,
  { muted }: Palette,
): string[] {
  const count = Math.floor((at(last) - at(first)) / STEP_GAP);
  return linearTicks(first, last, count)
    .filter(Number.isInteger)
    .map((step) =>
      label(formatValue(step), at(step), bottom + 16, { fill: muted, 'text-anchor': 'middle' }),
    );
}

function diamond(x: number, y: number): string {
  return `${polyline([[x, y - 4], [x + 4, y], [x, y + 4], [x - 4, y]])}z`; // prettier-ignore
}

/** A cross, so that colour is not the only sign; those that would stand on one another are drawn once. */
function crosses(places: readonly number[], bottom: number, { error }: Palette): string {
  let last = -Infinity;
  const y = bottom - CROSS - 2;
  let d = '';
  for (const x of places) {
    if (x - last < 2 * CROSS + 1) continue;
    last = x;
    d += polyline([[x - CROSS, y - CROSS], [x + CROSS, y + CROSS]]); // prettier-ignore
    d += polyline([[x + CROSS, y - CROSS], [x - CROSS, y + CROSS]]); // prettier-ignore
  }
  return d === '' ? '' : tag('path', { d, stroke: error, 'stroke-width': 1.5, fill: 'none' });
}

/** What the lines are, above the plot. */
function key(
  { name, training, validation }: CurveGroup,
  isSmoothed: boolean,
  { nonFiniteSteps, changes }: LineOptions,
  palette: Palette,
): string[] {
  const entries: [words: string, mark: (x: number) => string][] = [];
  const dash = (stroke: string, more: Record<string, string>) => (x: number) =>
    tag('path', { d: `M${x} 8h16`, stroke, 'stroke-width': 2, ...more });
  const isFaint = isSmoothed ? { opacity: '0.35' } : {};
  const plain = validation ? 'training' : name;
  if (training) entries.push([plain, dash(palette.training, isFaint)]);
  if (isSmoothed) entries.push(['smoothed', dash(palette.training, {})]);
  if (validation) {
    const dashed = dash(palette.validation, { 'stroke-dasharray': '6 4' });
    entries.push(['validation', dashed]);
  }
  if (nonFiniteSteps.length > 0) {
    const cross = (x: number): string => {
      const d = `M${x + 4} 4l8 8M${x + 12} 4l-8 8`;
      return tag('path', { d, stroke: palette.error, 'stroke-width': 1.5 });
    };
    entries.push(['not finite', cross]);
  }
  if (changes.length > 0) {
    const stroke = { stroke: palette.muted, 'stroke-dasharray': '2 3' };
    entries.push(['changed here', (x) => tag('path', { d: `M${x + 8} 1v14`, ...stroke })]);
  }
  let x = LEFT;
  return entries.flatMap(([words, mark]) => {
    const drawn = [mark(x), label(words, x + 22, 12, { fill: palette.muted })];
    x += 22 + words.length * 6.2 + 20;
    return drawn;
  });
}
