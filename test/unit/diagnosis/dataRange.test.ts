// Ranges of inputs and labels, and balance of classes: what is wrong as it stands, what matters only where
// the training does badly, and what is customary.
import assert from 'node:assert/strict';
import { Diagnosis } from '../../../src/shared/core/diagnosis/engine';
import { classImbalance } from '../../../src/shared/core/diagnosis/rules/classImbalance';
import { dataRange } from '../../../src/shared/core/diagnosis/rules/dataRange';
import type { ModelFacts } from '../../../src/shared/core/facts';
import type { Finding, Severity } from '../../../src/shared/core/finding';
import { randomInteger, randomNormal } from '../../../src/shared/core/random';
import {
  answersOf,
  classesOf,
  draw,
  factsOf,
  inputOf,
  LAYERS,
  quantitiesOf,
  stepOf,
} from './facts';

type LossCurve = (step: number) => number;
const falls: LossCurve = (step) => 1.3 * Math.exp(-step / 40);
const stays: LossCurve = (step) => 1.4 + 0.01 * (step % 3);
const rises: LossCurve = (step) => 1.4 * 1.2 ** Math.min(step, 100);

function findingOf(
  rule: typeof dataRange,
  facts: ModelFacts,
  loss: LossCurve,
  steps = 300,
): Finding | undefined {
  const diagnosis = new Diagnosis([rule]);
  diagnosis.setFacts([facts]);
  for (let step = 1; step <= steps; step++) diagnosis.observe(stepOf(step, loss(step)));
  assert.ok(diagnosis.findings.length <= 1);
  return diagnosis.findings[0];
}

const normal = draw(256 * 8, randomNormal);
/** Columns of very different units. */
const units = normal.map((x, i) => (i % 8 === 0 ? 0.002 * x : 3 * x));
const bytes = draw(256 * 8, (random) => randomInteger(random, 256));
const behind = (className: string): ModelFacts['layers'] => {
  const [input, hidden, output] = LAYERS;
  assert.ok(input && hidden && output);
  const between = { ...input, name: 'between', className, inbound: ['input'] };
  return [input, between, { ...hidden, inbound: ['between'] }, output];
};

