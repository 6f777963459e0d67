// CSV and JSON of a run: every value read back as it was recorded.
import assert from 'node:assert/strict';
import { csvRow } from '../../../src/export/csv';
import { runJson } from '../../../src/export/json';
import { stepsCsv } from '../../../src/export/stepsCsv';
import { tensorsCsv } from '../../../src/export/tensorsCsv';
import { absentSummary, normOnly } from '../../../src/shared/core/absent';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import { exported, parseCsv } from './exported';

const textOf = (parts: Iterable<string>): string => [...parts].join('');

/** A text's rows as objects by the names of its head. */
function table(text: string): Record<string, string>[] {
  const [head = [], ...rows] = parseCsv(text);
  return rows.map((row) => {
    assert.equal(row.length, head.length);
    return Object.fromEntries(head.map((name, i) => [name, row[i] ?? '']));
  });
}

describe('CSV', () => {
  it('quotes what needs it, and spells what is not finite', () => {
    const row = csvRow(['a,b', 'say "hi"', 'two\nlines', 1e-7, NaN, -Infinity, undefined, 'plain']);
    assert.equal(row, '"a,b","say ""hi""","two\nlines",1e-7,NaN,-Infinity,,plain\r\n');
    assert.deepEqual(parseCsv(row), [
      ['a,b', 'say "hi"', 'two\nlines', '1e-7', 'NaN', '-Infinity', '', 'plain'],
    ]);
  });

  it('has a row per step, with every number as it was recorded', () => {
    const { run, ...of } = exported();
    const rows = table(textOf(stepsCsv(of)));
    assert.equal(rows.length, 20);
    run.records.forEach((record, i) => {
      const row = rows[i]!;
      assert.equal(Number(row['step']), record.step);
      assert.equal(Number(row['loss']), record.loss);
      assert.equal(Number(row['acc']), record.metrics['acc']);
      for (const [name, layer] of Object.entries(record.layers)) {
        assert.equal(Number(row[`${name}/gradient_norm`]), layer.gradient.norm);
        assert.equal(Number(row[`${name}/weight_norm`]), layer.weight.norm);
        assert.equal(Number(row[`${name}/update_ratio`]), layer.updateRatio);
      }
    });
    // Metrics of an epoch stand on its last step, and nowhere else.
    assert.equal(rows[8]?.['val_loss'], '');
    assert.equal(Number(rows[9]?.['val_loss']), run.epochs[0]?.metrics['val_loss']);
  });

  it('says NaN where a gradient has one, and nothing where it is not known', () => {
    const { history, run, ...of } = exported({ nanFrom: 15 });
    const [first] = run.layers;
    const name = first?.name ?? '';
    const rows = table(textOf(stepsCsv({ ...of, history })));
    assert.equal(rows[13]?.[`${name}/gradient_norm`] === 'NaN', false);
    assert.equal(rows[14]?.[`${name}/gradient_norm`], 'NaN');
    assert.equal(rows[14]['loss'], 'NaN');
    const known: StepRecord = { ...run.records[0]!, step: 21, layers: {}, tensors: {} };
    known.layers[name] = { gradient: normOnly(0.5), weight: absentSummary(), updateRatio: NaN };
    history.append(known);
    const last = table(textOf(stepsCsv({ ...of, history }))).at(-1);
    assert.equal(last?.[`${name}/gradient_norm`], '0.5');
    assert.equal(last[`${name}/weight_norm`], '');
    assert.equal(last[`${name}/update_ratio`], '');
    const long = table(textOf(tensorsCsv({ ...of, history }))).filter(({ step }) => step === '21');
    assert.deepEqual(
      long.map(({ quantity, count, norm }) => [quantity, count, norm]),
      [
        ['gradient', '', '0.5'],
        ['weight', '', ''],
      ],
    );
  });

  it('has every statistic of every tensor in the long form', () => {
    const { run, ...of } = exported({ steps: 4 });
    const rows = table(textOf(tensorsCsv(of)));
    for (const record of run.records) {
      for (const [name, tensor] of Object.entries(record.tensors)) {
        const row = rows.find(
          (one) =>
            Number(one['step']) === record.step &&
            one['tensor'] === name &&
            one['quantity'] === 'gradient',
        );
        assert.ok(row);
        assert.equal(row['layer'], name.split('/')[0]);
        for (const key of [
          'count',
          'zeros',
          'nans',
          'min',
          'max',
          'mean',
          'std',
          'norm',
        ] as const) {
          assert.equal(Number(row[key]), tensor.gradient[key], key);
        }
      }
    }
    const perStep = 3 * 4 + 6 * 2;
    assert.equal(rows.length, 4 * perStep);
  });

  it('survives the names that programs give', () => {
    const { run, ...of } = exported({ steps: 2 });
    const record = { ...run.records[1]!, step: 3, metrics: { 'a,"b"\r\n=1+1': 2 } };
    of.history.append(record);
    assert.equal(table(textOf(stepsCsv(of))).at(-1)?.['a,"b"\r\n=1+1'], '2');
  });
});

describe('JSON', () => {
  it('is what the command line writes: the shapes of the API', () => {
    const { run, ...of } = exported({ nanFrom: 20 }, { state: 'completed' });
    const report = JSON.parse(textOf(runJson(of))) as Record<string, unknown>;
    const keys = ['steps', 'state', 'backend', 'layers', 'findings', 'error'];
    assert.deepEqual(Object.keys(report), keys);
    const steps = report['steps'] as StepRecord[];
    assert.equal(steps.length, 20);
    assert.deepEqual(steps[3], run.records[3]);
    assert.equal(steps[9]?.metrics['val_loss'], run.epochs[0]?.metrics['val_loss']);
    assert.equal(steps[19]?.loss, null);
    assert.deepEqual(report['layers'], run.layers);
    assert.equal(report['error'], null);
  });
});
