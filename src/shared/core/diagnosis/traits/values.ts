// Values of inputs and labels that are wrong at any scale: not finite, out of range, all the same.
import type { InputFacts, ModelFacts, OutputFacts } from '../../facts';
import { nonFiniteCount } from '../../summary';
import { labelledSamples } from '../baseline';
import { embeddingOf } from '../inputPath';
import { DATA_SAMPLES } from '../thresholds/data';
import { percent, short } from '../words';
import { always, type Trait } from './trait';

/** NaN or infinite values in inputs or labels. */
export function nonFiniteTrait({ inputs, outputs, sampled }: ModelFacts): Trait | undefined {
  const found = [
    ...inputs.map(({ name, summary }) => ({ what: `Input ${name}`, summary, isInput: true })),
    ...outputs.map(({ layer, labels }) => ({
      what: outputs.length > 1 ? `The labels of ${layer}` : 'The labels',
      summary: labels,
      isInput: false,
    })),
  ].find(({ summary }) => nonFiniteCount(summary) > 0);
  if (!found) return undefined;
  const { what, summary, isInput } = found;
  const count = nonFiniteCount(summary);
  return {
    severity: always('error'),
    statement: {
      evidence: { measured: count, threshold: 0, unit: 'NaN or infinite values', window: sampled },
      message:
        `${what} ${isInput ? 'has' : 'have'} ${count} NaN or infinite values in the first ${sampled} samples ` +
        `(${percent(count / summary.count)}): one is enough to turn all weights into NaN.`,
      remedies: [
        {
          id: isInput ? 'check-data' : 'check-labels',
          title:
            'Drop or fill in the samples with missing values; look for divisions by a range of zero.',
        },
      ],
    },
  };
}

/** Class numbers that the output has no unit for, and indices that an embedding has no row for. */
export function outOfRangeTrait(facts: ModelFacts): Trait | undefined {
  for (const { loss, layer, labels, shape, classCounts } of facts.outputs) {
    const units = shape.at(-1);
    if (loss !== 'sparseCategoricalCrossentropy' || !units) continue;
    const highest = Math.max(labels.max, (classCounts?.length ?? 0) - 1);
    if (highest < units && labels.min >= 0) continue;
    return {
      severity: always('error'),
      statement: {
        layer,
        evidence: {
          measured: labels.min < 0 ? labels.min : highest,
          threshold: labels.min < 0 ? 0 : units - 1,
          unit: 'class number',
          window: facts.sampled,
        },
        message:
          `Class numbers reach from ${short(labels.min)} to ${short(highest)}, but ${layer} has ${units} units, for 0 … ` +
          `${units - 1}: tfjs leaves the other samples out of the loss without a word.`,
        remedies: [
          { id: 'check-labels', title: 'Number the classes from 0.' },
          {
            id: 'change-output',
            title: `Give ${layer} ${highest + 1} units.`,
            layers: [layer],
            values: { units: highest + 1 },
          },
        ],
      },
    };
  }
  for (const input of facts.inputs) {
    const embedding = embeddingOf(facts, input);
    const { fanIn } = embedding ?? {};
    if (!embedding || !fanIn || (input.summary.max < fanIn && input.summary.min >= 0)) continue;
    const { min, max } = input.summary;
    return {
      severity: always('error'),
      statement: {
        layer: embedding.name,
        evidence: {
          measured: min < 0 ? min : max,
          threshold: min < 0 ? 0 : fanIn - 1,
          unit: 'index',
          window: facts.sampled,
        },
        message:
          `Indices of ${input.name} reach from ${short(min)} to ${short(max)}, but the embedding ${embedding.name} has ` +
          `${fanIn} rows, for 0 … ${fanIn - 1}.`,
        remedies: [
          { id: 'check-data', title: `Number the tokens from 0, or set inputDim to ${max + 1}.` },
        ],
      },
    };
  }
  return undefined;
}

/** Nothing to tell samples apart by. */
export function sameInputsTrait({ inputs, sampled }: ModelFacts): Trait | undefined {
  if (sampled < DATA_SAMPLES || inputs.length === 0) return undefined;
  const isSame = ({ summary, shape, constantFeatures }: InputFacts): boolean =>
    summary.std === 0 || (shape.length === 1 && constantFeatures === shape[0]);
  if (!inputs.every(isSame)) return undefined;
  return {
    severity: always('error'),
    statement: {
      evidence: { measured: 0, threshold: 0, unit: 'standard deviation', window: sampled },
      message: `All of the first ${sampled} samples have the same inputs (${short(inputs[0]?.summary.mean ?? 0)}): there is nothing to tell them apart by.`,
      remedies: [{ id: 'check-data', title: 'Check how the inputs are read and scaled.' }],
    },
  };
}

/** Only where all labels were looked at: sorted data begin with many of one class. */
export function sameLabelsTrait({ outputs, samples, sampled }: ModelFacts): Trait | undefined {
  if (samples === undefined || samples < DATA_SAMPLES || outputs.length === 0) return undefined;
  const isSame = (output: OutputFacts): boolean => {
    const counts = output.classCounts;
    if (counts) {
      const total = counts.reduce((sum, count) => sum + count, 0);
      return total >= samples && counts.filter((count) => count > 0).length === 1;
    }
    return labelledSamples(output) >= samples && output.labels.std === 0;
  };
  if (!outputs.every(isSame)) return undefined;
  return {
    severity: always('warning'),
    statement: {
      evidence: { measured: 1, threshold: 1, unit: 'different labels', window: sampled },
      message: `All ${samples} samples have the same label: a model learns to give it whatever the input is.`,
      remedies: [{ id: 'check-labels', title: 'Check how the labels are read.' }],
    },
  };
}
