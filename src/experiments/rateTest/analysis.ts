// Reads a learning rate off a range test (Smith, "Cyclical Learning Rates for Training Neural Networks", WACV
// 2017): the rate grows exponentially from step to step, the loss is smoothed, and where it falls most steeply the
// rate does the most good; where it explodes the rate is far too large.

/** Loss of a step at its learning rate, in step order. */
export interface RatePoint {
  rate: number;
  /** Loss before the update with that rate. */
  loss: number;
}

/** What a range test says. */
export interface RateAdvice {
  /** Smoothed losses, as many as there are points used. */
  smoothed: number[];
  /** Rate of the lowest smoothed loss. */
  lowest?: number;
  /** Rate from which on the loss only grows: beyond {@link DIVERGENCE} times the best. */
  divergesAt?: number;
  suggested?: { rate: number; by: 'steepest' | 'tenth'; why: string };
  /** Why nothing is suggested. */
  problem?: string;
}

/** Weight of the past in the exponential mean. */
const SMOOTHING = 0.95;
/** A smoothed loss of so many times the best one ends the test. */
export const DIVERGENCE = 4;
/** Steps at the beginning that say little: their mean rests on few losses. */
const WARM_UP = 8;
/** The loss has to fall by this share of its first value to tell anything. */
const LEAST_FALL = 0.02;
/** And by so many standard deviations of the smoothed curve. */
const CLEAR = 4;
/** Standard deviation that is left of independent noise: √((1 − β) / (1 + β)), halved in variance by both ways. */
const NOISE_LEFT = Math.sqrt((1 - SMOOTHING) / (1 + SMOOTHING) / 2);
/** Losses higher than those at the beginning by this share of them are taken as that high. */
const ABOVE_START = 0.1;
/** Share of the whole fall that is more than what batches differ by. */
const FALL_BEGINS = 0.15;
/** A rate within this factor below that of the lowest loss is too close to it. */
const NEXT_TO_LOWEST = 3;
/** A steepest place further below the lowest one than this comes of what batches differ by. */
const FAR_FROM_LOWEST = 100;
/** Steps on either side that a slope is fitted over. */
const SLOPE_REACH = 4;

/** Exponential means with the bias of their beginning taken out (Kingma & Ba 2015, section 3). */
export function smooth(losses: readonly number[]): number[] {
  let mean = 0;
  return losses.map((loss, i) => {
    mean = SMOOTHING * mean + (1 - SMOOTHING) * loss;
    return mean / (1 - SMOOTHING ** (i + 1));
  });
}

/** Means of the past and of the future: they lag behind nothing, but need the whole test. */
function smoothBothWays(losses: readonly number[]): number[] {
  const forward = smooth(losses);
  const backward = smooth(losses.toReversed()).toReversed();
  return forward.map((mean, i) => (mean + (backward[i] ?? mean)) / 2);
}

/** True where the loss has exploded: then the test is over. */
export function hasDiverged(losses: readonly number[]): boolean {
  const newest = losses.at(-1);
  if (newest === undefined) return false;
  if (!Number.isFinite(newest)) return true;
  if (losses.length <= WARM_UP) return false;
  const smoothed = smooth(losses);
  const best = Math.min(...smoothed);
  const last = smoothed.at(-1) ?? 0;
  // Losses may be negative: then the rise is measured from the best to where it began.
  const limit =
    best > 0 ? DIVERGENCE * best : best + DIVERGENCE * Math.abs((smoothed[0] ?? 0) - best);
  return last > limit && last > best;
}

/** Least-squares slope of the loss over the logarithm of the rate, around a point. */
function slopeAt(points: readonly RatePoint[], smoothed: readonly number[], at: number): number {
  const from = Math.max(0, at - SLOPE_REACH);
  const to = Math.min(points.length, at + SLOPE_REACH + 1);
  const xs = points.slice(from, to).map(({ rate }) => Math.log(rate));
  const ys = smoothed.slice(from, to);
  const meanX = xs.reduce((a, b) => a + b, 0) / xs.length;
  const meanY = ys.reduce((a, b) => a + b, 0) / ys.length;
  const cross = xs.reduce((sum, x, i) => sum + (x - meanX) * ((ys[i] ?? 0) - meanY), 0);
  const square = xs.reduce((sum, x) => sum + (x - meanX) ** 2, 0);
  return square === 0 ? 0 : cross / square;
}

const short = (value: number): string => String(Number(value.toPrecision(2)));