describe('data-range', () => {
  const silent: Record<string, Partial<ModelFacts>> = {
    'standard normal inputs': {},
    'inputs between 0 and 1': {
      inputs: [
        inputOf(
          8,
          draw(2048, (random) => random()),
        ),
      ],
    },
    'rare one-hot inputs': {
      inputs: [
        inputOf(
          8,
          normal.map((_, i) => (i % 8 === Math.floor(i / 8) % 8 ? 1 : 0)),
        ),
      ],
    },
    'bytes behind a batch normalization': {
      inputs: [inputOf(8, bytes)],
      layers: behind('BatchNormalization'),
    },
    'bytes behind a rescaling': { inputs: [inputOf(8, bytes)], layers: behind('Rescaling') },
    'tokens of an embedding': {
      inputs: [inputOf(8, bytes)],
      layers: behind('Embedding').map((layer) =>
        layer.name === 'between' ? { ...layer, fanIn: 256, fanOut: 8 } : layer,
      ),
    },
    'a layer of unknown effect': { inputs: [inputOf(8, bytes)], layers: behind('Lambda') },
    'a few constant pixels': {
      inputs: [
        inputOf(
          8,
          normal.map((x, i) => (i % 8 === 0 ? 0 : x)),
        ),
      ],
    },
    'sorted data, seen in part': {
      samples: 60_000,
      outputs: [classesOf([256, 0, 0, 0], { labelKind: 'one-hot' })],
    },
    'labels of a discriminator, batch by batch': { outputs: [answersOf(1)] },
  };
  for (const [name, facts] of Object.entries(silent)) {
    it(`${name}: silent, whatever the loss does`, () => {
      const whole = factsOf(facts);
      if (name.includes('batch by batch')) delete whole.samples;
      for (const loss of [falls, stays]) {
        assert.equal(findingOf(dataRange, whole, loss)?.message, undefined);
      }
    });
  }

  const spoil = (values: Float32Array, value: number): Float32Array =>
    values.map((x, i) => (i === 11 ? value : x));
  const wrong: Record<
    string,
    { facts: Partial<ModelFacts>; severity: Severity; message: RegExp; remedy: string }
  > = {
    'a NaN in the inputs': {
      facts: { inputs: [inputOf(8, spoil(normal, NaN))] },
      severity: 'error',
      message: /^Input input has 1 NaN or infinite values in the first 256 samples/,
      remedy: 'check-data',
    },
    'an infinity in the labels': {
      facts: { outputs: [quantitiesOf(spoil(normal, Infinity))] },
      severity: 'error',
      message: /^The labels have 1 NaN or infinite values/,
      remedy: 'check-labels',
    },
    'class numbers from 1': {
      facts: {
        outputs: [
          classesOf([0, 300, 300, 400], { loss: 'sparseCategoricalCrossentropy', shape: [3] }),
        ],
      },
      severity: 'error',
      message: /^Class numbers reach from 1 to 3, but output has 3 units, for 0 … 2/,
      remedy: 'check-labels',
    },
    'tokens beyond the embedding': {
      facts: {
        inputs: [inputOf(8, bytes)],
        layers: behind('Embedding').map((layer) =>
          layer.name === 'between' ? { ...layer, fanIn: 200, fanOut: 8 } : layer,
        ),
      },
      severity: 'error',
      message: /but the embedding between has 200 rows/,
      remedy: 'check-data',
    },
    'inputs that are all the same': {
      facts: {
        inputs: [
          inputOf(
            8,
            normal.map(() => 0),
          ),
        ],
      },
      severity: 'error',
      message: /^All of the first 256 samples have the same inputs/,
      remedy: 'check-data',
    },
    'labels that are all the same': {
      facts: { outputs: [classesOf([1000, 0, 0, 0])] },
      severity: 'warning',
      message: /^All 1000 samples have the same label/,
      remedy: 'check-labels',
    },
  };
  for (const [name, { facts, severity, message, remedy }] of Object.entries(wrong)) {
    it(`${name}: ${severity}, from the first step`, () => {
      const finding = findingOf(dataRange, factsOf(facts), falls, 1);
      assert.equal(finding?.severity, severity);
      assert.match(finding.message, message);
      assert.equal(finding.remedies[0]?.id, remedy);
    });
  }

  const scales: Record<string, { facts: Partial<ModelFacts>; message: RegExp; silent?: true }> = {
    'raw bytes': {
      facts: { inputs: [inputOf(8, bytes)] },
      message: /^The inputs of hidden are not scaled \(0 … 255, root mean square 1\d\d\)/,
    },
    'features of very different units': {
      facts: { inputs: [inputOf(8, units)] },
      message: /varies ×1\.\de3 as much as feature 0/,
    },
    'inputs scaled twice': {
      facts: {
        inputs: [
          inputOf(
            8,
            bytes.map((x) => x / 65025),
          ),
        ],
      },
      message: /are tiny .* Were they scaled twice\?$/,
      silent: true,
    },
    'prices in thousands': {
      facts: { outputs: [quantitiesOf(normal.map((x) => 3e5 + 1e5 * x))] },
      message: /^The labels of output are not scaled \(-?\S+ … \S+\)/,
      silent: true,
    },
  };
  for (const [name, { facts, message, silent: isSilent }] of Object.entries(scales)) {
    it(`${name}: as grave as the loss says`, () => {
      // Losses of the size that the labels make.
      const size = name.startsWith('prices') ? 1e10 : 1;
      const severityOf = (loss: LossCurve): Severity | undefined =>
        findingOf(dataRange, factsOf(facts), (step) => size * loss(step))?.severity;
      assert.equal(severityOf(falls), isSilent ? undefined : 'information');
      assert.equal(severityOf(stays), 'warning');
      assert.equal(severityOf(rises), 'error');
      const finding = findingOf(dataRange, factsOf(facts), (step) => size * stays(step));
      assert.match(finding?.message ?? '', message);
      assert.equal(finding?.remedies[0]?.id, 'scale-data');
    });
  }

  it('scales bytes by 1/255, anything else to mean 0 and deviation 1', () => {
    const remedyOf = (values: Float32Array) =>
      findingOf(dataRange, factsOf({ inputs: [inputOf(8, values)] }), stays)?.remedies[0]?.values;
    assert.deepEqual(remedyOf(bytes), { offset: 0, factor: 1 / 255 });
    const scaled = remedyOf(normal.map((x) => 500 + 20 * x));
    assert.ok(Math.abs(Number(scaled?.['offset']) - 500) < 2);
    assert.ok(Math.abs(Number(scaled?.['factor']) - 0.05) < 0.002);
  });
});

