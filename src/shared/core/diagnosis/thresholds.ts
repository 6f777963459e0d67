// Every constant that a rule compares with: unit, why this value, and where it comes from.
// The guiding principle: a false alarm on a healthy net is worse than a late warning.

/**
 * Vanishing: gradient of the first layer ÷ that of the last (RMS per element). AUTOTRAINER (ICSE 2021)
 * asks for ‖g_first‖/‖g_last‖ < 1e-3. Healthy nets of 50 layers stay above 0.1.
 */
export const VANISHING_RATIO = 1e-3;

/**
 * Vanishing: median factor by which the gradient shrinks per layer towards the input. 1 is the edge of
 * chaos (Schoenholz et al. 2016, √χ₁); sigmoid with Glorot weights has 0.24, ReLU with Glorot 0.70.
 * Below 0.8 a net of 30 layers loses a factor of 1000.
 */
export const VANISHING_FACTOR = 0.8;

/**
 * Vanishing, absolute: ‖gradient‖·‖weights‖ ÷ loss of the first layer, that is, the relative change of
 * the loss for a relative change of the weights, to first order. Free of the scale of loss and data,
 * unlike the mean |g| < 1e-7 … 1e-6 of SageMaker Debugger and TheDeepChecker. Layers that learn show
 * 0.05 … 10.
 */
export const VANISHING_ELASTICITY = 1e-2;

/** Vanishing, absolute, where the loss is unknown or zero: RMS gradient (TheDeepChecker: 1e-6). */
export const VANISHING_RMS = 1e-6;

/**
 * Vanishing beyond doubt: first layers that are this far behind get no signal at all, and a loss
 * that still creeps down is the work of the last layers. Ratio to the last layer, and elasticity.
 */
export const VANISHED_RATIO = 1e-5;
export const VANISHED_ELASTICITY = 1e-4;
/** … while more than this share of the first loss is left. */
export const VANISHED_LEFT = 0.5;

/**
 * ‖Δw‖/‖w‖ per step above which the first layer moves all the same (CS231n: 1e-3 is healthy), so that it is a
 * warning at first …
 */
export const VANISHED_UPDATE = 1e-4;
/** … and an error after so many steps without success. */
export const VANISHED_STEPS = 200;

/** Layers (with a weight matrix) that a net must have before a profile over depth means anything. */
export const PROFILE_LAYERS = 4;

/** Steps: a profile over depth is judged from this step on, when the first updates are over. */
export const PROFILE_STEPS = 10;

/** Steps for which the vanishing profile must hold in a row. */
export const VANISHING_PERSISTENCE = 10;
/** … and steps without it after which it is over: a noisy loss that is flat looks otherwise at times. */
export const VANISHING_CLOSE = 100;

/**
 * Growth of the first layers' gradient per step, in log10, that will end a plateau by itself: gradients
 * grow exponentially on the way out of a saddle (Saxe et al. 2014, https://arxiv.org/abs/1312.6120).
 * 0.004 means tenfold in 250 steps.
 */
export const ESCAPE_GROWTH = 0.004;

/** Losses in the window that decides whether the loss improves: older half against newer half. */
export const PLATEAU_WINDOW = 40;
/** Fewest losses for such a decision. */
export const PLATEAU_MINIMUM = 20;
/**
 * Relative drop from the older to the newer half that counts as improvement. SageMaker Debugger's
 * LossNotDecreasing asks 0.1 % per 10 steps, which batch noise exceeds; 1 % does not.
 */
export const PLATEAU_DROP = 0.01;
/** A drop of this many standard errors counts as improvement too, however small. */
export const PLATEAU_SIGMAS = 3;

/** Share of the first losses above which a run has learnt nothing: converged runs are far below. */
export const UNLEARNT_SHARE = 0.9;

/** Steps (of one optimizer) whose medians are the references of loss and gradient. */
export const REFERENCE_STEPS = 5;

/** Exploding by growth: gradient norm ÷ that of the first steps (Bengio et al. 1994; BTTackler). */
export const EXPLODING_GROWTH = 10;
/** … while the loss exceeds its first values by this factor: growth alone is what learning looks like. */
export const EXPLODING_LOSS_RISE = 3;
/** … in at least this many of the newest steps: single hard batches do so once or twice. */
export const EXPLODING_HOT_STEPS = 5;
export const EXPLODING_HOT_WINDOW = 8;

/** Exploding fast: each of the newest steps multiplies the gradient norm by this (TheDeepChecker: 2) … */
export const RUNAWAY_FACTOR = 2;
/** … and the loss by this, for this many steps in a row … */
export const RUNAWAY_LOSS_FACTOR = 1.5;
export const RUNAWAY_STEPS = 3;
/** … and the norm by this in all. */
export const RUNAWAY_GROWTH = 1e3;

/**
 * Exploding in one blow: ‖Δw‖/‖w‖ of a layer. About 1e-3 is healthy (CS231n), 0.1 is too fast
 * (TheDeepChecker); at 0.9 one step has replaced the weights.
 */
export const BLOW_UPDATE_RATIO = 0.9;
/** Steps after the blow during which the loss must not have come back. */
export const BLOW_STEPS = 5;
/** … and samples, where the batch size is known. */
export const BLOW_SAMPLES = 64;

/**
 * Exploding by size: ‖gradient‖·‖weights‖ ÷ loss. Healthy layers show at most 10 while there is
 * something to learn; only judged while the loss is at its first values.
 */
export const EXPLODING_ELASTICITY = 1e4;

/** Exploding over depth: median factor by which the gradient grows per layer towards the input … */
export const EXPLODING_FACTOR = 1.5;
/** … and growth over all layers. AUTOTRAINER's 70 fires on converged nets, hence the loss gate. */
export const EXPLODING_RATIO = 1e3;

/** Steps looked back from a NaN for the growth that led to it. */
export const OVERFLOW_LOOKBACK = 12;
/** Growth of the gradient norm within them that makes the NaN an overflow. */
export const OVERFLOW_GROWTH = 10;
/** Magnitude of a float32 value whose square overflows: √(3.4e38). */
export const OVERFLOW_MAGNITUDE = 1.8e19;

/** Steps without its sign after which a finding is closed. */
export const CLOSE_AFTER = 20;
