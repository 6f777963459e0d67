// The losses of a whole run in at most 64 blocks of equal length: enough to tell trend from noise over the
// newer half of the run, however long it is, at a bounded cost per step.
import { HISTORY_BLOCK, HISTORY_BLOCKS, STRETCH_BLOCKS } from './thresholds/loss';
import { meanOf, meanWithError, trendScore } from './trend';

/** The losses of the newer half of a run. */
export interface Stretch {
  steps: number;
  mean: number;
  /** Standard error of the mean, by batch means. */
  error: number;
  /** Mann–Kendall score: below 0 the loss falls. */
  trend: number;
  /** Mean of the older third − mean of the newest third. */
  drop: number;
  /**
   * Deviation of single steps from their neighbours: mean absolute successive difference · √π ÷ 2, which
   * single outliers move less than the squared one does (von Neumann et al. 1941).
   */
  swing: number;
  /** Mean squared successive difference ÷ variance: 2 for noise, 4 for strict alternation. */
  ratio: number;
}

/** Takes finite losses, one per step. */
export class LossHistory {
  /** Mean of each block, and its sums: of squared deviations from the mean, of successive differences. */
  private means: number[] = [];
  private deviations: number[] = [];
  private squares: number[] = [];
  private swings: number[] = [];
  private size = HISTORY_BLOCK;
  private count = 0;
  private mean = 0;
  private deviation = 0;
  private square = 0;
  private swing = 0;
  private before: number | undefined;
  private stretch: Stretch | undefined;

  /** Losses taken. */
  steps = 0;

  note(loss: number): void {
    this.steps++;
    this.count++;
    // Welford's update.
    const delta = loss - this.mean;
    this.mean += delta / this.count;
    this.deviation += delta * (loss - this.mean);
    const step = loss - (this.before ?? loss);
    this.square += step * step;
    this.swing += Math.abs(step);
    this.before = loss;
    if (this.count === this.size) this.close();
  }

  /** The newer half of the run; undefined for the first 64 steps. New only once per block. */
  get newerHalf(): Stretch | undefined {
    const blocks = this.means.length;
    const from = blocks >> 1;
    if (blocks - from < STRETCH_BLOCKS) return undefined;
    return (this.stretch ??= this.describe(from));
  }

  private describe(from: number): Stretch {
    const { means, size } = this;
    const blocks = means.length - from;
    const { mean, error } = meanWithError(means, from);
    const third = Math.floor(blocks / 3);
    let deviations = 0;
    let squares = 0;
    let swings = 0;
    for (let i = from; i < means.length; i++) {
      deviations += (this.deviations[i] ?? 0) + size * ((means[i] ?? 0) - mean) ** 2;
      squares += this.squares[i] ?? 0;
      swings += this.swings[i] ?? 0;
    }
    return {
      steps: blocks * size,
      mean,
      error,
      trend: trendScore(means, from),
      drop: meanOf(means, from, from + third) - meanOf(means, means.length - third, means.length),
      swing: ((swings / (blocks * size)) * Math.sqrt(Math.PI)) / 2,
      ratio: deviations > 0 ? squares / deviations : 2,
    };
  }

  private close(): void {
    this.means.push(this.mean);
    this.deviations.push(this.deviation);
    this.squares.push(this.square);
    this.swings.push(this.swing);
    this.count = this.mean = this.deviation = this.square = this.swing = 0;
    this.stretch = undefined;
    if (this.means.length === HISTORY_BLOCKS) this.merge();
  }

  /** Pairs of blocks become one: half as many, twice as long. */
  private merge(): void {
    const { means, deviations, size } = this;
    const pair = (values: readonly number[], i: number): [number, number] => [
      values[2 * i] ?? 0,
      values[2 * i + 1] ?? 0,
    ];
    const half = means.length / 2;
    for (let i = 0; i < half; i++) {
      const [a, b] = pair(means, i);
      means[i] = (a + b) / 2;
      const [da, db] = pair(deviations, i);
      deviations[i] = da + db + (size * (a - b) ** 2) / 2;
      for (const sums of [this.squares, this.swings]) {
        const [sa, sb] = pair(sums, i);
        sums[i] = sa + sb;
      }
    }
    for (const values of [means, deviations, this.squares, this.swings]) values.length = half;
    this.size = 2 * size;
  }
}
