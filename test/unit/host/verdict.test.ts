// The verdict on a fix.
import assert from 'node:assert/strict';
import { judgeFix, lossEnds, type Trained } from '../../../src/experiments/verdict';
import type { Finding } from '../../../src/shared/core/finding';

const RULE = 'vanishing-gradient';
const finding = (change: Partial<Finding> = {}): Finding => ({
  ...{ rule: RULE, severity: 'error', firstStep: 20, lastStep: 90, reference: '', remedies: [] },
  ...{ message: 'It vanishes.', evidence: { measured: 1, threshold: 2, unit: 'x', window: 3 } },
  ...change,
});

/** A run whose loss goes evenly from one value to another. */
function trained(from: number, to: number, change: Partial<Trained> = {}): Trained {
  const steps = Array.from({ length: 100 }, (_, i) => ({
    step: i + 1,
    loss: from + ((to - from) * i) / 99,
  }));
  return { state: 'completed', findings: [], steps, ...change };
}

const sick = trained(2.3, 2.3, { findings: [finding()] });

describe('the verdict on a fix', () => {
  it('is cured where the finding is gone, with both losses', () => {
    const { outcome, words } = judgeFix(RULE, 100, sick, trained(2.3, 0.1));
    assert.equal(outcome, 'cured');
    assert.match(
      words,
      /in 100 steps\. With the fix the loss goes from 2\.2 to 0\.2, without it .* 2\.3 to 2\.3/,
    );
  });

  it('is cured where it came up at first and was closed', () => {
    const closed = trained(2.3, 0.1, { findings: [finding({ closedStep: 60 })] });
    assert.equal(judgeFix(RULE, 100, sick, closed).outcome, 'cured');
  });

  it('is not where it is still there, also as what follows from another', () => {
    assert.equal(judgeFix(RULE, 100, sick, sick).outcome, 'not-cured');
    const below = finding({
      rule: 'poor-initialization',
      consequences: [{ rule: RULE, message: '', firstStep: 3 }],
    });
    const folded = trained(2.3, 2.3, { findings: [below] });
    assert.equal(judgeFix(RULE, 100, sick, folded).outcome, 'not-cured');
  });

  it('names what came instead', () => {
    const other = finding({ rule: 'exploding-gradient', message: 'It grows.' });
    const { outcome, words } = judgeFix(RULE, 100, sick, trained(2, 9, { findings: [other] }));
    assert.equal(outcome, 'replaced');
    assert.match(words, /exploding gradient instead: It grows/);
    // What was there before as well is not the fix's doing.
    const both = { ...sick, findings: [finding(), other] };
    assert.equal(judgeFix(RULE, 100, both, trained(2, 9, { findings: [other] })).outcome, 'cured');
  });

  it('says where the comparison says nothing', () => {
    assert.equal(judgeFix(RULE, 100, trained(2, 1), trained(2, 1)).outcome, 'not-reproduced');
    const stopped = trained(2, 1, { state: 'stopped' });
    assert.equal(judgeFix(RULE, 200, sick, stopped).outcome, 'unfinished');
    const broken = trained(2, 1, { state: 'failed', error: { message: 'No such layer.' } });
    const { outcome, words } = judgeFix(RULE, 100, sick, broken);
    assert.deepEqual([outcome, /No such layer/.test(words)], ['failed', true]);
  });

  it('averages the losses of both ends, without those that are not finite', () => {
    const steps = [1, NaN, 3, 4, 5, 6, 7, 8, Infinity, 10].map((loss, i) => ({
      step: i + 1,
      loss,
    }));
    assert.deepEqual(lossEnds(steps), { first: 1, last: 10 });
    assert.ok(Number.isNaN(lossEnds([]).first));
  });
});
