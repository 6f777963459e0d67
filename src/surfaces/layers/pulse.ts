// The course of every layer's gradient in few numbers, for the places beside the source: its norm now,
// where it is heading, and a sparkline of the whole run.
import type { LayerRecord, StepRecord } from '../../shared/core/stepRecord';

/** Points of a sparkline at most; when they are full, neighbours are merged. */
const MAX_POINTS = 48;
/** Points at the end whose mean is compared with as many before them. */
const TREND_POINTS = 4;
/** Change of the norm between them that counts as a trend. */
const TREND_FACTOR = 1.25;
/** … and standard errors that it must be, as batches differ. */
const TREND_ERRORS = 3;
/** log10 of a norm that is zero: below every float32. */
const ZERO_LOG = -46;

export type Trend = 'rising' | 'falling' | 'steady';

/** Mean and variance. */
function moments(values: readonly number[]): [mean: number, variance: number] {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return [mean, squares / Math.max(1, values.length - 1)];
}

/** log10 of the norm over the run: means of equally many steps, oldest first. */
class Course {
  readonly points: number[] = [];
  private stepsPerPoint = 1;
  private sum = 0;
  private count = 0;

  note(norm: number): void {
    this.sum += norm > 0 ? Math.max(ZERO_LOG, Math.log10(norm)) : ZERO_LOG;
    if (++this.count < this.stepsPerPoint) return;
    this.points.push(this.sum / this.count);
    this.sum = 0;
    this.count = 0;
    if (this.points.length < MAX_POINTS) return;
    for (let i = 0; i < MAX_POINTS / 2; i++) {
      this.points[i] = ((this.points[2 * i] ?? 0) + (this.points[2 * i + 1] ?? 0)) / 2;
    }
    this.points.length = MAX_POINTS / 2;
    this.stepsPerPoint *= 2;
  }

  get trend(): Trend {
    const { points } = this;
    if (points.length < 2 * TREND_POINTS) return 'steady';
    const [before, before2] = moments(points.slice(-2 * TREND_POINTS, -TREND_POINTS));
    const [now, now2] = moments(points.slice(-TREND_POINTS));
    const change = now - before;
    const error = Math.sqrt((before2 + now2) / TREND_POINTS);
    if (Math.abs(change) < Math.max(Math.log10(TREND_FACTOR), TREND_ERRORS * error))
      return 'steady';
    return change > 0 ? 'rising' : 'falling';
  }
}

/** What is shown of one layer. */
export interface LayerPulse {
  /** The newest record that has the layer, and its step. */
  latest: LayerRecord;
  step: number;
  trend: Trend;
  /** log10 of the gradient norm over the run, oldest first. */
  points: readonly number[];
}

/** Follows the layers of one run. */
export class Pulses {
  private readonly byLayer = new Map<
    string,
    { latest: LayerRecord; step: number; course: Course }
  >();

  note(record: StepRecord): void {
    for (const name in record.layers) {
      const latest = record.layers[name];
      if (!latest) continue;
      const known = this.byLayer.get(name);
      const pulse = known ?? { latest, step: record.step, course: new Course() };
      if (!known) this.byLayer.set(name, pulse);
      pulse.latest = latest;
      pulse.step = record.step;
      pulse.course.note(latest.gradient.norm);
    }
  }

  of(layer: string): LayerPulse | undefined {
    const pulse = this.byLayer.get(layer);
    if (!pulse) return undefined;
    const { latest, step, course } = pulse;
    return { latest, step, trend: course.trend, points: course.points };
  }
}

const BARS = '▁▂▃▄▅▆▇█';

/** A line of bars, at most `width` of them, from the lowest to the highest point. */
export function sparkline(points: readonly number[], width = 24): string {
  if (points.length === 0) return '';
  const columns = Math.min(width, points.length);
  const means = Array.from({ length: columns }, (_, i) => {
    const from = Math.floor((i * points.length) / columns);
    const part = points.slice(from, Math.max(from + 1, Math.floor(((i + 1) * points.length) / columns))); // prettier-ignore
    return part.reduce((sum, log) => sum + log, 0) / part.length;
  });
  const low = Math.min(...means);
  // A course within a factor of two is a flat line, not a mountain range.
  const range = Math.max(Math.max(...means) - low, Math.log10(2));
  return means
    .map((log) => BARS[Math.min(BARS.length - 1, Math.floor(((log - low) / range) * BARS.length))])
    .join('');
}
