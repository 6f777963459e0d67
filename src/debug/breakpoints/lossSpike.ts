// The loss of a step against the median of those before it.

/** Losses that the median is of. */
const WINDOW = 20;
/** Losses needed before anything is called a spike. */
const LEAST = 10;
/** A loss above so many medians is a spike; a filter's condition on `ratio` sets another bound. */
export const SPIKE_RATIO = 3;

/** Remembers the newest losses of the walk, which may go back. */
export class LossSpikes {
  private losses: { step: number; loss: number }[] = [];

  /**
   * Takes the loss of a step. Gives loss / median of the last {@link WINDOW} finite losses; undefined where there
   * are fewer than {@link LEAST}, or the median is not above 0.
   */
  note(step: number, loss: number | undefined): number | undefined {
    while ((this.losses.at(-1)?.step ?? -1) >= step) this.losses.pop();
    const ratio = this.ratioOf(loss);
    if (loss !== undefined && Number.isFinite(loss)) {
      this.losses.push({ step, loss });
      if (this.losses.length > 2 * WINDOW) this.losses.splice(0, WINDOW);
    }
    return ratio;
  }

  private ratioOf(loss: number | undefined): number | undefined {
    const recent = this.losses.slice(-WINDOW).map((entry) => entry.loss);
    if (loss === undefined || recent.length < LEAST) return undefined;
    const sorted = recent.sort((a, b) => a - b);
    const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
    return middle > 0 ? loss / middle : undefined;
  }
}
