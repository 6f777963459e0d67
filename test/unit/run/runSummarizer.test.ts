import assert from 'node:assert/strict';
import { RunSummarizer, Spark, tellFindings } from '../../../src/run/runSummarizer';
import { SPARK_POINTS } from '../../../src/shared/core/runSummary';
import { randomRecord } from '../protocol/records';
import { manifestFor } from '../store/manifests';
import { AskedSource, makeRun, runOver } from './fakeSource';

describe('summary of a run', () => {
  it('has the losses of a whole run in few points, each the mean of equally many steps', () => {
    for (const steps of [1, 31, 32, 33, 64, 65, 1000, 4097]) {
      const spark = new Spark();
      for (let step = 1; step <= steps; step++) spark.add(step);
      const { values } = spark;
      assert.ok(values.length <= SPARK_POINTS);
      assert.ok(values.length >= Math.min(steps, SPARK_POINTS / 2), `${values.length} of ${steps}`);
      const stride = 2 ** Math.max(0, Math.ceil(Math.log2(steps / SPARK_POINTS)));
      values.slice(0, -1).forEach((value, i) => {
        assert.equal(value, i * stride + (stride + 1) / 2);
      });
    }
  });

  it('shows a loss that is not finite, however many steps join', () => {
    const spark = new Spark();
    for (let step = 1; step <= 1000; step++) spark.add(step === 500 ? NaN : 1);
    assert.equal(spark.values.filter(Number.isNaN).length, 1);
    assert.ok(spark.values.every((value) => Number.isNaN(value) || value === 1));
  });

  it('follows a run', () => {
    const { run, sink } = makeRun({ hyperparameters: { lr: 0.1 } });
    const experiment = { id: 'sweep', name: 'Sweep', trial: 2 };
    const summarizer = new RunSummarizer(run, { startedAt: 5, experiment });
    assert.deepEqual([summarizer.summary.step, summarizer.summary.spark], [0, []]);
    assert.equal(summarizer.summary.live, true);
    sink.started({ backend: 'cpu' });
    const losses = [3, 1, NaN, 2];
    sink.records(losses.map((loss, i) => ({ ...randomRecord(i + 1, 1), loss })));
    sink.epoch({ epoch: 1, step: 4, metrics: { val_acc: 0.25 } });
    const { summary } = summarizer;
    assert.deepEqual([summary.firstLoss, summary.lastLoss], [3, 2]);
    assert.deepEqual(summary.bestLoss, { value: 1, step: 2 });
    assert.deepEqual(summary.spark, losses);
    assert.equal(summary.metrics.val_acc, 0.25);
    assert.deepEqual([summary.hyperparameters, summary.experiment], [{ lr: 0.1 }, experiment]);
    assert.deepEqual([summary.startedAt, summary.seconds], [5, 0.2]);
    assert.equal(summary.findings.error, 1);
    assert.equal(summary.worst?.rule, 'non-finite');
    sink.finished('completed', 4);
    assert.deepEqual([summarizer.summary.state, summarizer.summary.live], ['completed', false]);
  });

  it('forgets what the run forgets', async () => {
    const { run, source, sink } = runOver(new AskedSource());
    const summarizer = new RunSummarizer(run, { startedAt: 0 });
    sink.records([4, 3, 2, 1].map((loss, i) => ({ ...randomRecord(i + 1, 1), loss })));
    sink.state('paused', 2);
    source.answer = () => Promise.resolve({ question: 'change', result: { before: undefined } });
    await run.debug?.change({ type: 'clipNorm', value: 1 });
    assert.deepEqual(summarizer.summary.spark, [4, 3]);
    assert.deepEqual(summarizer.summary.bestLoss, { value: 3, step: 2 });
  });

  it('counts the findings that hold, and names the gravest', () => {
    const [closed] = manifestFor('x').findings;
    assert.deepEqual(tellFindings([closed!]), {
      findings: { error: 0, warning: 0, information: 0 },
    });
    const open = { ...closed! };
    delete open.closedStep;
    const grave = { ...open, severity: 'error' as const, message: 'Worse.' };
    assert.deepEqual(tellFindings([open, grave, open]), {
      findings: { error: 1, warning: 2, information: 0 },
      worst: { rule: 'dead-units', severity: 'error', message: 'Worse.' },
    });
  });
});
