// What the rules on dead and on saturated units compare with. That a unit is inactive or saturated is
// decided by the probe: on at least 99 % of its samples, as SageMaker Debugger's DeadRelu and
// SaturatedActivation do. Never on the training batch, in which ordinary sparsity looks the same.

/**
 * Share of a layer's units. SageMaker Debugger and TheDeepChecker fire beyond 50 %. By itself it means
 * little: of sound ReLU nets 6 layers deep and 8 wide, trained on MNIST to 90 % accuracy and more,
 * single layers have up to 75 % (the deeper, the more alike the samples become); nets 32 to 512 wide
 * and 2 to 6 deep up to 58 % with Adam at 0.01, and below 20 % otherwise. So the loss is asked too.
 */
export const DEAD_SHARE = 0.5;
/**
 * … from which it can be what keeps the loss from falling: more than any layer of the sound nets above
 * has. Below, a loss that does not fall has another cause, for example targets that are mostly noise.
 */
export const DEAD_SHARE_HURTS = 0.8;
/** … and, where they did not die in training but are so from the start. */
export const DEAD_SHARE_FROM_START = 0.9;
/** Rise of the share since the first probe, that tells units that died from those that never fired. */
export const DEAD_RISE = 0.3;

/**
 * Where no probe is taken: steps in a row, and outputs per unit in them, on which a whole layer must
 * have been silent and its gradient exactly zero.
 */
export const SILENT_STEPS = 50;
export const SILENT_SAMPLES = 512;

/** Share of saturated units (SageMaker Debugger, TheDeepChecker, DeepDiagnosis: 50 %). */
export const SATURATED_SHARE = 0.5;

/** Steps in a row without any gradient in any layer: exact, so that few are enough. */
export const STILL_STEPS = 10;

/** ‖Δw‖/‖w‖ of one update, from which it counts as what killed or saturated units: a tenth of the weights. */
export const SHOVE_RATIO = 0.1;

/** Steps for which the statement must hold; it is based on two probes, themselves steps apart. */
export const UNITS_PERSISTENCE = 10;

/** |mean| or standard deviation of an input beyond which it is not scaled: 10 times what is usual. */
export const UNSCALED_INPUT = 10;
