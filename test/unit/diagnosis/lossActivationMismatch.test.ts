// Output, loss and labels: what does not fit is named, what trains anyway is information at most, and what
// is customary is silent.
import assert from 'node:assert/strict';
import { Diagnosis } from '../../../src/shared/core/diagnosis/engine';
import { lossActivationMismatch } from '../../../src/shared/core/diagnosis/rules/lossActivationMismatch';
import type { OutputFacts } from '../../../src/shared/core/facts';
import type { Finding, Severity } from '../../../src/shared/core/finding';
import { randomNormal } from '../../../src/shared/core/random';
import { summarize } from '../../../src/shared/core/summary';
import { answersOf, classesOf, draw, factsOf, quantitiesOf, stepOf } from './facts';

type LossCurve = (step: number) => number;
const falls: LossCurve = (step) => 1.3 * Math.exp(-step / 40);
const stays: LossCurve = (step) => 5 + 0.01 * (step % 3);

function findingOf(output: OutputFacts, loss: LossCurve, steps = 200): Finding | undefined {
  const diagnosis = new Diagnosis([lossActivationMismatch]);
  diagnosis.setFacts([factsOf({ outputs: [output] })]);
  for (let step = 1; step <= steps; step++) diagnosis.observe(stepOf(step, loss(step)));
  assert.ok(diagnosis.findings.length <= 1);
  return diagnosis.findings[0];
}

const balanced = [250, 250, 250, 250];
const normal = draw(1000, randomNormal);
const pixels = draw(1000, (random) => random());
/** Two or three ones per row of four, or none. */
const several: Partial<OutputFacts> = {
  labels: summarize(Float32Array.from([1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0])),
  labelKind: 'binary',
};

const customary: Record<string, OutputFacts> = {
  'softmax and categorical cross-entropy': classesOf(balanced),
  'softmax and class numbers': classesOf(balanced, { loss: 'sparseCategoricalCrossentropy' }),
  'softmax on soft labels': classesOf(balanced, { labelKind: 'probabilities' }),
  'softmax on two classes and binary cross-entropy': classesOf([500, 500], {
    loss: 'binaryCrossentropy',
  }),
  'sigmoid and binary cross-entropy': answersOf(0.5),
  'sigmoid and squared error on answers': answersOf(0.5, { loss: 'meanSquaredError' }),
  'sigmoid on several labels at once': classesOf(balanced, {
    ...several,
    activation: 'sigmoid',
    loss: 'binaryCrossentropy',
  }),
  'an autoencoder with sigmoid and binary cross-entropy': quantitiesOf(pixels, {
    activation: 'sigmoid',
    loss: 'binaryCrossentropy',
    labelKind: 'probabilities',
  }),
  'an autoencoder with sigmoid and squared error': quantitiesOf(pixels, { activation: 'sigmoid' }),
  'linear output and squared error': quantitiesOf(normal),
  'linear output and absolute error': quantitiesOf(normal, { loss: 'meanAbsoluteError' }),
  'relu on quantities that are not negative': quantitiesOf(pixels, { activation: 'relu' }),
  'tanh on labels −1 and 1': quantitiesOf(Float32Array.from([-1, 1, 1, -1]), {
    activation: 'tanh',
  }),
  'linear output and hinge': quantitiesOf(Float32Array.from([-1, 1, 1, -1]), { loss: 'hinge' }),
  'logits and their loss': classesOf(balanced, {
    activation: 'linear',
    loss: 'softmaxCrossEntropy',
  }),
  'a logit and its loss': answersOf(0.5, { activation: 'linear', loss: 'sigmoidCrossEntropy' }),
  'softplus and poisson': quantitiesOf(Float32Array.from([0, 1, 3]), {
    activation: 'softplus',
    loss: 'poisson',
  }),
  'padded positions of a sequence': classesOf(balanced, {
    labels: summarize(Float32Array.from([1, 0, 0, 0, 0, 0, 0, 0])),
    labelKind: 'binary',
    shape: [2, 4],
    labelShape: [2, 4],
  }),
  'a loss of the user’s own': classesOf(balanced, { loss: 'custom' }),
};

interface Misfit {
  output: OutputFacts;
  /** Where the loss falls, and where it stays. */
  well: Severity | undefined;
  badly: Severity | undefined;
  message: RegExp;
  remedies: readonly string[];
}

