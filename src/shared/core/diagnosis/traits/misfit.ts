// Which loss asks for which outputs and labels, in tfjs: traits of one output, its loss and its labels.
import { nonFiniteCount } from '../../summary';
import type { OutputFacts } from '../../facts';
import type { Evidence, Remedy, Severity } from '../../finding';
import { REACH_ROUNDING } from '../thresholds/data';
import { percent, short } from '../words';
import { reachTrait } from './reach';
import { always, atLeastWarning, onlyWhereItMatters, whereItMatters, type Trait } from './trait';

/** Losses that apply softmax or sigmoid themselves. */
const SOFTMAX_INSIDE = new Set(['softmaxCrossEntropy']);
const SIGMOID_INSIDE = new Set(['sigmoidCrossEntropy', 'sigmoidCrossEntropyWithLogits']);
const CATEGORICAL = new Set([
  'categoricalCrossentropy',
  'sparseCategoricalCrossentropy',
  'kullbackLeiblerDivergence',
]);
const QUANTITIES = new Set([
  'meanSquaredError',
  'meanAbsoluteError',
  'meanAbsolutePercentageError',
  'meanSquaredLogarithmicError',
  'logcosh',
  'huberLoss',
  'absoluteDifference',
]);
/** Activations whose outputs are positive, so that tfjs can divide them by their sum. */
const NORMALIZABLE = new Set(['softmax', 'sigmoid', 'hardSigmoid', 'softplus', 'exponential']);

/** Something that does not fit, in the words of one output. */
function misfit(
  { layer, labels }: OutputFacts,
  severity: Trait['severity'],
  message: string,
  remedies: readonly Remedy[],
  evidence?: Omit<Evidence, 'window'>,
): Trait {
  return {
    severity,
    statement: {
      layer,
      evidence: {
        ...(evidence ?? { measured: 1, threshold: 0, unit: 'outputs that do not fit their loss' }),
        window: labels.count,
      },
      message,
      remedies,
    },
  };
}

function changeOutput(layer: string, activation: string): Remedy {
  return {
    id: 'change-output',
    title: `Use activation '${activation}' in ${layer}.`,
    layers: [layer],
    values: { activation },
  };
}

function switchLoss(loss: string): Remedy {
  return { id: 'switch-loss', title: `Use the loss '${loss}'.`, values: { loss } };
}

function checkLabels(title: string): Remedy {
  return { id: 'check-labels', title };
}

/** Classes, where the output has one unit each. */
function unitsOf({ shape }: OutputFacts): number {
  return shape.at(-1) ?? 1;
}

/** A softmax over one unit is 1 whatever the weights. */
function softmaxOfOne(output: OutputFacts): Trait | undefined {
  const { layer, activation } = output;
  if (activation !== 'softmax' || output.shape.at(-1) !== 1) return undefined;
  return misfit(
    output,
    always('error'),
    `${layer} applies softmax to a single unit, which gives 1 whatever the weights are: nothing can be learnt.`,
    [
      { ...changeOutput(layer, 'sigmoid'), title: `Use activation 'sigmoid' in ${layer}.` },
      switchLoss('binaryCrossentropy'),
    ],
  );
}

/** Softmax or sigmoid applied twice. */
function twice(output: OutputFacts): Trait | undefined {
  const { layer, activation, loss } = output;
  const bySoftmax = SOFTMAX_INSIDE.has(loss);
  const bySigmoid = SIGMOID_INSIDE.has(loss);
  const drop: Remedy = {
    id: 'drop-softmax',
    title: `Make ${layer} linear: its loss applies the activation itself.`,
    layers: [layer],
    values: { activation: 'linear' },
  };
  const units = unitsOf(output);
  if (bySoftmax && (activation === 'softmax' || activation === 'sigmoid') && units > 1) {
    // Of numbers between 0 and 1 softmax makes at most e / (e + units − 1).
    const least = Math.log(1 + (units - 1) / Math.E);
    return misfit(
      output,
      always('warning'),
      `${layer} ends in ${activation}, and its loss applies softmax once more: of outputs between 0 and 1 it cannot make a ` +
        `probability above ${short(Math.exp(-least))}, so the loss stays above ${short(least)}.`,
      [drop, switchLoss('categoricalCrossentropy')],
      { measured: least, threshold: 0, unit: 'lowest loss that can be reached' },
    );
  }
  if (bySigmoid && (activation === 'sigmoid' || activation === 'softmax')) {
    return misfit(
      output,
      always('warning'),
      `${layer} ends in ${activation}, and its loss applies sigmoid once more: of outputs between 0 and 1 it makes ` +
        'probabilities between 0.5 and 0.73 only, so that no class can be denied.',
      [drop, switchLoss('binaryCrossentropy')],
      { measured: Math.LN2, threshold: 0, unit: 'lowest loss of a negative label' },
    );
  }
  return undefined;
}

