// Stopping rules against cases worked out by hand.
import assert from 'node:assert/strict';
import { promoted, rungs } from '../../../src/experiments/stopping/halving';
import { isBelowMedian, median, runningAverage } from '../../../src/experiments/stopping/median';

/** Reports after 1, 2, 3 … */
const reports = (...values: number[]) => values.map((value, i) => ({ at: i + 1, value }));

describe('median stopping rule', () => {
  // Running averages after 1, 2, 3: A 8, 6, 5; B 6, 5, 4; C 10, 9, 8. Their medians: 8, 6, 5.
  const completed = [reports(8, 4, 3), reports(6, 4, 2), reports(10, 8, 6)];
  const rule = { grace: 0, trials: 3 };

  it('takes means up to a point, and the middle of them', () => {
    assert.equal(runningAverage(reports(8, 4, 3), 2), 6);
    assert.equal(runningAverage(reports(8, 4, 3), 0), undefined);
    assert.equal(median([5, 1, 3]), 3);
    assert.equal(median([4, 1, 3, 2]), 2.5);
  });

  it('stops where the best so far is strictly worse than the median', () => {
    assert.ok(isBelowMedian(reports(8.5), completed, rule));
    assert.ok(!isBelowMedian(reports(8), completed, rule));
    assert.ok(isBelowMedian(reports(9, 7), completed, rule));
    // Its newest value is worse, but it was better before: the best counts.
    assert.ok(!isBelowMedian(reports(5.9, 9), completed, rule));
    assert.ok(isBelowMedian(reports(5.9, 9, 9), completed, rule));
  });

  it('does not speak too early', () => {
    assert.ok(!isBelowMedian(reports(99), completed, { grace: 1, trials: 3 }));
    assert.ok(isBelowMedian(reports(99, 99), completed, { grace: 1, trials: 3 }));
    assert.ok(!isBelowMedian(reports(99), completed, { grace: 0, trials: 4 }));
    assert.ok(!isBelowMedian([], completed, rule));
  });
});

describe('successive halving', () => {
  it('trains one in three on, three times as long', () => {
    assert.deepEqual(rungs(9, 9, 3, 1), [
      { trials: 9, amount: 1 },
      { trials: 3, amount: 3 },
      { trials: 1, amount: 9 },
    ]);
    assert.deepEqual(rungs(27, 9, 3, 1), [
      { trials: 27, amount: 1 },
      { trials: 9, amount: 3 },
      { trials: 3, amount: 9 },
    ]);
    assert.deepEqual(rungs(16, 400, 4, 50), [
      { trials: 16, amount: 100 },
      { trials: 4, amount: 400 },
    ]);
    assert.deepEqual(rungs(8, 8, 2, 1), [
      { trials: 8, amount: 1 },
      { trials: 4, amount: 2 },
      { trials: 2, amount: 4 },
      { trials: 1, amount: 8 },
    ]);
    assert.deepEqual(rungs(2, 5, 3, 1), [{ trials: 2, amount: 5 }]);
  });

  it('takes the best on, of equals the first, in their order', () => {
    const trials = [4, 1, Infinity, 1, 3].map((value, id) => ({ value, id }));
    assert.deepEqual(promoted(trials, 3).map(({ id }) => id), [1, 3, 4]); // prettier-ignore
    assert.deepEqual(promoted(trials, 1).map(({ id }) => id), [1]); // prettier-ignore
    const lost = [Infinity, Infinity].map((value, id) => ({ value, id }));
    assert.deepEqual(promoted(lost, 1).map(({ id }) => id), [0]); // prettier-ignore
  });
});
