// When records leave the tap: order, lateness, metrics, epochs, sampling.
import assert from 'node:assert/strict';
import { emptySummary } from '../../../src/shared/core/summary';
import { TapError } from '../../../src/shared/tap/errors';
import type { Measured, StatisticsEngine } from '../../../src/shared/tap/types';
import { createTypedArrayStatistics } from '../../../webview/runtime/statistics/typedArray';
import { withTap, type Tapped } from './tapped';

/** An engine whose answers are ready only when the test says so. */
class SlowEngine implements StatisticsEngine {
  readonly #inner = createTypedArrayStatistics((tensor) => tensor.dataSync());
  /** Sessions not yet taken, oldest first. */
  readonly open: { ready: boolean; taken: boolean; discarded: boolean }[] = [];

  measure(items: readonly Measured[]): ReturnType<StatisticsEngine['measure']> {
    const summaries = this.#inner.measure(items).take();
    const session = { ready: false, taken: false, discarded: false };
    this.open.push(session);
    return {
      isReady: () => session.ready,
      take: () => {
        assert.equal(session.taken, false, 'taken once');
        session.taken = true;
        return summaries;
      },
      discard: () => (session.discarded = true),
    };
  }

  submit(): void {
    // Answers are ready when the test says so.
  }

  dispose(): void {
    this.open.length = 0;
  }
}

/** Takes `count` optimizer steps of w² from w = 1. */
function stepper({ tf }: Tapped): (count?: number) => void {
  const w = tf.variable(tf.scalar(1), true, `stepped_${Math.random()}`);
  const optimizer = tf.train.sgd(0.1);
  return (count = 1) => {
    for (let i = 0; i < count; i++) optimizer.minimize(() => w.square().asScalar());
  };
}

const stepsOf = ({ records }: Tapped): number[] => records.map(({ step }) => step);

