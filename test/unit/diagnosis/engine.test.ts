import assert from 'node:assert/strict';
import { Diagnosis, RULES } from '../../../src/shared/core/diagnosis/engine';
import type { Rule } from '../../../src/shared/core/diagnosis/rule';
import type { DiagnosisWindow } from '../../../src/shared/core/diagnosis/window';
import type { RuleId } from '../../../src/shared/core/finding';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import { randomRecord } from '../protocol/records';
import { factsOf, inputOf, stepOf } from './facts';

/** States something at the steps for which `holds` says so. */
function ruleOf(holds: (step: number) => boolean, more: Partial<Rule> = {}): Rule {
  return {
    id: 'loss-plateau',
    reference: 'A rule of this test.',
    openAfter: 3,
    closeAfter: 4,
    evaluate: ({ record }) =>
      holds(record.step)
        ? {
            severity: 'warning',
            layer: 'dense_0',
            evidence: { measured: record.step, threshold: 0, unit: 'steps', window: 1 },
            message: `At step ${String(record.step)}.`,
            remedies: [],
          }
        : undefined,
    ...more,
  };
}

/** Feeds steps from … to; returns the steps at which the findings changed. */
function feed(diagnosis: Diagnosis, from: number, to: number): number[] {
  const changes: number[] = [];
  const record = randomRecord(1, 2);
  for (let step = from; step <= to; step++) {
    if (diagnosis.observe({ ...record, step })) changes.push(step);
  }
  return changes;
}

