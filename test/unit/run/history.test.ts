import assert from 'node:assert/strict';
import { RecordStore } from '../../../src/run/recordStore';
import { RunHistory } from '../../../src/run/runHistory';
import { ScalarSeries } from '../../../src/run/scalarSeries';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import { decodeHistograms } from '../../../src/shared/protocol/histogramCodec';
import { decodeStepRecords } from '../../../src/shared/protocol/codec';
import { randomRecord } from '../protocol/records';

const scalar = (step: number, loss: number, more: Partial<StepRecord> = {}): StepRecord => ({
  step,
  loss,
  seconds: step,
  metrics: {},
  layers: {},
  tensors: {},
  ...more,
});

describe('RecordStore', () => {
  it('gives back whole records, lazily, that look like the ones it took', () => {
    const store = new RecordStore(1e8);
    const taken = Array.from({ length: 12 }, (_, i) => randomRecord(i + 1, 3));
    for (const record of taken) store.append(record);
    assert.deepEqual(store.records, taken);
    assert.equal(store.records[3]?.layers, store.records[3]?.layers);
    assert.deepEqual(JSON.parse(JSON.stringify(store.records)), JSON.parse(JSON.stringify(taken)));
  });

  it('stays in its budget, and keeps first, newest, extremes and non-finite records', () => {
    const budget = 400_000;
    const templates = [randomRecord(2, 2), randomRecord(1, 2)];
    const store = new RecordStore(budget);
    for (let step = 1; step <= 3000; step++) {
      const record = structuredClone(templates[step % 2]!);
      record.step = step;
      record.loss = 1;
      if (step === 777) record.loss = 99;
      if (step === 1234) record.loss = 0.001;
      if (step === 1501) record.layers['dense_0']!.gradient.nans = 3;
      if (step === 1333) record.layers['dense_1']!.gradient.norm = 1e6;
      if (step === 1717) record.loss = NaN;
      store.append(record);
      assert.ok(store.size <= budget, `${String(store.size)} bytes at step ${String(step)}`);
    }
    const steps = store.records.map((record) => record.step);
    for (const special of [1, 777, 1234, 1333, 1501, 1717, 2999, 3000]) {
      assert.ok(steps.includes(special), `step ${String(special)}`);
    }
    assert.deepEqual(
      steps,
      [...steps].sort((a, b) => a - b),
    );
    assert.ok(steps.length > 60, `${String(steps.length)} kept`);
    const gaps = steps.slice(1).map((step, i) => step - steps[i]!);
    assert.ok(Math.max(...gaps) <= 4 * (3000 / steps.length), 'a hole in the history');
    assert.equal(
      store.records.find(({ step }) => step === 1501)?.layers['dense_0']?.gradient.nans,
      3,
    );
  });

  it('keeps the first and the newest even where one record exceeds the budget', () => {
    const store = new RecordStore(1000);
    for (let step = 1; step <= 50; step++) store.append(randomRecord(step, 4));
    const steps = store.records.map((record) => record.step);
    assert.equal(steps[0], 1);
    assert.equal(steps.at(-1), 50);
    assert.ok(steps.length <= 3);
  });

  it('packs the newest for a reader that lacks it', () => {
    const store = new RecordStore(1e8);
    for (let step = 1; step <= 50; step++) store.append(randomRecord(step, 1));
    assert.deepEqual(decodeStepRecords(store.encodeNewest(0)), [randomRecord(50, 1)]);
    assert.deepEqual(decodeStepRecords(store.encodeNewest(49)), [randomRecord(50, 1)]);
    assert.equal(decodeStepRecords(store.encodeNewest(50)).length, 0);
  });

  it('packs the newest with layers, where the steps after it have none', () => {
    const store = new RecordStore(1e8);
    for (let step = 1; step <= 3; step++) store.append(randomRecord(step, 1));
    for (let step = 4; step <= 9; step++) {
      store.append({ ...randomRecord(step, 1), layers: {}, tensors: {} });
    }
    assert.deepEqual(decodeStepRecords(store.encodeNewest(0)), [randomRecord(3, 1)]);
    assert.equal(decodeStepRecords(store.encodeNewest(3)).length, 0);
    assert.equal(store.records.at(-1)?.step, 9);
  });

  it('of records that are kept elsewhere, too, and knows a gradient of zero from one that is not there', () => {
    const kept = (record: StepRecord, gradientNorm: number) => ({
      ...{ head: { ...record, layers: {}, tensors: {} }, gradientNorm, isNonFinite: false },
      read: () => record,
    });
    const store = new RecordStore(1e8);
    store.adopt(kept(randomRecord(1, 1), 2));
    store.adopt(kept({ ...randomRecord(2, 1), layers: {}, tensors: {} }, 0));
    assert.deepEqual(decodeStepRecords(store.encodeNewest(0)), [randomRecord(1, 1)]);
    store.adopt(kept(randomRecord(3, 1), 0));
    assert.deepEqual(decodeStepRecords(store.encodeNewest(0)), [randomRecord(3, 1)]);
  });

  it('adds metrics to a record, also in what it packs', () => {
    const store = new RecordStore(1e8);
    for (let step = 1; step <= 3; step++) store.append(randomRecord(step, 1));
    assert.ok(store.addMetrics(2, { val_loss: 7 }));
    assert.equal(store.addMetrics(9, { val_loss: 7 }), false);
    assert.equal(store.records[1]?.metrics['val_loss'], 7);
    assert.ok(store.addMetrics(3, { val_loss: 8 }));
    assert.deepEqual(decodeStepRecords(store.encodeNewest(0)), store.records.slice(-1));
    assert.equal(store.records[2]?.metrics['val_loss'], 8);
  });
});

