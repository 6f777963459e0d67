// What the rules on updates compare with: ‖Δw‖/‖w‖ per step, as measured, whatever the optimizer.

/** What an update should be: “somewhere around 1e-3” (CS231n, “Ratio of weights:updates”). */
export const GOOD_UPDATE_RATIO = 1e-3;

/**
 * Too large: a tenth of the weights in one step (TheDeepChecker: log10 > −1; DeepDiagnosis: 1e-1).
 * Sound nets get there in their first steps, with weights near zero, and with one weight.
 */
export const LARGE_UPDATE_RATIO = 0.1;

/**
 * Thrown off: share of a layer's weights that one update changed. Adam at usual rates begins with up to
 * 0.1 (rate ÷ deviation of the weights) …
 */
export const THROWN_RATIO = 0.3;
/** … and share of what there is to learn by which the loss has stayed above a constant answer since. */
export const THROWN_ABOVE = 0.2;

/** Too small: a ten-thousandth (TheDeepChecker: log10 < −4; DeepDiagnosis: 1e-5). */
export const SMALL_UPDATE_RATIO = 1e-4;
/**
 * … where the loss of a constant answer is not known, and the model may have been trained before: ten
 * thousand steps move the weights by a tenth. Fine-tuning takes 1e-4 and more.
 */
export const TINY_UPDATE_RATIO = 1e-5;
/** … while the loss falls by less than this share over the newer half of the run. */
export const SMALL_DROP = 0.1;

/**
 * Too small, in all: share by which the weights have moved at most since the first step. A net that was
 * taught what there is to learn, or that there is nothing, has moved farther.
 */
export const SMALL_TRAVEL = 0.05;

/** Steps before the ratio is judged: the first updates of Adam, and a warm-up, are over by then. */
export const LARGE_UPDATE_STEPS = 30;
export const SMALL_UPDATE_STEPS = 100;
/**
 * … and before a small one is a waste: one pass through the data, within these limits. Many small steps,
 * on single samples, get as far as a few large ones.
 */
export const FIRST_PASS_MAXIMUM = 1000;
/** Where the size of the set is not known: samples of a pass, and fewest steps. */
export const FIRST_PASS_SAMPLES = 4096;
export const FIRST_PASS_UNKNOWN = 200;

/** Steps for which the statement must hold. */
export const UPDATE_PERSISTENCE = 20;

/** Share of the loss of knowing nothing that is left, above which nothing was learnt. */
export const NOTHING_LEARNT = 0.9;
/** … and above which the training does not do well. */
export const LITTLE_LEARNT = 0.5;
/** … and above which weights that are replaced every few steps cannot be what they should be. */
export const UNSETTLED = 0.2;

/** Steps after which a layer that never moved is blamed for a loss that does not do well. */
export const UNCHANGED_BLAME_STEPS = 200;
/**
 * … and a layer that no optimizer was given: its turn may come later. Schedules that train parts of a net in
 * turn change after an epoch or after some hundred steps.
 */
export const LEFT_OUT_BLAME_STEPS = 400;
/** Steps for which a layer must not have moved at all while others do. */
export const UNCHANGED_STEPS = 50;
