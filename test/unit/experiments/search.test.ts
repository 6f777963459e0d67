// Searches: grids by hand, draws by their distribution, the Parzen estimator against random search of the same
// budget on functions whose minima are known.
import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/shared/core/random';
import { gridValues } from '../../../src/experiments/search/grid';
import { normalCdf, ParzenDensity, ChoiceDensity } from '../../../src/experiments/search/parzen';
import { createSearch, type Observation } from '../../../src/experiments/search/search';
import { fromUnit, toUnit } from '../../../src/experiments/search/space';
import { bestCount } from '../../../src/experiments/search/tpe';
import type {
  Assignment,
  ExperimentSpec,
  NumberRange,
  Strategy,
} from '../../../src/experiments/spec/experimentSpec';

const range = (min: number, max: number, more: Partial<NumberRange> = {}): NumberRange => ({
  ...{ min, max, scale: 'linear', integer: false, points: 3 },
  ...more,
});

type Parameters = ExperimentSpec['parameters'];
type Target = (values: Record<string, number>, names: Assignment) => number;

/** Runs a search over a function; gives what it tried. */
function searched(
  strategy: Strategy,
  parameters: Parameters,
  seed: number,
  trials: number,
  f: Target = () => 0,
): Observation[] {
  const search = createSearch({ strategy, parameters, seed });
  const seen: Observation[] = [];
  for (let i = 0; i < trials; i++) {
    const taken = seen.map(({ assignment }) => assignment);
    const assignment = search.propose(i, seen, taken);
    if (!assignment) break;
    seen.push({ assignment, value: f(assignment as Record<string, number>, assignment) });
  }
  return seen;
}

/** Branin: three minima of 0.397887. */
const branin: Target = ({ x = 0, y = 0 }) =>
  (y - (5.1 / (4 * Math.PI ** 2)) * x * x + (5 / Math.PI) * x - 6) ** 2 +
  10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) +
  10;

const A = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const P = [
  [1312, 1696, 5569, 124, 8283, 5886],
  [2329, 4135, 8307, 3736, 1004, 9991],
  [2348, 1451, 3522, 2883, 3047, 6650],
  [4047, 8828, 8732, 5743, 1091, 381],
];
/** Hartmann-6: minimum −3.32237. */
const hartmann: Target = (x) =>
  -[1, 1.2, 3, 3.2].reduce((sum, weight, i) => {
    const distance = A[i]!.reduce((d, a, j) => d + a * (x[`x${j}`]! - P[i]![j]! * 1e-4) ** 2, 0);
    return sum + weight * Math.exp(-distance);
  }, 0);

/** Like a training: a rate on a logarithmic scale, an optimizer, units, and a rate that only one optimizer uses. */
const mixed: Target = ({ rate = 1, units = 0, dropout = 0 }, { optimizer }) =>
  (Math.log10(rate) + 2.5) ** 2 +
  ({ sgd: 0.5, adam: 0, rmsprop: 0.3 }[String(optimizer)] ?? NaN) +
  ((units - 48) / 64) ** 2 +
  (optimizer === 'adam' ? 0.2 * Math.abs(dropout - 0.3) : 0.1);

const FUNCTIONS: [name: string, parameters: Parameters, f: Target][] = [
  ['Branin', { x: range(-5, 10), y: range(0, 15) }, branin],
  [
    'Hartmann-6',
    Object.fromEntries([0, 1, 2, 3, 4, 5].map((i) => [`x${i}`, range(0, 1)])),
    hartmann,
  ],
  [
    'a mixed space',
    {
      rate: range(1e-6, 1, { scale: 'log' }),
      optimizer: { values: ['sgd', 'adam', 'rmsprop'] },
      units: range(8, 256, { scale: 'log', integer: true }),
      dropout: range(0, 0.9),
    },
    mixed,
  ],
];

