// How many of a run's events are written: all while there is room, then every second, fourth, … so that a run of
// any length keeps within its bytes, and its beginning, where most goes wrong, is kept in full.

/** Doublings of the stride until the bytes are spent. */
const DOUBLINGS = 16;

/** Which of the steps of a run get one kind of event. Steps of optimizers that take turns are counted apart. */
export class Thinning {
  private spent = 0;
  private extra = 0;
  private readonly counts = new Map<string, number>();
  private readonly perDoubling: number;
  private readonly forAll: number;
  private readonly forExtra: number;

  /**
   * @param bytes that all events may take together.
   * @param share 0 … 1 of them for the beginning, where every step is written.
   * @param extraShare 0 … 1 of them for steps that stand out.
   */
  constructor(bytes: number, share: number, extraShare: number) {
    this.forExtra = bytes * extraShare;
    this.forAll = bytes * share;
    this.perDoubling = (bytes - this.forAll - this.forExtra) / DOUBLINGS;
  }

  /** Steps from one event to the next; Infinity once the bytes are spent. */
  get stride(): number {
    if (this.spent < this.forAll) return 1;
    const doublings = 1 + Math.floor((this.spent - this.forAll) / this.perDoubling);
    return doublings > DOUBLINGS ? Infinity : 2 ** doublings;
  }

  /**
   * True where the next step of the optimizer named `key` is written. {@link spend} tells what that took.
   * `standsOut`: written even where its turn has not come.
   */
  take(key: string, standsOut: boolean): boolean {
    const count = this.counts.get(key) ?? 0;
    this.counts.set(key, count + 1);
    const { stride } = this;
    this.isExtra = stride === Infinity || count % stride !== 0;
    return !this.isExtra || (standsOut && this.extra < this.forExtra);
  }
  private isExtra = false;

  /** Bytes that the step just taken took. */
  spend(bytes: number): void {
    if (this.isExtra) this.extra += bytes;
    else this.spent += bytes;
  }
}
