// The lists of a run that could grow without end: epochs, steps with a non-finite loss, findings.
import assert from 'node:assert/strict';
import { EpochList } from '../../../src/run/epochList';
import { HistogramSeries } from '../../../src/run/histogramSeries';
import { RunHistory } from '../../../src/run/runHistory';
import { Diagnosis } from '../../../src/shared/core/diagnosis/engine';
import type { Rule } from '../../../src/shared/core/diagnosis/rule';
import { SIGNED_BUCKETS } from '../../../src/shared/core/histogramHistory';
import { decodeHistograms } from '../../../src/shared/protocol/histogramCodec';
import { randomRecord } from '../protocol/records';

const scalar = (step: number, loss: number) => ({
  step,
  loss,
  seconds: step,
  metrics: {},
  layers: {},
  tensors: {},
});

describe('EpochList', () => {
  it('stays bounded, evenly spaced, and keeps extremes, what is not finite, and the newest', () => {
    const list = new EpochList();
    for (let epoch = 1; epoch <= 20_000; epoch++) {
      const spike = epoch === 7001 ? 50 : epoch === 9003 ? -50 : epoch === 11_005 ? NaN : 1;
      list.append({ epoch, step: epoch, metrics: { val_loss: spike } });
      assert.ok(list.records.length <= 2048);
    }
    const epochs = list.records.map(({ epoch }) => epoch);
    for (const kept of [1, 7001, 9003, 11_005, 20_000]) assert.ok(epochs.includes(kept), `${kept}`);
    const gaps = epochs.slice(1).map((epoch, i) => epoch - epochs[i]!);
    assert.ok(Math.max(...gaps) <= 32 && Math.min(...gaps) >= 1, `${Math.max(...gaps)}`);
    assert.ok(list.generation > 0);
  });

  it('ends with epochs that all have one number', () => {
    const list = new EpochList();
    for (let i = 1; i <= 5000; i++) list.append({ epoch: 1, step: i, metrics: { x: i } });
    assert.ok(list.records.length <= 2048);
  });
});

describe('RunHistory: bounded lists', () => {
  it('lists steps with a non-finite loss, thinned when there are too many', () => {
    const history = new RunHistory();
    for (let step = 1; step <= 3000; step++) history.append(scalar(step, step % 7 ? 1 : NaN));
    const few = history.curves().nonFiniteSteps;
    assert.equal(few.length, Math.floor(3000 / 7));
    let { cursor } = history.since();
    for (let step = 3001; step <= 40_000; step++) history.append(scalar(step, NaN));
    const delta = history.since(cursor);
    assert.equal(delta.isWhole, true);
    const many = delta.curves.nonFiniteSteps;
    assert.ok(many.length <= 1000 && many.length >= 400, `${many.length} listed`);
    const gaps = many.slice(1).map((step, i) => step - many[i]!);
    assert.ok(Math.max(...gaps) <= 128, `a gap of ${Math.max(...gaps)} steps`);
    ({ cursor } = delta);
    history.append(scalar(40_001, 1));
    const next = history.since(cursor);
    assert.deepEqual([next.isWhole, [...next.curves.step]], [false, [40_001]]);
  });

  it('sends everything again after epochs were thinned', () => {
    const history = new RunHistory();
    history.append(scalar(1, 1));
    const add = (epoch: number) => history.addEpoch({ epoch, step: 1, metrics: { val_loss: 1 } });
    for (let epoch = 1; epoch <= 2048; epoch++) add(epoch);
    const { cursor } = history.since();
    add(2049);
    const delta = history.since(cursor);
    assert.equal(delta.isWhole, true);
    assert.deepEqual(delta.curves.epochs, history.epochs);
  });
});

describe('HistogramSeries', () => {
  const columnsOf = (series: HistogramSeries) =>
    decodeHistograms(series.since(undefined).bytes).rows.map(({ columns }) => columns);

  it('keeps to its budget, whatever the number of layers, and counts every element', () => {
    const budget = 200_000;
    const series = new HistogramSeries(budget);
    let elements = 0;
    for (let step = 1; step <= 300; step++) {
      const record = randomRecord(step, 6);
      elements += record.layers['dense_0']!.gradient.count;
      series.append(record);
      assert.ok(series.size <= budget + 6 * SIGNED_BUCKETS * 16, `${series.size} bytes`);
    }
    const rows = columnsOf(series);
    assert.equal(rows.length, 6);
    const counted = rows[0]!.reduce((sum, { counts }) => sum + counts.reduce((a, b) => a + b), 0);
    assert.equal(counted, elements);
    assert.ok(rows[0]!.length >= 8);
    const before = series.size;
    series.limit(budget / 2);
    assert.ok(series.size <= before / 2 + 6 * SIGNED_BUCKETS * 16);
  });

  it('gives a reader only what went on, until the windows have joined', () => {
    const series = new HistogramSeries(1e8);
    for (let step = 1; step <= 100; step++) series.append(randomRecord(step, 2));
    const { cursor } = series.since(undefined);
    series.append(randomRecord(101, 2));
    const update = decodeHistograms(series.since(cursor).bytes);
    assert.equal(update.isWhole, false);
    assert.deepEqual(
      update.rows.map(({ columns }) => columns.map(({ firstStep }) => firstStep)),
      [[101], [101]],
    );
    for (let step = 102; step <= 161; step++) series.append(randomRecord(step, 2));
    const joined = decodeHistograms(series.since(cursor).bytes);
    assert.equal(joined.isWhole, true);
    assert.equal(joined.rows[0]?.columns.length, 81);
  });
});

describe('Diagnosis: a rule that opens and closes all the time', () => {
  it('leaves the first findings and the newest', () => {
    const rule: Rule = {
      id: 'vanishing-gradient',
      openAfter: 1,
      closeAfter: 1,
      reference: 'none',
      evaluate: ({ record: { step } }) =>
        step % 2 === 0
          ? undefined
          : {
              severity: 'warning',
              evidence: { measured: step, threshold: 0, unit: 'steps', window: 1 },
              message: 'odd',
              remedies: [],
            },
    };
    const diagnosis = new Diagnosis([rule]);
    const template = randomRecord(1, 1);
    for (let step = 1; step <= 2000; step++) diagnosis.observe({ ...template, step });
    const steps = diagnosis.findings.map(({ firstStep }) => firstStep);
    assert.ok(steps.length <= 101, `${steps.length} findings`);
    assert.deepEqual([steps[0], steps.at(-1)], [1, 1999]);
  });
});