describe('Diagnosis', () => {
  it('opens after persistence, dated back to the first step, and is quiet while it holds', () => {
    const diagnosis = new Diagnosis([ruleOf((step) => step >= 5)]);
    assert.deepEqual(feed(diagnosis, 1, 20), [7]);
    assert.equal(diagnosis.findings[0]?.firstStep, 5);
    assert.equal(diagnosis.findings[0].closedStep, undefined);
  });

  it('does not open for what does not persist', () => {
    const diagnosis = new Diagnosis([ruleOf((step) => step % 3 !== 0)]);
    assert.deepEqual(feed(diagnosis, 1, 100), []);
  });

  it('closes what no longer holds, keeps it, and opens a new finding when it comes back', () => {
    const diagnosis = new Diagnosis([ruleOf((step) => step <= 10 || step >= 30)]);
    feed(diagnosis, 1, 20);
    assert.deepEqual(
      diagnosis.findings.map(({ firstStep, lastStep, closedStep }) => [
        firstStep,
        lastStep,
        closedStep,
      ]),
      [[1, 10, 14]],
    );
    feed(diagnosis, 21, 40);
    assert.deepEqual(
      diagnosis.findings.map(({ firstStep, closedStep }) => [firstStep, closedStep]),
      [
        [1, 14],
        [30, undefined],
      ],
    );
  });

  it('brings the numbers of a lasting finding up to date now and then', () => {
    const diagnosis = new Diagnosis([ruleOf(() => true)]);
    const changes = feed(diagnosis, 1, 100);
    assert.ok(changes.length >= 4 && changes.length <= 6, String(changes));
    assert.ok((diagnosis.findings[0]?.lastStep ?? 0) > 80);
  });

  it('lists what an open finding of another rule explains as its consequence', () => {
    const cause = ruleOf((step) => step <= 20, { id: 'exploding-gradient' });
    const effect = ruleOf(() => true, { yieldsTo: ['exploding-gradient'] });
    const diagnosis = new Diagnosis([cause, effect]);
    feed(diagnosis, 1, 2);
    feed(diagnosis, 3, 20);
    const rules = (): RuleId[] => diagnosis.findings.map(({ rule }) => rule);
    assert.deepEqual(rules(), ['exploding-gradient']);
    const [consequence] = diagnosis.findings[0]?.consequences ?? [];
    assert.equal(consequence?.rule, 'loss-plateau');
    // It outlives the cause: then it is a finding of its own.
    feed(diagnosis, 21, 30);
    assert.deepEqual(rules(), ['exploding-gradient', 'loss-plateau']);
    assert.equal(diagnosis.findings[0]?.consequences, undefined);
  });

  it('moves a finding below the cause that is found later, and those that it explains with it', () => {
    const rules = [
      ruleOf((step) => step > 20, { id: 'exploding-gradient' }),
      ruleOf(() => true, { id: 'saturated-units', yieldsTo: ['exploding-gradient'] }),
      ruleOf(() => true, { id: 'vanishing-gradient', yieldsTo: ['saturated-units'] }),
    ];
    const diagnosis = new Diagnosis(rules);
    const tree = () =>
      diagnosis.findings.map((f) => [f.rule, f.consequences?.map(({ rule }) => rule)]);
    feed(diagnosis, 1, 20);
    assert.deepEqual(tree(), [['saturated-units', ['vanishing-gradient']]]);
    feed(diagnosis, 21, 40);
    assert.deepEqual(tree(), [['exploding-gradient', ['saturated-units', 'vanishing-gradient']]]);
  });

  it('explains at the same layer what it does not explain elsewhere', () => {
    const foundAt = (layer: string) => {
      const cause = ruleOf(() => true, { id: 'loss-activation-mismatch' });
      const effect = ruleOf(() => true, {
        id: 'non-finite',
        yieldsAtSameLayer: ['loss-activation-mismatch'],
      });
      const moved = (window: DiagnosisWindow) => {
        const statement = effect.evaluate(window);
        return statement && { ...statement, layer };
      };
      const diagnosis = new Diagnosis([cause, { ...effect, evaluate: moved }]);
      feed(diagnosis, 1, 10);
      return diagnosis.findings.map(({ rule }) => rule);
    };
    assert.deepEqual(foundAt('dense_0'), ['loss-activation-mismatch']);
    assert.deepEqual(foundAt('dense_1'), ['loss-activation-mismatch', 'non-finite']);
  });

  it('adds the place of the layer in the source, also when it is known later', () => {
    const diagnosis = new Diagnosis([ruleOf(() => true)]);
    feed(diagnosis, 1, 5);
    assert.equal(diagnosis.findings[0]?.location, undefined);
    const location = { file: '/models/net.ts', line: 12, column: 3 };
    const layer = { name: 'dense_0', className: 'Dense', tensors: [], location };
    assert.equal(diagnosis.setLayers([layer]), true);
    assert.deepEqual(diagnosis.findings[0]?.location, location);
  });

  it('watches each optimizer for itself', () => {
    const diagnosis = new Diagnosis([ruleOf(() => true)]);
    const generator = randomRecord(1, 1);
    const critic: StepRecord = {
      ...generator,
      layers: { critic: generator.layers['dense_0']! },
    };
    for (let step = 1; step <= 4; step++) {
      diagnosis.observe({ ...(step % 2 === 0 ? generator : critic), step });
    }
    assert.equal(diagnosis.findings.length, 0);
    for (let step = 5; step <= 6; step++) {
      diagnosis.observe({ ...(step % 2 === 0 ? generator : critic), step });
    }
    assert.equal(diagnosis.findings.length, 2);
  });

  it('takes steps whose gradients the sampling left out, and learns only their loss', () => {
    const diagnosis = new Diagnosis();
    for (let step = 1; step <= 200; step++) {
      const whole = { ...randomRecord(1, 5), step, loss: 1 / step };
      diagnosis.observe(step % 10 === 1 ? whole : { ...whole, layers: {}, tensors: {} });
    }
    assert.deepEqual(diagnosis.findings, []);
  });

  it('finds nothing in records without layers and losses', () => {
    const diagnosis = new Diagnosis();
    for (let step = 1; step <= 50; step++) {
      diagnosis.observe({ step, seconds: 0, metrics: {}, layers: {}, tensors: {} });
    }
    assert.deepEqual(diagnosis.findings, []);
  });

  it('no rule explains, in turn, what explains it', () => {
    const causesOf = (id: RuleId): readonly RuleId[] =>
      RULES.filter((rule) => rule.id === id).flatMap(
        ({ yieldsTo = [], yieldsAtSameLayer = [] }) => [...yieldsTo, ...yieldsAtSameLayer],
      );
    const visit = (id: RuleId, path: readonly RuleId[]): void => {
      assert.ok(!path.includes(id), [...path, id].join(' → '));
      for (const cause of causesOf(id)) visit(cause, [...path, id]);
    };
    for (const { id } of RULES) visit(id, []);
  });

  it('every rule names its reference and its persistence', () => {
    const ids = RULES.map(({ id }) => id);
    assert.ok(ids.includes('vanishing-gradient') && ids.includes('non-finite'));
    assert.deepEqual(ids, [...new Set(ids)].sort(), 'once each, by name');
    for (const rule of RULES) {
      assert.match(rule.reference, /\d{3,4}/);
      assert.ok(rule.openAfter >= 1 && rule.closeAfter >= 1);
    }
  });
});

