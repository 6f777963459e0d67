// What a constant answer costs, against closed forms.
import assert from 'node:assert/strict';
import { baselineOf } from '../../../src/shared/core/diagnosis/baseline';
import type { OutputFacts } from '../../../src/shared/core/facts';
import { randomNormal } from '../../../src/shared/core/random';
import { answersOf, classesOf, draw, factsOf, LAYERS, quantitiesOf } from './facts';

const levelOf = (...outputs: OutputFacts[]) => baselineOf(factsOf({ outputs }));
const near = (value: number | undefined, expected: number, tolerance = 1e-6): void =>
  assert.ok(Math.abs((value ?? NaN) - expected) < tolerance, `${String(value)}, not ${expected}`);

describe('the level of a constant answer', () => {
  it('is the entropy of the classes', () => {
    near(levelOf(classesOf([250, 250, 250, 250]))?.loss, Math.log(4));
    near(levelOf(classesOf([500, 500], { loss: 'sparseCategoricalCrossentropy' }))?.loss, Math.LN2);
    const skewed = levelOf(classesOf([900, 100]));
    near(skewed?.loss, -0.9 * Math.log(0.9) - 0.1 * Math.log(0.1));
    assert.equal(skewed?.isImbalanced, true);
    assert.equal(skewed.error, 0, 'all labels are known');
  });

  it('is corrected, and has an error, where the labels are a sample', () => {
    const sampled = baselineOf(
      factsOf({ samples: 100_000, outputs: [classesOf([70, 60, 66, 60])] }),
    );
    near(sampled?.loss, Math.log(4), 0.01);
    assert.ok((sampled?.error ?? 0) > 0);
    const quantities = quantitiesOf(draw(256, randomNormal));
    const level = baselineOf(factsOf({ samples: 100_000, outputs: [quantities] }));
    near(level?.error, (level?.loss ?? 0) * Math.sqrt(2 / 256));
  });

  it('is the binary entropy, and what can be learnt of it', () => {
    const exact = levelOf(answersOf(0.3));
    near(exact?.loss, -0.3 * Math.log(0.3) - 0.7 * Math.log(0.7));
    near(exact?.reducible, exact?.loss ?? 0);
    // Pixels around 0.5 with deviation 0.1: no answer gets below their own entropy.
    const pixels = quantitiesOf(
      draw(1000, (random) => 0.5 + 0.1 * Math.sin(6.28 * random())),
      {
        loss: 'binaryCrossentropy',
        activation: 'sigmoid',
        labelKind: 'probabilities',
      },
    );
    const soft = levelOf(pixels);
    near(soft?.loss, Math.LN2, 0.001);
    near(soft?.reducible, 0.005 / 0.5, 0.001);
  });

  it('is the variance of quantities, and adds up over outputs', () => {
    const values = draw(1000, (random) => 3 + 2 * randomNormal(random));
    const one = quantitiesOf(values);
    near(levelOf(one)?.loss, one.labels.std ** 2);
    near(levelOf(one, answersOf(0.5))?.loss, one.labels.std ** 2 + Math.LN2);
    near(levelOf({ ...one, loss: 'meanAbsoluteError' })?.loss, one.labels.std);
  });

  it('is not known for other losses, soft classes, wrong labels and regularized nets', () => {
    const unknown: OutputFacts[] = [
      classesOf([5, 5], { loss: 'custom' }),
      classesOf([5, 5], { labelKind: 'probabilities' }),
      quantitiesOf(Float32Array.from([-1, 1]), { loss: 'binaryCrossentropy' }),
      quantitiesOf(Float32Array.from([2, 2, 2])),
    ];
    for (const output of unknown) assert.equal(levelOf(output), undefined);
    const layers = LAYERS.map((layer) => ({ ...layer, regularized: true }));
    assert.equal(baselineOf(factsOf({ layers })), undefined);
    assert.equal(baselineOf(undefined), undefined);
  });
});
