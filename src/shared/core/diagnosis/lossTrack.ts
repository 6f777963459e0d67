// Where the loss of a run stands: against its first values, and whether it still improves.
import { LossHistory } from './lossHistory';
import {
  EXPLODING_LOSS_RISE,
  PLATEAU_DROP,
  PLATEAU_MINIMUM,
  PLATEAU_SIGMAS,
  PLATEAU_WINDOW,
  REFERENCE_STEPS,
  UNLEARNT_SHARE,
} from './thresholds';

/** Median of a short list; 0 of an empty one. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** Mean and squared standard error of values[from … to). */
function moments(values: readonly number[], from: number, to: number) {
  const n = to - from;
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i] ?? 0;
  const mean = sum / n;
  let squares = 0;
  for (let i = from; i < to; i++) squares += ((values[i] ?? 0) - mean) ** 2;
  return { mean, squaredError: squares / Math.max(1, n - 1) / n };
}

/** Follows the finite losses of one optimizer. */
export class LossTrack {
  private readonly first: number[] = [];
  private recent: number[] = [];
  private bestMean = Infinity;
  private initial = 0;

  /** All losses of the run, in blocks. */
  readonly history = new LossHistory();

  /** The newest finite loss. */
  latest: number | undefined;

  /**
   * True where another optimizer trains in turn with this one (a GAN, actor and critic): the opponent
   * moves the loss too, which then says nothing of how well the training goes.
   */
  isContested = false;

  /** Takes the loss of a step; non-finite ones are another rule's business. */
  note(loss: number | undefined): void {
    if (loss === undefined || !Number.isFinite(loss)) return;
    this.latest = loss;
    this.history.note(loss);
    if (this.first.length < REFERENCE_STEPS) {
      this.first.push(loss);
      this.initial = median(this.first);
    }
    this.recent.push(loss);
    if (this.recent.length > PLATEAU_WINDOW) this.recent.shift();
    if (this.recent.length >= REFERENCE_STEPS) {
      const newest = this.recent.slice(-REFERENCE_STEPS * 2);
      this.bestMean = Math.min(this.bestMean, moments(newest, 0, newest.length).mean);
    }
  }

  /** Median of the first losses. */
  get reference(): number {
    return this.initial;
  }

  /** The very first loss: the reference of runs that blow up within a few steps. */
  get start(): number {
    return this.first[0] ?? 0;
  }

  /** True where a loss lies far above `reference`: by {@link EXPLODING_LOSS_RISE}, scale-free. */
  hasRisen(loss: number, reference = this.initial): boolean {
    return loss - reference > (EXPLODING_LOSS_RISE - 1) * Math.abs(reference);
  }

  /** True while no stretch of steps was clearly below the first losses: nothing was learnt. */
  get isUnlearnt(): boolean {
    return this.remaining > UNLEARNT_SHARE;
  }

  /** Best smoothed loss ÷ first loss: 1 at the start, near 0 when all is learnt. */
  get remaining(): number {
    if (this.bestMean === Infinity) return 1;
    if (this.initial === 0) return this.bestMean < 0 ? 0 : 1;
    return 1 - (this.initial - this.bestMean) / Math.abs(this.initial);
  }

  /**
   * True where the newer half of the window is no better than the older: by neither
   * {@link PLATEAU_DROP} nor a drop that stands out of the noise. False while too few are known.
   */
  get isFlat(): boolean {
    const n = this.recent.length;
    if (n < PLATEAU_MINIMUM) return false;
    const older = moments(this.recent, 0, n >> 1);
    const newer = moments(this.recent, n >> 1, n);
    const drop = older.mean - newer.mean;
    if (drop <= 0) return true;
    const error = Math.sqrt(older.squaredError + newer.squaredError);
    return drop < PLATEAU_DROP * Math.abs(older.mean) && drop < PLATEAU_SIGMAS * error + 1e-12;
  }
}
