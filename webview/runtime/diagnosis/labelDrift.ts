// Do the labels of a training stay what they were? Those of an agent that learns from its own estimates
// move with them: then the first ones say nothing of the loss that can be expected later.
import type { OutputFacts } from '../../../src/shared/core/facts';
import { summarize } from '../../../src/shared/core/summary';
import type { Tensor, TfNamespace } from '../../../src/shared/tap/types';
import { SampleCollector } from './samples';

/** Steps after the first at which labels are looked at again; then ever more seldom. */
const FIRST_LOOKS = 64;
/** Labels looked at in one go; as many steps as they take. */
const LOOKED_AT = 64;
/** Standard errors by which the mean must have moved … */
const SIGMAS = 5;
/** … and share of the deviation: no less would matter. */
const SHARE = 0.3;

type Known = Pick<OutputFacts, 'labels'>;

/** True where the mean of `now` is not that of `before`, beyond chance and by an amount that matters. */
export function hasMoved({ labels: before }: Known, { labels: now }: Known): boolean {
  const counts = [before.count - before.nans, now.count - now.nans];
  if (counts.some((count) => count < 2)) return false;
  const [n = 1, m = 1] = counts;
  const error = Math.hypot(before.std / Math.sqrt(n), now.std / Math.sqrt(m));
  const distance = Math.abs(now.mean - before.mean);
  return distance > SIGMAS * error && distance > SHARE * before.std;
}

/** Follows the labels of one model. */
export class LabelDrift {
  readonly #tf: TfNamespace;
  #collector: SampleCollector | undefined;
  #step = 0;
  #next = FIRST_LOOKS;

  constructor(tf: TfNamespace) {
    this.#tf = tf;
  }

  /**
   * To be called before each step with the labels of its batch, one tensor per output. True where they
   * are no longer like the `first` ones, which is asked for only when there is something to compare.
   */
  beforeStep(labels: readonly Tensor[], first: () => readonly Known[]): boolean {
    if (++this.#step < this.#next) return false;
    this.#collector ??= new SampleCollector(this.#tf);
    this.#collector.add(labels, false);
    if (this.#collector.count < LOOKED_AT && !this.#collector.isComplete) return false;
    const { samples } = this.#collector;
    this.#collector = undefined;
    this.#next = this.#step + Math.max(FIRST_LOOKS, this.#step >> 1);
    const known = first();
    return samples.some(({ values }, i) => {
      const before = known[i];
      return before !== undefined && hasMoved(before, { labels: summarize(values) });
    });
  }
}
