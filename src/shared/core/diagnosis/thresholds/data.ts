// Constants of the rules on data and construction: ranges of inputs and labels, balance of classes, fit of
// output, loss and labels. Whether a range matters is decided by the loss, not here.

/**
 * Root mean square of an input from which on it is not scaled. Optimizers and initializers assume 1
 * (LeCun et al. 1998, “Efficient BackProp”); tables in natural units that train well have up to 10.
 */
export const INPUT_NOTE = 10;
/** … and from which on it is to blame where the training does badly: raw bytes have 80 … 150. */
export const INPUT_LARGE = 30;
/** Root mean square below which inputs are lost beside the biases: images scaled twice have 0.002. */
export const INPUT_SMALL = 0.01;
/**
 * Deviation of the widest feature of a table ÷ that of the narrowest. The condition number of the loss
 * grows with its square (LeCun et al. 1998). Rare one-hot columns beside standard ones reach 30.
 */
export const FEATURE_SPREAD = 1e3;
/** Root mean square of regression labels that makes squared errors explode at usual rates. */
export const LABELS_LARGE = 100;
/** Samples below which nothing is said of what the data look like. */
export const DATA_SAMPLES = 16;

/** Ratio of the most to the least frequent class (SageMaker Debugger's ClassImbalance: 10). */
export const IMBALANCE_RATIO = 10;
/** Standard score of the bound that the ratio must exceed: 0.1 % one-sided, divided by the classes. */
export const IMBALANCE_SCORE = 3.1;
/** Steps after which a loss at the entropy of the labels means that only their frequencies were learnt. */
export const MAJORITY_STEPS = 200;
/** Share of that entropy the loss must still have, at least and at most … */
export const MAJORITY_LEFT = 0.95;
export const MAJORITY_ABOVE = 1.5;
/** … and the relative error up to which it is known: rare classes make the loss noisy. */
export const MAJORITY_ERROR = 0.2;
/**
 * One class is nearly all: ratio to the rarest, share of all samples, and share of the entropy that is left
 * when the loss has stopped. Texts, whose tokens are as unequal, have far more classes than the 20 looked at.
 */
export const DOMINANCE_RATIO = 100;
export const DOMINANT_SHARE = 0.9;
export const DOMINANCE_LEFT = 0.3;

/** Share of the labels out of the output's reach: worth knowing, likely to fail, cannot succeed. */
export const REACH_WARNING = 0.01;
export const REACH_ERROR = 0.3;
/** How far a label may lie beyond the reach, by rounding. */
export const REACH_ROUNDING = 1e-3;
