// Decides which steps are recorded in full. Counted per set of trained variables, so that a program
// whose optimizers take turns (a GAN) has each of them sampled at the rate asked for.
import type { TapSampling } from './types';

/** Counts the steps of each set of variables. The first step of each is always sampled. */
export class Sampler {
  readonly #sampling: TapSampling;
  /** Steps taken, by a key of the set of variables. */
  readonly #steps = new Map<string, number>();

  /** @param before Steps taken before, where a training goes on: then one set of variables is trained. */
  constructor(
    sampling: TapSampling,
    private readonly before = 0,
  ) {
    this.#sampling = sampling;
  }

  /**
   * Counts a step that trains `applied` by gradients computed for each of `computed` (the same
   * variables and perhaps unused ones), and says whether to record it.
   */
  countStep(applied: readonly string[], computed: readonly (readonly string[])[]): boolean {
    if (this.#sampling.everySteps <= 1 && this.#sampling.activationEverySteps <= 1) return true;
    const key = keyOf(applied);
    const step = this.#steps.get(key) ?? this.before;
    for (const k of new Set([key, ...computed.map(keyOf)])) {
      this.#steps.set(k, (this.#steps.get(k) ?? this.before) + 1);
    }
    return step % Math.max(1, this.#sampling.everySteps) === 0;
  }

  /** Takes `count` steps back, where one set of variables is trained. */
  rewind(count: number): void {
    for (const [key, steps] of this.#steps) this.#steps.set(key, Math.max(0, steps - count));
  }

  /** Whether the step that will apply gradients of these variables records activations and δ. */
  wantsActivations(variables: readonly string[]): boolean {
    const { everySteps, activationEverySteps } = this.#sampling;
    const step = this.#steps.get(keyOf(variables)) ?? this.before;
    return step % Math.max(1, everySteps) === 0 && step % Math.max(1, activationEverySteps) === 0;
  }
}

/** Variables of one optimizer are handed over in one order; first, last and number tell sets apart. */
function keyOf(variables: readonly string[]): string {
  return `${variables.length}|${variables[0] ?? ''}|${variables.at(-1) ?? ''}`;
}