describe('tap: delivery', () => {
  it('delivers in order, never waits while few are in flight, and then for the oldest only', () => {
    const statistics = new SlowEngine();
    return withTap(
      (tapped) => {
        const step = stepper(tapped);
        step(2);
        assert.deepEqual(stepsOf(tapped), []);
        assert.equal(tapped.tap.pending, 2);
        step();
        assert.deepEqual(stepsOf(tapped), [1]);
        tapped.tap.addMetrics({ done: 1 });
        statistics.open[2]!.ready = true;
        tapped.tap.poll();
        assert.deepEqual(stepsOf(tapped), [1], 'step 3 is ready, but step 2 comes first');
        statistics.open[1]!.ready = true;
        tapped.tap.poll();
        assert.deepEqual(stepsOf(tapped), [1, 2, 3]);
        step();
        tapped.tap.flush();
        assert.deepEqual(stepsOf(tapped), [1, 2, 3, 4]);
        assert.equal(tapped.tap.pending, 0);
      },
      { statistics },
    );
  });

  it('reads several steps of a fast net at once, and those of a slow one each by itself', () => {
    /** An engine that is ready with everything that was submitted. */
    class BatchEngine extends SlowEngine {
      readonly batches: number[] = [];

      override submit(): void {
        const batch = this.open.filter(({ ready }) => !ready);
        for (const session of batch) session.ready = true;
        this.batches.push(batch.length);
      }
    }
    const statistics = new BatchEngine();
    let seconds = 0;
    let perStep = 0.004;
    return withTap(
      (tapped) => {
        const step = stepper(tapped);
        step(20);
        assert.deepEqual(statistics.batches, [1, 6, 6, 6]);
        assert.equal(tapped.tap.pending, 1);
        tapped.tap.poll();
        assert.equal(statistics.batches.length, 4);
        seconds += 0.025;
        tapped.tap.poll();
        assert.equal(statistics.batches.length, 5, 'a step waits 25 ms at most');
        perStep = 0.0001;
        step(60);
        assert.ok(Math.max(...statistics.batches) <= 8);
        perStep = 0.5;
        step(3);
        assert.deepEqual(statistics.batches.slice(-2), [1, 1]);
        assert.equal(tapped.tap.pending, 1);
        assert.deepEqual(
          tapped.flushed().map((record) => record.step),
          Array.from({ length: 83 }, (_, i) => i + 1),
        );
      },
      { statistics, now: () => (seconds += perStep) },
    );
  });

  it('holds the newest step for its metrics, and waits for those on the device', () => {
    const statistics = new SlowEngine();
    return withTap(
      (tapped) => {
        const { tf, tap, records } = tapped;
        stepper(tapped)();
        statistics.open[0]!.ready = true;
        tap.poll();
        assert.deepEqual(stepsOf(tapped), []);
        const accuracy = tf.scalar(0.75);
        tap.addMetrics({ acc: accuracy, rate: 3, bad: NaN });
        accuracy.dispose();
        tap.poll();
        assert.deepEqual(stepsOf(tapped), [], 'acc is still on the device');
        statistics.open[1]!.ready = true;
        tap.poll();
        assert.deepEqual(records[0]!.metrics, { acc: 0.75, rate: 3, bad: NaN });
      },
      { statistics },
    );
  });

  it('metrics without a step are dropped, and their tensors are not kept', () =>
    withTap(({ tf, tap }) => {
      const metric = tf.scalar(1);
      const before = tf.memory().numDataBuffers;
      tap.addMetrics({ acc: metric, loss: 2 });
      assert.equal(tf.memory().numDataBuffers, before);
      metric.dispose();
    }));

  it('stamps steps with epoch and time', () =>
    withTap((tapped) => {
      const step = stepper(tapped);
      tapped.tap.setEpoch(1);
      step(2);
      tapped.tap.setEpoch(2);
      step();
      tapped.tap.setEpoch(undefined);
      step();
      const records = tapped.flushed();
      assert.deepEqual(
        records.map(({ epoch }) => epoch),
        [1, 1, 2, undefined],
      );
      assert.equal('epoch' in records[3]!, false);
      assert.deepEqual(
        records.map(({ seconds }) => seconds),
        [1, 2, 3, 4],
      );
    }));

  it('onStep ends the program by throwing, after the step was recorded', () => {
    class Enough extends Error {}
    return withTap(
      (tapped) => {
        const step = stepper(tapped);
        const before = tapped.tf.memory();
        assert.throws(() => step(10), Enough);
        assert.equal(tapped.tap.step, 3);
        assert.equal(tapped.flushed().length, 3);
        // What minimize had not disposed yet: the gradient and the loss, as tfjs leaves them. A third
        // buffer is the weight's, which was that of its initial value.
        const { numTensors, numDataBuffers } = tapped.tf.memory();
        assert.equal(numTensors, before.numTensors + 2);
        assert.equal(numDataBuffers, before.numDataBuffers + 3);
      },
      {
        onStep: (step) => {
          if (step === 3) throw new Enough();
        },
      },
    );
  });

  it('sampling thins layers and activations, never losses', () =>
    withTap(
      async (tapped) => {
        const { tf, flushed } = tapped;
        const model = tf.sequential({
          layers: [tf.layers.dense({ units: 1, inputShape: [2], name: 'thin' })],
        });
        model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
        for (let i = 0; i < 7; i++) await model.trainOnBatch(tf.ones([2, 2]), tf.ones([2, 1]));
        const records = flushed();
        assert.equal(records.filter(({ loss }) => loss !== undefined).length, 7);
        assert.deepEqual(
          records.map(({ layers }) => 'thin' in layers),
          [true, false, true, false, true, false, true],
        );
        assert.deepEqual(
          records.map(({ layers }) => layers['thin']?.activation !== undefined),
          [true, false, false, false, true, false, false],
        );
      },
      { sampling: { everySteps: 2, activationEverySteps: 4 } },
    ));

  it('uninstall frees what is in flight', async () => {
    const statistics = new SlowEngine();
    const sessions = await withTap(
      (tapped) => {
        stepper(tapped)(2);
        return [...statistics.open];
      },
      { statistics },
    );
    assert.deepEqual(
      sessions.map(({ discarded }) => discarded),
      [true, true],
    );
  });

  it('says so when the device answers with less than was asked', () => {
    const statistics: StatisticsEngine = {
      measure: () => ({
        isReady: () => false,
        take: () => [emptySummary()],
        discard: () => undefined,
      }),
      submit: () => undefined,
      dispose: () => undefined,
    };
    return withTap(
      (tapped) => {
        stepper(tapped)();
        assert.throws(
          () => tapped.tap.flush(),
          (error) => error instanceof TapError && /step 1 are incomplete/.test(error.message),
        );
      },
      { statistics },
    );
  });
});