/** Outputs that are no probabilities, or not those of exclusive classes. */
function categorical(output: OutputFacts): Trait | undefined {
  const { layer, activation, loss, labels, labelKind } = output;
  if (!CATEGORICAL.has(loss)) return undefined;
  if (labels.min < 0 && loss !== 'sparseCategoricalCrossentropy') {
    return misfit(
      output,
      always('error'),
      `${loss} expects probabilities as labels, but they reach down to ${short(labels.min)}: the loss then has no lower bound.`,
      [
        checkLabels('Use one-hot labels: tf.oneHot(classes, number of classes).'),
        switchLoss('meanSquaredError'),
      ],
      { measured: labels.min, threshold: 0, unit: 'lowest label' },
    );
  }
  if (!NORMALIZABLE.has(activation)) {
    return misfit(
      output,
      atLeastWarning,
      `${loss} expects probabilities, but ${layer} ends in ${activation}: tfjs clips what is not between 0 and 1, and what ` +
        'is clipped gets no gradient.',
      [changeOutput(layer, 'softmax')],
    );
  }
  const ones = labels.mean * unitsOf(output);
  // Where labels are NaN their mean is that of the others, and a row without a one may have had one.
  const isWhole = nonFiniteCount(labels) === 0;
  if (labelKind === 'binary' && isWhole && unitsOf(output) > 1 && ones < 1 - REACH_ROUNDING) {
    // Rows of zeros are also how the padding of sequences is masked.
    if (output.labelShape.length > 1) return undefined;
    return misfit(
      output,
      always('warning'),
      `About ${percent(1 - ones)} of the samples have no label (a row of zeros): ${loss} is 0 for them whatever the output is. ` +
        'Are the classes numbered from 1?',
      [
        checkLabels(
          'Give each sample a one: tf.oneHot(classes, number of classes), classes from 0.',
        ),
      ],
      { measured: 1 - ones, threshold: 0, unit: 'share of samples without a label' },
    );
  }
  if (labelKind === 'binary' && unitsOf(output) > 1) {
    return misfit(
      output,
      activation === 'softmax' ? whereItMatters : always('warning'),
      `Samples have several labels at once, but ${loss} compares ${layer} as one choice among ${unitsOf(output)} classes.`,
      [changeOutput(layer, 'sigmoid'), switchLoss('binaryCrossentropy')],
    );
  }
  if (activation === 'sigmoid' || activation === 'hardSigmoid') {
    return misfit(
      output,
      whereItMatters,
      `${layer} ends in ${activation}, whose outputs are no distribution over the classes: ${loss} divides them by their ` +
        'sum, and saturated units get little gradient.',
      [changeOutput(layer, 'softmax')],
    );
  }
  return undefined;
}