describe('ScalarSeries', () => {
  it('is exact below its bound; missing values are NaN', () => {
    const series = new ScalarSeries(1000);
    series.append(scalar(1, 3));
    series.append(scalar(2, 2, { metrics: { acc: 0.5 }, learningRate: 0.1, epoch: 1 }));
    series.append({ ...randomRecord(3, 1), loss: -Infinity });
    const { curves, cursor } = series.since();
    assert.deepEqual([...curves.step], [1, 2, 3]);
    assert.deepEqual([...curves.loss], [3, 2, -Infinity]);
    assert.deepEqual([...curves.metrics['acc']!.slice(0, 2)], [NaN, 0.5]);
    assert.deepEqual([...curves.learningRate], [NaN, 0.1, 0.01]);
    assert.ok(Number.isNaN(curves.gradientNorm['dense_0']![0]));
    assert.ok(curves.gradientNorm['dense_0']![2]! > 0);
    assert.deepEqual(curves.nonFiniteSteps, [3]);
    series.append(scalar(4, NaN));
    const next = series.since(cursor);
    assert.deepEqual([...next.curves.step], [4]);
    assert.deepEqual(next.curves.nonFiniteSteps, [4]);
    assert.equal(series.since(next.cursor).curves.step.length, 0);
  });

  it('shows a gradient with non-finite elements as Infinity', () => {
    const series = new ScalarSeries();
    const record = randomRecord(1, 1);
    record.layers['dense_0']!.gradient.nans = 1;
    series.append(record);
    assert.equal(series.since().curves.gradientNorm['dense_0']![0], Infinity);
  });

  it('beyond its bound keeps extremes of every column, order, and the newest row', () => {
    const series = new ScalarSeries(1000);
    for (let step = 1; step <= 50_000; step++) {
      const loss = step === 17_171 ? 500 : step === 23_232 ? -500 : step === 31_313 ? Infinity : 1;
      series.append(scalar(step, loss, { metrics: step % 997 === 0 ? { val: step } : {} }));
    }
    const { curves } = series.since();
    // Seconds ascend with the steps, and so can take their place on an axis.
    assert.ok(curves.seconds.every((second, i) => second >= (curves.seconds[i - 1] ?? 0)));
    assert.equal(curves.seconds.at(-1), 50_000);
    assert.ok(curves.step.length <= 1000 && curves.step.length >= 480);
    assert.equal(series.isExact, false);
    const steps = [...curves.step];
    const strides = steps.slice(1).map((step, i) => step - steps[i]!);
    assert.ok(Math.max(...strides) <= 4 * (50_000 / steps.length), 'an unevenly thinned part');
    assert.ok(steps.every((step, i) => i === 0 || step > steps[i - 1]!));
    assert.equal(steps[0], 1);
    assert.equal(steps.at(-1), 50_000);
    for (const extreme of [500, -500, Infinity]) {
      const row = [...curves.loss].indexOf(extreme);
      assert.ok(row >= 0, `${String(extreme)} is kept`);
    }
    const at = steps[[...curves.loss].indexOf(500)]!;
    assert.ok(Math.abs(at - 17_171) < 50_000 / 100, `the peak stands at ${String(at)}`);
    const vals = [...curves.metrics['val']!].filter((x) => !Number.isNaN(x));
    assert.ok(vals.includes(997 * 50), 'the newest sparse value');
    assert.ok(vals.length >= 48, `${String(vals.length)} of 50 sparse values`);
    assert.ok([...curves.loss].every((x) => !Number.isNaN(x)));
  });

  it('bounds the memory of nets with very many layers', () => {
    const series = new ScalarSeries(100_000, 4000);
    const record = randomRecord(1, 20);
    for (let step = 1; step <= 500; step++) series.append({ ...record, step });
    assert.ok(series.length <= 4000 / 20);
  });
});

describe('RunHistory', () => {
  it('gives a snapshot and then deltas that add up to it', () => {
    const history = new RunHistory();
    for (let step = 1; step <= 20; step++) history.append(randomRecord(step, 2));
    history.addEpoch({ epoch: 1, step: 20, metrics: { val_loss: 1 } });
    const snapshot = history.since();
    assert.equal(snapshot.curves.step.length, 20);
    assert.equal(decodeStepRecords(snapshot.newest)[0]?.step, 20);
    assert.equal(decodeHistograms(snapshot.histograms).isWhole, true);
    for (let step = 21; step <= 30; step++) history.append(randomRecord(step, 2));
    history.addEpoch({ epoch: 2, step: 30, metrics: { val_loss: 0.5 } });
    const delta = history.since(snapshot.cursor);
    assert.deepEqual([...delta.curves.step], [21, 22, 23, 24, 25, 26, 27, 28, 29, 30]);
    assert.deepEqual(delta.curves.epochs, [{ epoch: 2, step: 30, metrics: { val_loss: 0.5 } }]);
    assert.deepEqual([...snapshot.curves.loss, ...delta.curves.loss], [...history.curves().loss]);
  });

  it('leaves out records that do not follow', () => {
    const history = new RunHistory();
    assert.ok(history.append(randomRecord(5, 1)));
    assert.equal(history.append(randomRecord(5, 1)), undefined);
    assert.equal(history.append(randomRecord(4, 1)), undefined);
    assert.equal(history.append({ ...randomRecord(6, 1), step: NaN }), undefined);
    assert.deepEqual(
      history.records.map(({ step }) => step),
      [5],
    );
  });
});
