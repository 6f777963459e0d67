// The scale of inputs and labels: it matters where the training does badly, and not otherwise.
import type { InputFacts, ModelFacts } from '../../facts';
import type { TensorSummary } from '../../stepRecord';
import { finiteCount, nonFiniteCount } from '../../summary';
import { firstWeighted } from '../inputPath';
import {
  FEATURE_SPREAD,
  INPUT_LARGE,
  INPUT_NOTE,
  INPUT_SMALL,
  LABELS_LARGE,
} from '../thresholds/data';
import { short, times } from '../words';
import { always, onlyWhereItMatters, whereItMatters, type Trait } from './trait';

/** Three digits: 255 is not 260 to those who know their bytes. */
function exact(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** Of the finite values. */
function rmsOf(summary: TensorSummary): number {
  const n = finiteCount(summary);
  return n > 0 ? summary.norm / Math.sqrt(n) : 0;
}

/** `Scale inputs to mean 0 and deviation 1`, or bytes to 0 … 1. */
function scaling({ summary, integers }: InputFacts) {
  const areBytes = integers && summary.max > 100 && summary.max <= 255;
  const offset = areBytes ? 0 : Number(summary.mean.toPrecision(3));
  const factor = areBytes ? 1 / 255 : Number((1 / (summary.std || 1)).toPrecision(3));
  return {
    id: 'scale-data' as const,
    title: areBytes
      ? 'Scale the inputs from 0 … 255 to 0 … 1: divide by 255.'
      : `Scale the inputs to mean 0 and standard deviation 1: (x − ${short(offset)}) · ${short(factor)}.`,
    values: { offset, factor },
  };
}

const NORMALIZE = {
  id: 'batch-normalization' as const,
  title: 'Or put tf.layers.batchNormalization() in front of the first layer.',
};

/** Inputs that are large, tiny, or of very different spread, in front of a layer with weights. */
export function inputScaleTrait(facts: ModelFacts): Trait | undefined {
  for (const input of facts.inputs) {
    const layer = firstWeighted(facts, input);
    if (!layer || facts.sampled < 2 || nonFiniteCount(input.summary) > 0) continue;
    const { summary, narrowest, widest } = input;
    const rms = rmsOf(summary);
    const base = { layer: layer.name, remedies: [scaling(input), NORMALIZE] };
    const range = `${exact(summary.min)} … ${exact(summary.max)}, root mean square ${short(rms)}`;
    if (rms >= INPUT_NOTE) {
      return {
        severity: rms >= INPUT_LARGE ? whereItMatters : always('information'),
        statement: {
          ...base,
          evidence: {
            measured: rms,
            threshold: INPUT_NOTE,
            unit: 'root mean square of the input',
            window: facts.sampled,
          },
          message:
            `The inputs of ${layer.name} are not scaled (${range}): its gradients are ${times(rms)} what the ` +
            'initializers and usual learning rates are made for.',
        },
      };
    }
    if (narrowest && widest && narrowest.std > 0 && widest.std / narrowest.std >= FEATURE_SPREAD) {
      const spread = widest.std / narrowest.std;
      return {
        severity: whereItMatters,
        statement: {
          layer: layer.name,
          remedies: [
            {
              id: 'scale-data',
              title: 'Scale each feature to mean 0 and standard deviation 1, by itself.',
            },
            NORMALIZE,
          ],
          evidence: {
            measured: spread,
            threshold: FEATURE_SPREAD,
            unit: 'deviation of the widest feature ÷ that of the narrowest',
            window: facts.sampled,
          },
          message:
            `Feature ${widest.index} of the inputs of ${layer.name} varies ${times(spread)} as much as feature ` +
            `${narrowest.index} (standard deviations ${short(widest.std)} and ${short(narrowest.std)}): no learning rate suits both.`,
        },
      };
    }
    if (rms > 0 && rms <= INPUT_SMALL) {
      return {
        severity: onlyWhereItMatters,
        statement: {
          ...base,
          evidence: {
            measured: rms,
            threshold: INPUT_SMALL,
            unit: 'root mean square of the input',
            window: facts.sampled,
          },
          message: `The inputs of ${layer.name} are tiny (${range}): beside the biases they hardly count. Were they scaled twice?`,
        },
      };
    }
  }
  return undefined;
}

const QUANTITY_LOSSES = new Set(['meanSquaredError', 'meanAbsoluteError', 'logcosh']);

/** Large labels of a regression. */
export function labelScaleTrait({ outputs, sampled }: ModelFacts): Trait | undefined {
  for (const { labels, layer, loss } of outputs) {
    const rms = rmsOf(labels);
    if (!QUANTITY_LOSSES.has(loss) || rms < LABELS_LARGE) continue;
    const offset = Number(labels.mean.toPrecision(3));
    const factor = Number((1 / (labels.std || 1)).toPrecision(3));
    return {
      severity: onlyWhereItMatters,
      statement: {
        layer,
        evidence: {
          measured: rms,
          threshold: LABELS_LARGE,
          unit: 'root mean square of the labels',
          window: sampled,
        },
        message:
          `The labels of ${layer} are not scaled (${exact(labels.min)} … ${exact(labels.max)}): the first errors, and with ` +
          `them the gradients, are ${times(rms)} what usual learning rates are made for.`,
        remedies: [
          {
            id: 'scale-data',
            title: `Scale the labels: (y − ${short(offset)}) · ${short(factor)}, and undo it on predictions.`,
            values: { offset, factor, of: 'labels' },
          },
        ],
      },
    };
  }
  return undefined;
}
