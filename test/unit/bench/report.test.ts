// From measured times to rows, tables and the README's Markdown.
import assert from 'node:assert/strict';
import type { Measured } from '../../../bench/measure';
import { BY_DEFAULT, EVERY_STEP, planCases, type Case } from '../../../bench/plan';
import { formatMarkdown, formatResults, formatTable } from '../../../bench/report';
import { firstOfEach, firstStepRowsOf, rowsOf, type Results } from '../../../bench/results';
import { parseOptions } from '../../../bench/options';

function measured(times: Record<string, number[]>, program: Case['program'] = 'trainOnBatch') {
  const variantOf = (name: string) => (name.startsWith('ours,') ? 'ours' : name);
  const entrants = Object.keys(times).map((name) => ({
    name,
    variant: (name === program ? 'trainOnBatch' : variantOf(name)) as 'ours',
    activationEverySteps: 1,
  }));
  const common = { net: 'mlp', optimizer: 'adam', backend: 'webgl', steps: 1, pairs: 3 } as const;
  return {
    case: { ...common, program, entrants },
    renderer: 'a GPU',
    times: new Map(Object.entries(times)),
  } satisfies Measured;
}

const MEASURED = measured({
  trainOnBatch: [10, 20, 40],
  noop: [10, 20, 44],
  ours: [5, 11, 18],
  'ours-off': [5, 10, 20],
  [EVERY_STEP]: [6, 12, 20],
});

function resultsOf(...all: Measured[]): Results {
  const found = all.map(rowsOf);
  return {
    machine: { cpu: 'A CPU', cores: 2, memoryGiB: 4, system: 'Linux x64', renderer: 'a GPU' },
    versions: { tfjs: '4.22.0', chromium: '150' },
    rows: found.flatMap(({ rows }) => rows),
    programs: found.flatMap(({ programs }) => programs),
    activations: found.flatMap(({ activations }) => activations),
    firstStep: [],
    checks: { passed: 1, failures: [] },
  };
}

describe('rows of the bench', () => {
  it('compare each variant with trainOnBatch, and ours with itself without statistics', () => {
    const { rows } = rowsOf(MEASURED);
    assert.deepEqual(
      rows.map(({ variant, against, ratio, min, max, pairs }) => ({
        of: `${variant} / ${against}`,
        numbers: [min, ratio, max, pairs],
      })),
      [
        { of: 'noop / trainOnBatch', numbers: [1, 1, 1.1, 3] },
        { of: 'ours / trainOnBatch', numbers: [0.45, 0.5, 0.55, 3] },
        { of: 'ours-off / trainOnBatch', numbers: [0.5, 0.5, 0.5, 3] },
        { of: 'ours / ours-off', numbers: [0.9, 1, 1.1, 3] },
      ],
    );
    assert.equal(rows[1]?.ms, 11);
  });

  it('keep activations and other programs apart, so that a row of a variant is the only one', () => {
    const { rows, activations } = rowsOf(MEASURED);
    assert.equal(new Set(rows.map((row) => `${row.variant} ${row.against}`)).size, rows.length);
    assert.deepEqual(
      activations.map(({ against, sampling, ratio }) => [sampling, against, ratio]),
      [
        ['every-step', 'trainOnBatch', 0.6],
        ['every-step', 'ours', 1.1111],
      ],
    );
    const byDefault = rowsOf(measured({ ours: [10, 10], [BY_DEFAULT]: [11, 11] }));
    assert.deepEqual(
      byDefault.activations.map(({ against, sampling, ratio }) => [sampling, against, ratio]),
      [['default', 'ours', 1.1]],
    );
    assert.deepEqual(byDefault.rows, []);
    const fit = rowsOf(measured({ fit: [10, 10], noop: [10, 10], hook: [10.2, 10.4] }, 'fit'));
    assert.deepEqual(fit.rows, []);
    assert.deepEqual(
      fit.programs.map(({ program, variant, ratio }) => [program, variant, ratio]),
      [
        ['fit', 'noop', 1],
        ['fit', 'hook', 1.03],
      ],
    );
  });

  it('come once, from the first group of contestants that has them', () => {
    const again = rowsOf(measured({ trainOnBatch: [10], ours: [9], 'ours-off': [8] })).rows;
    const rows = firstOfEach([...rowsOf(MEASURED).rows, ...again]);
    assert.deepEqual(rows, rowsOf(MEASURED).rows);
  });

  it('of first steps are against trainOnBatch', () => {
    const rows = firstStepRowsOf(measured({ trainOnBatch: [100], noop: [101], ours: [90] }));
    assert.deepEqual(
      rows.map(({ variant, ratio }) => [variant, ratio]),
      [
        ['noop', 1.01],
        ['ours', 0.9],
      ],
    );
  });
});