const misfits: Record<string, Misfit> = {
  'softmax over one unit': {
    output: answersOf(0.5, { activation: 'softmax' }),
    well: 'error',
    badly: 'error',
    message: /^output applies softmax to a single unit, which gives 1/,
    remedies: ['change-output', 'switch-loss'],
  },
  'softmax twice': {
    output: classesOf(
      Array.from({ length: 10 }, () => 100),
      { loss: 'softmaxCrossEntropy' },
    ),
    well: 'warning',
    badly: 'warning',
    message: /cannot make a probability above 0\.23, so the loss stays above 1\.5\.$/,
    remedies: ['drop-softmax', 'switch-loss'],
  },
  'sigmoid twice': {
    output: answersOf(0.5, { loss: 'sigmoidCrossEntropy' }),
    well: 'warning',
    badly: 'warning',
    message: /between 0\.5 and 0\.73 only/,
    remedies: ['drop-softmax', 'switch-loss'],
  },
  'linear output and categorical cross-entropy': {
    output: classesOf(balanced, { activation: 'linear' }),
    well: 'warning',
    badly: 'error',
    message: /^categoricalCrossentropy expects probabilities, but output ends in linear/,
    remedies: ['change-output'],
  },
  'relu output and class numbers': {
    output: classesOf(balanced, { activation: 'relu', loss: 'sparseCategoricalCrossentropy' }),
    well: 'warning',
    badly: 'error',
    message: /^sparseCategoricalCrossentropy expects probabilities, but output ends in relu/,
    remedies: ['change-output'],
  },
  'sigmoid and categorical cross-entropy': {
    output: classesOf(balanced, { activation: 'sigmoid' }),
    well: 'information',
    badly: 'warning',
    message: /whose outputs are no distribution over the classes/,
    remedies: ['change-output'],
  },
  'sigmoid and categorical cross-entropy on several labels': {
    output: classesOf(balanced, { ...several, activation: 'sigmoid' }),
    well: 'warning',
    badly: 'warning',
    message: /^Samples have several labels at once, but categoricalCrossentropy compares/,
    remedies: ['change-output', 'switch-loss'],
  },
  'rows of zeros instead of a label': {
    output: classesOf(balanced, {
      labels: summarize(Float32Array.from([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])),
      labelKind: 'binary',
    }),
    well: 'warning',
    badly: 'warning',
    message: /^About 25 % of the samples have no label/,
    remedies: ['check-labels'],
  },
  'softmax and binary cross-entropy on four classes': {
    output: classesOf(balanced, { loss: 'binaryCrossentropy' }),
    well: 'information',
    badly: 'warning',
    message: /is a choice among 4 classes, but binaryCrossentropy/,
    remedies: ['switch-loss'],
  },
  'linear output and binary cross-entropy': {
    output: answersOf(0.5, { activation: 'linear' }),
    well: 'warning',
    badly: 'error',
    message: /^binaryCrossentropy expects probabilities, but output ends in linear/,
    remedies: ['change-output'],
  },
  'labels −1 and 1 with binary cross-entropy': {
    output: quantitiesOf(Float32Array.from([-1, 1, 1, -1]), {
      activation: 'sigmoid',
      loss: 'binaryCrossentropy',
    }),
    well: 'warning',
    badly: 'error',
    message: /reach from -1 to 1: the loss then has no lower bound/,
    remedies: ['check-labels', 'switch-loss'],
  },
  'bytes as labels of binary cross-entropy': {
    output: quantitiesOf(
      pixels.map((x) => Math.round(255 * x)),
      { activation: 'sigmoid', loss: 'binaryCrossentropy' },
    ),
    well: 'error',
    badly: 'error',
    message: /expects labels between 0 and 1, but they reach from 0 to/,
    remedies: ['check-labels', 'switch-loss'],
  },
  'labels 0 and 1 with hinge': {
    output: answersOf(0.5, { activation: 'tanh', loss: 'hinge' }),
    well: 'warning',
    badly: 'warning',
    message: /^hinge expects labels −1 and 1/,
    remedies: ['check-labels', 'switch-loss'],
  },
  'sigmoid on standard normal targets': {
    output: quantitiesOf(normal, { activation: 'sigmoid' }),
    well: 'error',
    badly: 'error',
    message:
      /outputs lie in 0 … 1, but the labels reach from -\d\S* to \d\S*: \d+ % of them cannot be met/,
    remedies: ['change-output', 'scale-data'],
  },
  'relu on standard normal targets': {
    output: quantitiesOf(normal, { activation: 'relu' }),
    well: 'error',
    badly: 'error',
    message: /outputs lie above 0, but the labels reach from -/,
    remedies: ['change-output', 'scale-data'],
  },
  'tanh on targets of deviation 0.5, a few beyond 1': {
    output: quantitiesOf(
      draw(1000, (random) => 0.5 * randomNormal(random)),
      { activation: 'tanh' },
    ),
    well: 'warning',
    badly: 'warning',
    message: /ends in tanh, .* [2-9](\.\d)? % of them/,
    remedies: ['change-output', 'scale-data'],
  },
  'softmax and squared error on classes': {
    output: classesOf(balanced, { loss: 'meanSquaredError' }),
    well: 'information',
    badly: 'warning',
    message: /^meanSquaredError on classes works, but slowly/,
    remedies: ['switch-loss'],
  },
};

describe('loss-activation-mismatch', () => {
  for (const [name, output] of Object.entries(customary)) {
    it(`${name}: silent, whatever the loss does`, () => {
      for (const loss of [falls, stays]) assert.equal(findingOf(output, loss), undefined);
    });
  }

  for (const [name, { output, well, badly, message, remedies }] of Object.entries(misfits)) {
    it(`${name}: ${well ?? 'silent'} while it trains, ${badly ?? 'silent'} where it does not`, () => {
      assert.equal(findingOf(output, falls)?.severity, well);
      const finding = findingOf(output, stays);
      assert.equal(finding?.severity, badly);
      assert.match(finding?.message ?? '', message);
      assert.equal(finding?.layer, 'output');
      assert.deepEqual(
        finding.remedies.map(({ id }) => id),
        remedies,
      );
      for (const { id, values, layers } of finding.remedies) {
        if (id === 'switch-loss') assert.ok(values?.['loss']);
        if (id === 'change-output' || id === 'drop-softmax') {
          assert.ok(values?.['activation']);
          assert.deepEqual(layers, ['output']);
        }
      }
    });
  }

  it('is there from the first step, and silent without facts', () => {
    const wrong = misfits['softmax over one unit']?.output;
    assert.ok(wrong);
    assert.equal(findingOf(wrong, falls, 1)?.firstStep, 1);
    const diagnosis = new Diagnosis([lossActivationMismatch]);
    diagnosis.observe(stepOf(1, 1));
    assert.deepEqual(diagnosis.findings, []);
  });
});
