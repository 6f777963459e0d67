// Before which steps of a model a probe is taken. By numbers of steps alone, so that the same run has
// the same probes: dense at the start, where most goes wrong, then rare enough to cost 1 to 2 %.

/** The second probe, after which their distance doubles. */
const FIRST_GAP = 10;
/** Distance that probes have in the long run, in steps, unless they are dearer than a step. */
const LONG_GAP = 160;
/** A probe may cost this share of the steps since the last one: while distances double, and after. */
const EARLY_SHARE = 0.1;
const LATE_SHARE = 0.015;

/** Steps of one model. */
export class ProbeSchedule {
  #steps = 0;
  #next = 1;

  /**
   * Counts a step, and says whether a probe goes before it. `cost`: what a probe costs, in steps.
   */
  isDue(cost: number): boolean {
    const step = ++this.#steps;
    if (step < this.#next) return false;
    const longGap = Math.max(LONG_GAP, Math.ceil(cost / LATE_SHARE));
    const gap = step < FIRST_GAP ? FIRST_GAP - step : step;
    this.#next = step + Math.min(longGap, Math.max(gap, Math.ceil(cost / EARLY_SHARE)));
    return true;
  }
}
