// Which of the tags with a loss is the loss of the run. The others are shown as metrics.

/** Rank of a loss that is a part of another one, by its name. */
const PART = 4;

/** Chooses once, among the tags that the first steps have; a total that comes later still wins over a part. */
export class LossChoice {
  private readonly ranks = new Map<string, number>();
  private chosen: string | undefined;

  note(tag: string, rank: number): void {
    const known = this.ranks.get(tag);
    if (known === undefined || rank < known) this.ranks.set(tag, rank);
  }

  /** The tag of the run's loss; undefined where several parts have no total. */
  get tag(): string | undefined {
    const before = this.chosen === undefined ? undefined : this.ranks.get(this.chosen);
    if (before !== undefined && before < PART) return this.chosen;
    let best: string | undefined;
    let lowest = Infinity;
    let parts = 0;
    for (const [tag, rank] of this.ranks) {
      if (rank >= PART) parts++;
      if (rank < lowest) [best, lowest] = [tag, rank];
    }
    // Two networks that train against each other have a loss each, and neither is that of the run.
    this.chosen = lowest >= PART && parts > 1 ? undefined : best;
    return this.chosen;
  }
}