describe('search', () => {
  it('maps ranges to the unit interval and back', () => {
    const rate = range(1e-5, 1, { scale: 'log' });
    assert.equal(fromUnit(rate, 0), 1e-5);
    assert.equal(fromUnit(rate, 1), 1);
    assert.equal(fromUnit(rate, 0.4), 1e-3);
    const units = range(1, 4, { integer: true });
    const counts = new Map<number, number>();
    for (let i = 0; i < 400; i++) {
      const value = fromUnit(units, (i + 0.5) / 400);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    // Both ends are as likely as what lies between.
    assert.deepEqual([...counts], [[1, 100], [2, 100], [3, 100], [4, 100]]); // prettier-ignore
    for (const one of [rate, units, range(-3, 8), range(2, 512, { scale: 'log', integer: true })]) {
      for (const unit of [0.01, 0.3, 0.77]) {
        const value = fromUnit(one, unit);
        assert.equal(fromUnit(one, toUnit(one, value)), value);
      }
    }
  });

  it('takes a grid with both ends, whole numbers once each', () => {
    assert.deepEqual(gridValues(range(1e-4, 1e-2, { scale: 'log' })), [1e-4, 1e-3, 1e-2]);
    assert.deepEqual(gridValues(range(1, 4, { integer: true, scale: 'log', points: 4 })), [1, 2, 3, 4]); // prettier-ignore
    assert.deepEqual(gridValues(range(0, 10, { integer: true })), [0, 5, 10]);
    const seen = searched('grid', { a: { values: ['x', 'y'] }, b: range(0, 2) }, 1, 100);
    assert.deepEqual(
      seen.map(({ assignment }) => `${String(assignment['a'])}${String(assignment['b'])}`),
      ['x0', 'x1', 'x2', 'y0', 'y1', 'y2'],
    );
  });

  it('draws evenly in the scale of a range, the same with the same seed, and nothing twice', () => {
    const parameters = { rate: range(1e-6, 1, { scale: 'log' }), n: { values: [1, 2, 3] } };
    const draws = searched('random', parameters, 5, 600).map(({ assignment }) => assignment);
    const decades = draws.map(({ rate }) => Math.floor(Math.log10(Number(rate)) + 1e-9));
    for (let decade = -6; decade < 0; decade++) {
      const share = decades.filter((d) => d === decade).length / draws.length;
      // Three standard deviations of a share of 1/6 in 600 draws.
      assert.ok(Math.abs(share - 1 / 6) < 0.046, `${decade}: ${share}`);
    }
    const again = searched('random', parameters, 5, 600).map(({ assignment }) => assignment);
    assert.deepEqual(again, draws);
    assert.notDeepEqual(searched('random', parameters, 6, 5)[0]!.assignment, draws[0]);
    for (const strategy of ['random', 'bayesian'] as const) {
      const few = searched(strategy, { a: { values: [1, 2, 3, 4] }, b: { values: [true, false] } }, 3, 50); // prettier-ignore
      assert.equal(new Set(few.map(({ assignment }) => JSON.stringify(assignment))).size, 8);
      assert.equal(few.length, 8);
    }
  });

  it('estimates densities that integrate to 1, and draws from them', () => {
    assert.ok(Math.abs(normalCdf(1.959964) - 0.975) < 1e-6);
    assert.ok(Math.abs(normalCdf(-1) - 0.158655) < 1e-6);
    const density = new ParzenDensity([0.1, 0.15, 0.9]);
    const cells = 2000;
    let mass = 0;
    let low = 0;
    for (let i = 0; i < cells; i++) {
      const part = Math.exp(density.log((i + 0.5) / cells)) / cells;
      mass += part;
      if (i < cells / 4) low += part;
    }
    assert.ok(Math.abs(mass - 1) < 1e-4, `${mass}`);
    const random = seededRandom(11);
    const drawn = Array.from({ length: 4000 }, () => density.draw(random));
    const share = drawn.filter((place) => place < 0.25).length / drawn.length;
    assert.ok(Math.abs(share - low) < 3 * Math.sqrt((low * (1 - low)) / drawn.length));
    const choices = new ChoiceDensity([0, 0, 2], 3);
    assert.deepEqual([0, 1, 2].map((i) => Math.round(6 * Math.exp(choices.log(i)))), [3, 1, 2]); // prettier-ignore
    assert.deepEqual([1, 6, 7, 20, 100, 1000].map(bestCount), [1, 1, 2, 3, 15, 25]);
  });

  for (const [name, parameters, f] of FUNCTIONS) {
    it(`finds lower minima of ${name} than random search, 60 trials each, over 20 seeds`, () => {
      const best = (strategy: Strategy, seed: number): number =>
        Math.min(...searched(strategy, parameters, seed, 60, f).map(({ value }) => value));
      const pairs = Array.from({ length: 20 }, (_, seed) => ({
        bayesian: best('bayesian', seed),
        random: best('random', seed),
      }));
      const wins = pairs.filter(({ bayesian, random }) => bayesian < random).length;
      // Sign test: 16 or more of 20 by chance has a probability of 0.006.
      assert.ok(wins >= 16, `${wins} of 20`);
      const mean = (key: 'bayesian' | 'random'): number =>
        pairs.reduce((sum, pair) => sum + pair[key], 0) / pairs.length;
      assert.ok(mean('bayesian') < mean('random'));
    });
  }
});