function binary(output: OutputFacts): Trait | undefined {
  const { layer, activation, loss, labels, labelKind } = output;
  if (loss !== 'binaryCrossentropy') return undefined;
  if (labels.min < 0 || labels.max > 1) {
    const isSigned = labels.min === -1 && labels.max === 1;
    return misfit(
      output,
      // Signed labels still pull each output to its side, if without end.
      isSigned ? atLeastWarning : always('error'),
      `binaryCrossentropy expects labels between 0 and 1, but they reach from ${short(labels.min)} to ${short(labels.max)}: ` +
        'the loss then has no lower bound.',
      [
        checkLabels(
          isSigned
            ? 'Use 0 and 1 instead of −1 and 1: (labels + 1) / 2.'
            : 'Scale the labels to 0 … 1, or use one-hot labels for classes.',
        ),
        switchLoss(isSigned ? 'hinge' : 'meanSquaredError'),
      ],
      { measured: labels.min < 0 ? labels.min : labels.max, threshold: 0, unit: 'label' },
    );
  }
  if (activation === 'softmax' && labelKind === 'one-hot' && unitsOf(output) > 2) {
    return misfit(
      output,
      whereItMatters,
      `${layer} is a choice among ${unitsOf(output)} classes, but binaryCrossentropy counts each class as a question of its own: ` +
        'most of the loss is about the classes a sample is not.',
      [switchLoss('categoricalCrossentropy')],
    );
  }
  if (activation === 'softmax' && labelKind === 'binary' && unitsOf(output) > 1) {
    return misfit(
      output,
      atLeastWarning,
      `Samples have several labels at once, or none, but the softmax of ${layer} shares out a probability of 1 among them.`,
      [changeOutput(layer, 'sigmoid')],
    );
  }
  if (!NORMALIZABLE.has(activation)) {
    return misfit(
      output,
      atLeastWarning,
      `binaryCrossentropy expects probabilities, but ${layer} ends in ${activation}: tfjs clips what is not between 0 and 1, ` +
        'and what is clipped gets no gradient.',
      [changeOutput(layer, 'sigmoid')],
    );
  }
  return undefined;
}

function hinge(output: OutputFacts): Trait | undefined {
  const { layer, activation, loss, labels } = output;
  if (loss !== 'hinge' && loss !== 'squaredHinge') return undefined;
  if (labels.min >= 0) {
    return misfit(
      output,
      always('warning'),
      `${loss} expects labels −1 and 1; a label of 0 costs 1 whatever the output is, so half of the classes teach nothing.`,
      [checkLabels('Use −1 and 1: labels · 2 − 1.'), switchLoss('binaryCrossentropy')],
      { measured: labels.min, threshold: -1, unit: 'lowest label' },
    );
  }
  if (activation === 'linear' || activation === 'tanh') return undefined;
  const misses = reachTrait(output);
  return (
    misses &&
    misfit(
      output,
      always('warning'),
      `${loss} expects outputs of both signs, but ${layer} ends in ${activation}.`,
      [changeOutput(layer, 'linear')],
    )
  );
}

/** Quantities: labels within reach, and of the kind the loss can measure. */
function quantity(output: OutputFacts): Trait | undefined {
  const { layer, activation, loss, labels, labelKind } = output;
  if (loss === 'poisson' && !(labels.min >= 0)) {
    return misfit(
      output,
      always('error'),
      `poisson expects counts, but labels reach down to ${short(labels.min)}.`,
      [switchLoss('meanSquaredError')],
      { measured: labels.min, threshold: 0, unit: 'lowest label' },
    );
  }
  if (loss === 'meanSquaredLogarithmicError' && labels.min < 0) {
    return misfit(
      output,
      always('warning'),
      `meanSquaredLogarithmicError takes labels below 0 (down to ${short(labels.min)}) for 0.`,
      [switchLoss('meanSquaredError')],
      { measured: labels.min, threshold: 0, unit: 'lowest label' },
    );
  }
  if (!QUANTITIES.has(loss)) return undefined;
  const reach = reachTrait(output);
  if (reach) return reach;
  const severity: (standing: Parameters<Trait['severity']>[0]) => Severity | undefined =
    activation === 'softmax' ? whereItMatters : onlyWhereItMatters;
  if (
    labelKind === 'one-hot' &&
    unitsOf(output) > 1 &&
    (activation === 'softmax' || activation === 'sigmoid')
  ) {
    return misfit(
      output,
      severity,
      `${loss} on classes works, but slowly: where ${layer} is sure and wrong, its ${activation} is flat and the gradient ` +
        'vanishes, which a cross-entropy makes up for.',
      [
        switchLoss('categoricalCrossentropy'),
        ...(activation === 'softmax' ? [] : [changeOutput(layer, 'softmax')]),
      ],
    );
  }
  return undefined;
}

/** What does not fit about an output, the surest first. */
export function misfitsOf(output: OutputFacts): Trait[] {
  if (output.labels.count === 0) return [];
  const one = softmaxOfOne(output);
  if (one) return [one];
  return [twice, categorical, binary, hinge, quantity]
    .map((check) => check(output))
    .filter((trait) => trait !== undefined);
}
