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
  /** Share of steps that are lower, or higher, than both neighbours: 2/3 in noise, 1 by turns. */
  turns: number;
}

/** Takes finite losses, one per step. */
export class LossHistory {
  /** Of each block: mean, sum of absolute successive differences, number of turning points. */
  private means: number[] = [];
  private swings: number[] = [];
  private turns: number[] = [];
  private size = HISTORY_BLOCK;
  private count = 0;
  private sum = 0;
  private swing = 0;
  private turn = 0;
  private before: number | undefined;
  private change = 0;
  private stretch: Stretch | undefined;

  /** Losses taken. */
  steps = 0;

  note(loss: number): void {
    this.steps++;
    this.count++;
    this.sum += loss;
    const change = loss - (this.before ?? loss);
    this.swing += Math.abs(change);
    if (change * this.change < 0) this.turn++;
    this.before = loss;
    this.change = change;
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
    let swings = 0;
    let turns = 0;
    for (let i = from; i < means.length; i++) {
      swings += this.swings[i] ?? 0;
      turns += this.turns[i] ?? 0;
    }
    return {
      steps: blocks * size,
      mean,
      error,
      trend: trendScore(means, from),
      drop: meanOf(means, from, from + third) - meanOf(means, means.length - third, means.length),
      swing: ((swings / (blocks * size)) * Math.sqrt(Math.PI)) / 2,
      turns: turns / (blocks * size),
    };
  }

  private close(): void {
    this.means.push(this.sum / this.count);
    this.swings.push(this.swing);
    this.turns.push(this.turn);
    this.count = this.sum = this.swing = this.turn = 0;
    this.stretch = undefined;
    if (this.means.length === HISTORY_BLOCKS) this.merge();
  }

  /** Pairs of blocks become one: half as many, twice as long. */
  private merge(): void {
    const { means, swings, turns } = this;
    const half = means.length / 2;
    for (const sums of [means, swings, turns]) {
      for (let i = 0; i < half; i++) sums[i] = (sums[2 * i] ?? 0) + (sums[2 * i + 1] ?? 0);
      sums.length = half;
    }
    for (let i = 0; i < half; i++) means[i] = (means[i] ?? 0) / 2;
    this.size *= 2;
  }
}
