// What the rules on updates compare with: ‖Δw‖/‖w‖ per step, as measured, whatever the optimizer.

/** What an update should be: “somewhere around 1e-3” (CS231n, “Ratio of weights:updates”). */
export const GOOD_UPDATE_RATIO = 1e-3;

/**
 * Too large: a tenth of the weights in one step (TheDeepChecker: log10 > −1; DeepDiagnosis: 1e-1).
 * Sound nets get there in their first steps, with weights near zero, and with one weight.
 */
export const LARGE_UPDATE_RATIO = 0.1;

/** Too small: a ten-thousandth (TheDeepChecker: log10 < −4; DeepDiagnosis: 1e-5). */
export const SMALL_UPDATE_RATIO = 1e-4;
/** … beyond doubt: ten thousand steps move the weights by a tenth. */
export const TINY_UPDATE_RATIO = 1e-5;

/**
 * Too small, in all: share by which the weights have moved at most since the first step. A net that was
 * taught what there is to learn, or that there is nothing, has moved farther.
 */
export const SMALL_TRAVEL = 0.05;

/** Steps before the ratio is judged: the first updates of Adam, and a warm-up, are over by then. */
export const LARGE_UPDATE_STEPS = 30;
export const SMALL_UPDATE_STEPS = 100;

/** Steps for which the statement must hold. */
export const UPDATE_PERSISTENCE = 20;

/** Share of the loss of knowing nothing that is left, above which nothing was learnt. */
export const NOTHING_LEARNT = 0.9;
/** … and above which the training does not do well. */
export const LITTLE_LEARNT = 0.5;

/** Steps for which a layer must not have moved at all while others do. */
export const UNCHANGED_STEPS = 50;