describe('tables of the bench', () => {
  it('align names to the left and numbers to the right', () => {
    const table = formatTable(
      ['net', 'ratio'],
      [
        ['mlp', 0.5],
        ['resnet', 10.25],
      ],
    );
    assert.equal(
      table,
      ['net      ratio', '──────  ──────', 'mlp      0.500', 'resnet  10.250'].join('\n'),
    );
  });

  it('name the machine, the versions and every ratio', () => {
    const text = formatResults(resultsOf(MEASURED));
    assert.match(text, /A CPU, 2 cores, 4 GiB, Linux x64, WebGL by a GPU/);
    assert.match(text, /tfjs 4\.22\.0, chromium 150/);
    assert.match(text, /webgl +mlp +adam +ours +ours-off +0\.900 +1\.000 +1\.100/);
    assert.match(text, /webgl +mlp +adam +ours \(every-step\) +ours /);
  });

  it('put one line per net, optimizer and backend into the README', () => {
    const lines = formatMarkdown(resultsOf(MEASURED)).split('\n');
    assert.equal(lines[2], '| webgl | mlp | adam | **0.50** | 1.00 | – | – | – | 1.00 |');
    assert.equal(lines[3], '');
  });
});

describe('plan of the bench', () => {
  it('has the baseline first and names unique in every case', () => {
    for (const args of [[], ['--quick'], ['--backend', 'cpu']]) {
      for (const { entrants, program, steps } of planCases(parseOptions(args), 10)) {
        const names = entrants.map(({ name }) => name);
        assert.equal(new Set(names).size, names.length);
        assert.ok(names.length >= 2 && steps >= 1);
        if (program === 'fit') assert.equal(steps % 8, 0);
      }
    }
  });

  it('measures at least fifteen pairs, with the noise floor in every table', () => {
    const measured = new Map<string, Set<string>>();
    for (const { entrants, pairs, net, optimizer, backend } of planCases(parseOptions([]), 10)) {
      assert.ok(pairs >= 15, net);
      const name = `${backend} ${net} ${optimizer}`;
      const variants = measured.get(name) ?? new Set();
      for (const { variant } of entrants) variants.add(variant);
      measured.set(name, variants);
    }
    for (const [name, variants] of measured) {
      for (const variant of ['trainOnBatch', 'noop', 'hook', 'ours', 'ours-off']) {
        assert.ok(variants.has(variant), `${variant} on ${name}`);
      }
    }
  });

  it('does what the filters say', () => {
    const options = parseOptions(['--net', 'lstm,cnn', '--optimizer', 'sgd', '--pairs', '3']);
    const cases = planCases(options, 10);
    assert.deepEqual(new Set(cases.map(({ net }) => net)), new Set(['lstm', 'cnn']));
    assert.ok(cases.every(({ optimizer, pairs }) => optimizer === 'sgd' && pairs === 3));
  });

  it('says what is wrong with a command line', () => {
    assert.throws(() => parseOptions(['--net', 'gpt']), /--net gpt is not known. Choose from mlp/);
    assert.throws(() => parseOptions(['--pairs', 'many']), /--pairs many must be a whole number/);
    assert.throws(() => parseOptions(['--nett', 'mlp']), { name: 'UsageError' });
  });
});