describe('the first non-finite tensor', () => {
  /** Ten sound steps of two layers, then one that `break_` has changed. */
  function findingAfter(spoil: (record: StepRecord) => void) {
    const diagnosis = new Diagnosis();
    const sound = randomRecord(1, 2);
    diagnosis.setLayers(
      ['dense_0', 'dense_1'].map((name) => ({
        name,
        className: 'Dense',
        tensors: [
          { name: `${name}/kernel`, shape: [10, 64] },
          { name: `${name}/bias`, shape: [10] },
        ],
      })),
    );
    for (let step = 1; step <= 10; step++) diagnosis.observe({ ...sound, step });
    const spoilt = structuredClone({ ...sound, step: 11 });
    spoil(spoilt);
    diagnosis.observe(spoilt);
    assert.equal(diagnosis.findings.length, 1);
    return diagnosis.findings[0]!;
  }

  it('in a gradient while the loss is finite: the last layer first, and its tensor', () => {
    const finding = findingAfter((record) => {
      for (const name of ['dense_0', 'dense_1']) {
        record.layers[name]!.gradient.nans = 2;
        record.tensors[`${name}/bias`]!.gradient.nans = 2;
      }
    });
    assert.equal(finding.layer, 'dense_1');
    assert.equal(finding.tensor, 'dense_1/bias');
    assert.equal(finding.evidence.measured, 2);
    assert.match(finding.message, /At step 11, the gradient of dense_1\/bias has 2 NaN/);
  });

  it('in a weight while the gradients are finite: the update', () => {
    const finding = findingAfter((record) => {
      record.layers['dense_0']!.weight.posInfs = 1;
      record.tensors['dense_0/kernel']!.weight.posInfs = 1;
    });
    assert.equal(finding.tensor, 'dense_0/kernel');
    assert.match(finding.message, /the update itself overflows \(learning rate 0.01\)/);
    assert.equal(finding.remedies[0]?.id, 'lower-learning-rate');
  });

  it('in the loss where outputs were not recorded', () => {
    const finding = findingAfter((record) => {
      record.loss = -Infinity;
    });
    assert.equal(finding.layer, undefined);
    assert.match(finding.message, /the loss is -Infinity: this batch has NaN/);
  });

  it('withdraws the finding at once where the data turn out to have the NaN', () => {
    const diagnosis = new Diagnosis(RULES);
    diagnosis.setFacts([factsOf()]);
    for (let step = 1; step <= 10; step++) diagnosis.observe(stepOf(step, 1.2));
    diagnosis.observe(stepOf(11, NaN));
    assert.deepEqual(
      diagnosis.findings.map(({ rule }) => rule),
      ['non-finite'],
    );
    diagnosis.setFacts([
      factsOf({ inputs: [inputOf(8, Float32Array.of(1, NaN, 3, 4, 5, 6, 7, 8))] }),
    ]);
    diagnosis.observe(stepOf(12, NaN));
    assert.deepEqual(
      diagnosis.findings.map(({ rule, closedStep }) => [rule, closedStep]),
      [
        ['non-finite', 12],
        ['data-range', undefined],
      ],
    );
  });
});
