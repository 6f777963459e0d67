// Steps per second of training time over the newest seconds: what the page shows as speed.

/** Length of the measured window, seconds of training time. */
const WINDOW_SECONDS = 3;
/** Points kept: a faster run is measured over these many records instead. */
const MAX_POINTS = 256;

/** Measures the rate of steps. */
export class StepRate {
  private points: { step: number; seconds: number }[] = [];

  note(step: number, seconds: number): void {
    this.points.push({ step, seconds });
    const oldest = this.points.findIndex((point) => seconds - point.seconds <= WINDOW_SECONDS);
    // One point before the window stays, so that slow steps have a distance to be measured over.
    if (oldest > 1) this.points.splice(0, oldest - 1);
    if (this.points.length > MAX_POINTS) this.points.splice(0, this.points.length - MAX_POINTS);
  }

  /** Undefined before two records have come. */
  get value(): number | undefined {
    const first = this.points[0];
    const last = this.points.at(-1);
    if (!first || !last || !(last.seconds > first.seconds)) return undefined;
    return (last.step - first.step) / (last.seconds - first.seconds);
  }
}
