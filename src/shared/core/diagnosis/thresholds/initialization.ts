// What the rules on initialization and on depth compare with. Scales are taken relative to the
// initialization that keeps signals alive for the layer's activation (He et al. 2015 for ReLU and its
// kin, Glorot and Bengio 2010 for the others), multiplied over all layers: what one layer loses another
// may make up for, and Glorot's compromise does so wherever the width changes.

/**
 * Signals through the whole net ÷ those with sound weights. Below it the loss cannot see the input: the
 * first layers' influence is of this order, and float32 noise is not far. Ten ReLU layers with Glorot
 * weights, which train well, have 0.03; twenty have 1e-3 and wait long before they start.
 */
export const SMALL_SIGNAL = 1e-3;

/** … above it: outputs are this many times too large. */
export const LARGE_SIGNAL = 10;

/** First loss ÷ loss of a constant answer, from which on large weights are to blame for it … */
export const HIGH_FIRST_LOSS = 3;
/** … where they are at least this many times too large. TheDeepChecker asks |L₀ − ln C| < ln C. */
export const LARGE_OUTPUT = 3;

/**
 * Scale of a layer (÷ sound, either way) from which on it is off by itself. Where such layers do not
 * account for most of the whole, all that are off a little are named: a deep net multiplies.
 */
export const LAYER_OFF = 2;
export const LAYER_OFF_SLIGHTLY = 1.15;

/** Steps before small weights are called a failure: nets that do escape have begun to by then. */
export const SMALL_SIGNAL_STEPS = 60;
/**
 * Steps before a loss far above that of a constant answer is called a waste; four times as many where it
 * falls, or is not far above.
 */
export const LARGE_SIGNAL_STEPS = 50;
/** Far above, ÷ the loss of a constant answer. */
export const FAR_ABOVE = 10;
/** A loss that is not, and falls at a pace that gets it below within this many times the steps taken, may. */
export const LARGE_SIGNAL_PATIENCE = 4;

/** Steps between two probes after which units that are still identical will stay so. */
export const IDENTICAL_STEPS = 10;

/** Bias at the start, in absolute terms, and ÷ the random part of the pre-activations. */
export const HUGE_BIAS = 2;
export const HUGE_BIAS_RATIO = 3;
/** Share of units that a bias has to hold fast (dead or saturated on the first probe). */
export const HELD_SHARE = 0.9;

/** `*Normal` initializers: variance drawn ÷ variance meant, below which it is tfjs's fault (0.774) … */
export const NORMAL_VARIANCE = 0.85;
/** … in nets with at least this many such layers in a row, which leave half of a signal: 0.88⁵ = 0.53. */
export const NORMAL_LAYERS = 5;
/** Share of the lost signal (in logarithms) from which on it is the main reason. */
export const NORMAL_SHARE = 0.7;
/** Signal at the output from which on it can be a reason for a training that fails: 36 layers of 0.88. */
export const NORMAL_SIGNAL = 1e-2;

/** Epsilon from which on it is tfjs's on WebGL. Keras and the other backends have 1e-7. */
export const COARSE_EPSILON = 1e-5;
/**
 * Mean loss ÷ −ln epsilon (9.2 for 1e-4, what a sample costs that no longer teaches) from which on many
 * samples must be there. Guessing among 100 classes costs half of it.
 */
export const COARSE_SHARE = 0.6;
