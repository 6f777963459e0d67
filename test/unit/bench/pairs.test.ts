// The statistics of block pairs, and the order in which contestants take turns.
import assert from 'node:assert/strict';
import { comparePairs, median, orderOfRound } from '../../../bench/pairs';

describe('median', () => {
  it('is the middle value, or the mean of the middle two', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([10, 1, 2, 4]), 3);
    assert.equal(median([7]), 7);
    assert.throws(() => median([]), RangeError);
  });

  it('leaves its argument as it is', () => {
    const values = [3, 1, 2];
    median(values);
    assert.deepEqual(values, [3, 1, 2]);
  });
});

describe('comparePairs', () => {
  it('forms ratios within a round: what slows both sides cancels', () => {
    const against = [10, 10, 100, 10, 10];
    const times = against.map((ms) => ms * 0.5);
    assert.deepEqual(comparePairs(times, against), { ratio: 0.5, min: 0.5, max: 0.5, pairs: 5 });
  });

  it('is not moved by one bad block', () => {
    assert.deepEqual(comparePairs([11, 12, 900], [10, 10, 10]), {
      ratio: 1.2,
      min: 1.1,
      max: 90,
      pairs: 3,
    });
  });

  it('refuses times that are no pairs', () => {
    assert.throws(() => comparePairs([1, 2], [1]), /2 times cannot be paired with 1/);
  });
});

describe('orderOfRound', () => {
  const rounds = Array.from({ length: 8 }, (_, round) => orderOfRound(round, 4));

  it('lets every contestant run once a round', () => {
    for (const order of rounds) assert.deepEqual([...order].sort(), [0, 1, 2, 3]);
  });

  it('gives every contestant every place', () => {
    for (let place = 0; place < 4; place++) {
      assert.deepEqual(new Set(rounds.map((order) => order[place])), new Set([0, 1, 2, 3]));
    }
  });
});