describe('class-imbalance', () => {
  const skewed = factsOf({ outputs: [classesOf([920, 40, 40])] });
  /** 0.33, the entropy of these classes. */
  const frequencies: LossCurve = (step) => 0.335 + 0.001 * (step % 5);

  it('is information while the loss falls, and a warning where it stays at the frequencies', () => {
    const finding = findingOf(classImbalance, skewed, falls);
    assert.equal(finding?.severity, 'information');
    assert.match(
      finding.message,
      /^Class 0 has 920 of 1000 samples \(92 %\), class 1 has 40: accuracy/,
    );
    const stuck = findingOf(classImbalance, skewed, frequencies);
    assert.equal(stuck?.severity, 'warning');
    assert.match(stuck.message, /the loss stays at 0\.33, which their frequencies alone give/);
    assert.equal(stuck.remedies[0]?.id, 'class-weights');
    assert.deepEqual(stuck.remedies[0].values, { 0: 0.362, 1: 8.33, 2: 8.33 });
  });

  it('is a warning where one class is nearly all, and the others are not learnt', () => {
    const dominated = factsOf({ outputs: [classesOf([3970, 10, 10, 10])] });
    // 0.053 is the entropy of these classes.
    const half: LossCurve = (step) => 0.03 + 0.001 * (step % 5);
    const learnt: LossCurve = (step) => 0.004 + 0.001 * (step % 5);
    const weighted: LossCurve = (step) => 0.4 + 0.001 * (step % 5);
    const finding = findingOf(classImbalance, dominated, half);
    assert.equal(finding?.severity, 'warning');
    assert.match(finding.message, /has stopped at 6\d % of what their frequencies alone give/);
    for (const loss of [learnt, weighted]) {
      assert.equal(findingOf(classImbalance, dominated, loss)?.severity, 'information');
    }
  });

  it('is silent on balanced classes, nine to one, chance, several labels at once, quantities', () => {
    const outputs = [
      classesOf([250, 250, 250, 250]),
      classesOf([900, 100]),
      answersOf(0.85),
      quantitiesOf(normal),
    ];
    for (const output of outputs) {
      assert.equal(findingOf(classImbalance, factsOf({ outputs: [output] }), stays), undefined);
    }
    // 2 of 16: ten classes in a small sample of many.
    const chance = { samples: 50_000, outputs: [classesOf([16, 12, 9, 8, 7, 6, 5, 4, 3, 1])] };
    assert.equal(findingOf(classImbalance, factsOf(chance), stays), undefined);
  });

  it('takes a sample for what it shows with confidence', () => {
    const sampled = (counts: number[]): Finding | undefined =>
      findingOf(classImbalance, factsOf({ samples: 50_000, outputs: [classesOf(counts)] }), falls);
    // 1 in 13 of 256 may be 1 in 8 of all.
    assert.equal(sampled([237, 19]), undefined);
    assert.ok((sampled([2500, 60])?.evidence.measured ?? 0) > 25);
  });
});