/** What the losses of a range test say of the learning rate. */
export function adviseRate(points: readonly RatePoint[]): RateAdvice {
  const end = points.findIndex(({ loss }) => !Number.isFinite(loss));
  const used = end < 0 ? points : points.slice(0, end);
  const losses = used.map(({ loss }) => loss);
  const begin = losses.slice(0, Math.max(WARM_UP, Math.floor(used.length / 8)));
  const start = meanOf(begin);
  // The explosion at the end must not reach back into the fall before it.
  const most = Math.max(...begin) + Math.abs(start) * ABOVE_START;
  const smoothed = smoothBothWays(losses.map((loss) => Math.min(loss, most)));
  const lowestAt = indexOfLowest(smoothed);
  const lowest = used[lowestAt]?.rate;
  const limitAt = smoothed.findIndex((_, i) => i > lowestAt && hasDiverged(losses.slice(0, i + 1)));
  const divergesAt = (limitAt >= 0 ? used[limitAt] : points[end])?.rate;
  const found = {
    smoothed,
    ...(lowest !== undefined && { lowest }),
    ...(divergesAt !== undefined && { divergesAt }),
  };
  if (used.length < 2 * WARM_UP || lowest === undefined) {
    const problem = `The test took only ${used.length} steps with a finite loss: too few to tell. Lower the first rate, or train on more data.`;
    return { ...found, problem };
  }
  const fall = start - (smoothed[lowestAt] ?? NaN);
  const noise = NOISE_LEFT * noiseOf(losses.slice(0, lowestAt + 1));
  if (lowestAt > WARM_UP && fall > 0 && fall < CLEAR * noise) {
    const problem = 'The losses of the batches differ more than the learning rate changes them. Take larger batches for the test, or more steps.'; // prettier-ignore
    return { ...found, problem };
  }
  if (lowestAt <= WARM_UP || !(fall >= LEAST_FALL * Math.abs(start))) {
    const problem = 'The loss fell at no learning rate: something else keeps the model from learning. Look at the findings of a run first.'; // prettier-ignore
    return { ...found, problem };
  }
  // Before the fall the curve goes up and down with its batches only.
  const before = smoothed.findLastIndex(
    (loss, i) => i < lowestAt && loss >= start - Math.max(FALL_BEGINS * fall, 2 * noise),
  );
  let steepestAt = Math.max(0, before);
  let steepest = 0;
  for (let i = steepestAt; i <= lowestAt; i++) {
    const slope = slopeAt(used, smoothed, i);
    if (slope >= steepest) continue;
    steepest = slope;
    steepestAt = i;
  }
  const rate = used[steepestAt]?.rate ?? lowest;
  const beyond = divergesAt === undefined ? '' : ` From ${short(divergesAt)} on it explodes.`;
  // So close to the lowest place a training soon is beyond it, once the weights have grown.
  if (rate > lowest / NEXT_TO_LOWEST) {
    const why = `The loss falls most steeply at ${short(rate)}, next to where it is lowest (${short(lowest)}); a tenth of that leaves room.${beyond}`;
    return { ...found, suggested: { rate: rounded(lowest / 10), by: 'tenth', why } };
  }
  if (rate < lowest / FAR_FROM_LOWEST) {
    const why = `The loss is lowest at ${short(lowest)}, and a tenth of that is the usual choice; its fall is too uneven to tell where it is steepest.${beyond}`;
    return { ...found, suggested: { rate: rounded(lowest / 10), by: 'tenth', why } };
  }
  const why = `Here the loss falls most steeply; it is lowest at ${short(lowest)}.${beyond}`;
  return { ...found, suggested: { rate: rounded(rate), by: 'steepest', why } };
}

/** Standard deviation of the losses around their course: by the median of the changes from step to step. */
function noiseOf(losses: readonly number[]): number {
  const changes = losses.slice(1).map((loss, i) => Math.abs(loss - (losses[i] ?? 0)));
  const middle = changes.sort((a, b) => a - b)[changes.length >> 1] ?? 0;
  // Of a normal distribution; a change has twice the variance of a loss.
  return (1.4826 * middle) / Math.SQRT2;
}

/** Not among the first: there the curve is hardly smoothed. */
function indexOfLowest(values: readonly number[]): number {
  const first = Math.min(WARM_UP, values.length - 1);
  return values.reduce(
    (at, value, i) => (i > first && value < (values[at] ?? Infinity) ? i : at),
    Math.max(0, first),
  );
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Two digits: the test tells no more. */
function rounded(rate: number): number {
  return Number(rate.toPrecision(2));
}
