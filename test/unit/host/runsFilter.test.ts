// The filter language of the runs view.
import assert from 'node:assert/strict';
import { FilterError, parseFilter } from '../../../src/surfaces/runs/filter';
import { manySummaries, summaryOf } from './runSummaries';

const runs = [
  summaryOf('a', {
    hyperparameters: { lr: 0.1, optimizer: 'adam', augment: true },
    labels: { name: 'My Baseline', tags: ['baseline', 'v2'], pinned: true },
    metrics: { acc: 0.9, val_acc: 0.8 },
  }),
  summaryOf('b', {
    hyperparameters: { learningRate: 0.001, optimizer: 'sgd' },
    state: 'failed',
    lastLoss: NaN,
    worst: { rule: 'non-finite', severity: 'error', message: 'The loss is NaN.' },
    labels: { note: 'too *hot*' },
  }),
  summaryOf('c', {
    state: 'running',
    live: true,
    path: 'examples/gan.js',
    title: 'gan.js',
    worst: { rule: 'vanishing-gradient', severity: 'warning', message: 'It vanishes.' },
    experiment: { id: 'e', name: 'Sweep of gan.js', trial: 3 },
  }),
];
const matching = (text: string): string =>
  runs
    .filter(parseFilter(text))
    .map(({ id }) => id)
    .join('');

describe('filter of the runs view', () => {
  it('shows all without a term', () => {
    assert.equal(matching(''), 'abc');
    assert.equal(matching('   '), 'abc');
  });

  const cases: readonly (readonly [filter: string, found: string])[] = [
    ['gan', 'c'],
    ['BASELINE', 'a'],
    ['hot', 'b'],
    ['optimizer=sgd', 'b'],
    ['sgd', 'b'],
    ['vanishing', 'c'],
    ['"my baseline"', 'a'],
    ['my baseline', 'a'],
    ['"non finite"', 'b'],
    ['name:"my base"', 'a'],
    ['tag:v2', 'a'],
    ['tag:v', ''],
    ['state:failed', 'b'],
    ['state:training', 'c'],
    ['-state:failed', 'ac'],
    ['finding:none', 'a'],
    ['finding:error', 'b'],
    ['finding:vanish', 'c'],
    ['experiment:sweep', 'c'],
    ['model:examples/', 'c'],
    ['is:pinned', 'a'],
    ['is:live', 'c'],
    ['-is:live', 'ab'],
    ['lr>0.01', 'a'],
    ['lr<=0.001', 'b'],
    ['learningRate>=1e-3', 'ab'],
    ['augment=true', 'a'],
    ['optimizer!=sgd', 'a'],
    ['val_acc>0.7', 'a'],
    ['loss<1', 'ac'],
    ['best<0.2', 'abc'],
    ['step=400 -is:live', 'ab'],
    ['lr>0.01 tag:baseline state:failed', ''],
    ['lr>0.01 tag:baseline state:completed', 'a'],
    ['constructor:x', ''],
    ['constructor>1', ''],
    ['-', 'abc'],
  ];
  for (const [filter, found] of cases) {
    it(`\`${filter}\` finds ${found === '' ? 'none' : found}`, () => {
      assert.equal(matching(filter), found);
    });
  }

  it('says what it does not understand, and what it would', () => {
    const refused: readonly (readonly [string, RegExp])[] = [
      ['lr>abc', /'lr>' a number has to follow/],
      ['lr>', /a number has to follow/],
      ['state:asleep', /States are starting, running/],
      ['finding:ghost', /error, warning, none/],
      ['is:good', /Use is:pinned, is:live/],
      ['name:"open', /quotation mark is not closed/],
    ];
    for (const [filter, message] of refused) {
      assert.throws(
        () => parseFilter(filter),
        (error) => error instanceof FilterError && message.test(error.message),
        filter,
      );
    }
  });

  it('is the conjunction of its terms, and a negated term the complement, for any run', () => {
    const many = manySummaries(300);
    const terms = ['lr>0.01', 'tag:baseline', 'state:failed', 'net-3', 'units=32', 'best<0.5'];
    for (const one of terms) {
      for (const other of terms) {
        const both = parseFilter(`${one} -${other}`);
        const [a, b] = [parseFilter(one), parseFilter(other)];
        for (const run of many) assert.equal(both(run), a(run) && !b(run));
      }
    }
  });
});
