// Constants of the rules on the loss: plateau, oscillation, divergence, overfitting. What survives noise
// is tested by statistics whose levels stand here; sizes are relative to what there is to learn.

/** Steps in a block of the history at first; doubled whenever {@link HISTORY_BLOCKS} are full. */
export const HISTORY_BLOCK = 4;
/** Most blocks kept. The newer half of a run is then 16 … 32 of them: enough for a rank test. */
export const HISTORY_BLOCKS = 64;
/** Fewest blocks in the newer half for which statistics are given: 64 steps of training. */
export const STRETCH_BLOCKS = 8;

/**
 * Standard scores of the Mann–Kendall test (Mann 1945, Kendall 1975) over block means. Falling at −1.64 is
 * 5 % one-sided: a falling loss keeps every rule silent, so little evidence is enough.
 */
export const FALLING_SCORE = -1.64;
/** Drop within the newer half of a run, ÷ level, below which a fall counts as none (see PLATEAU_DROP). */
export const FALLING_DROP = 0.01;

/** Standard errors by which a level must clear a limit, as it is looked at again and again. */
export const LEVEL_SIGMAS = 3;

/** Steps without its sign after which a finding on the level of the loss is closed: levels waver. */
export const LOSS_CLOSE_AFTER = 200;

/**
 * Plateau: steps before the first judgement. Deep and recurrent nets that do learn may wait for a few
 * dozen steps at the level of a constant answer.
 */
export const PLATEAU_STEPS = 200;
/** Steps without any gain after which a constant answer is a waste whatever the reason. */
export const PLATEAU_LONG_STEPS = 500;
/** Share of what there is to learn that a run must have gained by then. */
export const PLATEAU_GAIN = 0.03;
/** Fall from one probe to the next that counts as none. */
export const PLATEAU_FALL = 0.01;
/** Share of what there is to learn that must be left for linear layers to be called useless. */
export const PLATEAU_LINEAR_LEFT = 0.1;
/** Share above the level of a constant answer from which on the output bias alone could gain. */
export const PLATEAU_ABOVE = 0.05;
/** Relative error of the constant level up to which it is known well enough to say so. */
export const PLATEAU_LEVEL_ERROR = 0.015;
/**
 * … or passes through the data: by then a net with more weights than labels has begun to learn them by
 * heart, even random ones (Zhang et al. 2017, “Understanding deep learning requires rethinking
 * generalization”), and one with fewer has had its chance.
 */
export const PLATEAU_LONG_PASSES = 20;

/**
 * Failed: median of the newest 8 … 16 losses ÷ the higher of first losses and constant answer. The median
 * of squared errors is below their mean, so that no noise gets there.
 */
export const RISEN = 3;
/** … ÷ first losses alone, which may be low by chance. */
export const RISEN_UNKNOWN = 10;
export const RISEN_STEPS = 8;

/** Steps before which a loss that is still high says nothing about scaling or activations. */
export const STRUGGLE_STEPS = 100;
/** Share of what there is to learn that is left: above it a net that has stopped falling struggles. */
export const STRUGGLE_LEFT = 0.9;

/**
 * Oscillation: ‖Δw‖/‖w‖ (median of 16 steps) from which on steps are suspected. CS231n calls 1e-3
 * healthy; SGD and Adam nets at their noise floor showed at most 0.01.
 */
export const OSCILLATION_UPDATE = 0.02;
/** Oscillation: swings from step to step ÷ mean loss (BTTackler 2024 asks 0.2 of epochs). */
export const OSCILLATION_SWING = 0.1;
/**
 * … and in units of sampling noise: swing · √(batch size). The squared errors of normal residuals have √2,
 * cross-entropies of learning nets 0.5 … 2, residuals with heavy tails up to 4.
 */
export const OSCILLATION_NOISE = 5;
/** … or the loss hovers this many times above the level of a constant answer. */
export const OSCILLATION_ABOVE = 1.5;
/**
 * … or the loss goes up and down by turns: share of steps at which it turns, above the 2/3 of noise, and in
 * deviations of that share.
 */
export const OSCILLATION_TURNS = 0.2;
export const OSCILLATION_SIGMAS = 5;
/** Share of what there is to learn that must be left: swings of a net that has learnt are no loss. */
export const OSCILLATION_LEFT = 0.5;

/** Divergence: level of the newer half of the run ÷ the higher of first losses and constant answer. */
export const DIVERGENCE_RISE = 2;
/** … cleared by this many standard errors. */
export const DIVERGENCE_SIGMAS = 4;

/** Overfitting: epochs after the best one over which the validation loss must rise (SageMaker: 1). */
export const OVERFITTING_EPOCHS = 5;
/** Mann–Kendall score of that rise: 2.3 % one-sided. */
export const OVERFITTING_SCORE = 2;
/** Rise over the best value, in deviations of the noise between epochs. */
export const OVERFITTING_SIGMAS = 4;
/** Fall of the training loss meanwhile, ÷ what it was: where it stands still, both only wander. */
export const OVERFITTING_TRAINING = 0.1;
/**
 * Share of what had been gained on the validation data (constant answer − best) that is lost again:
 * worth knowing; and a failure, where the accuracy falls too or not.
 */
export const OVERFITTING_NOTE = 0.1;
export const OVERFITTING_LOST = 0.2;
export const OVERFITTING_LOST_BADLY = 0.5;
/**
 * Validation loss − training loss, ÷ constant answer − training loss: where less than half of what was
 * learnt holds for other samples, any rise confirms it.
 */
export const OVERFITTING_GAP = 0.5;
/** Fall of the validation accuracy from its best (mean of three epochs) that confirms it. */
export const OVERFITTING_ACCURACY = 0.02;
