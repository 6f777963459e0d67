// What an experiment changes of a training: closed forms of the named schedules, and the optimizer that comes
// of every way in which a module can state one.
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import {
  namedSchedule,
  rateInRange,
  SCHEDULE_NAMES,
} from '../../../src/shared/core/trainingOverrides';
import { learningRateOf } from '../../../webview/runtime/experiment/optimizer';
import { withNamedSchedule, withOverrides } from '../../../webview/runtime/experiment/overrides';
import { setProgramRates } from '../../../webview/runtime/experiment/programRates';
import { createSchedule } from '../../../webview/runtime/experiment/schedule';

const RATE = 0.02;
const STEPS = 300;

const close = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) <= 1e-12 * Math.max(1, Math.abs(expected)), `${actual}`);

describe('overrides of a training', () => {
  before(() => tf.setBackend('cpu'));

  const rates = (name: (typeof SCHEDULE_NAMES)[number]) =>
    createSchedule(namedSchedule(name, STEPS), RATE, undefined);

  it('names schedules over the whole training', () => {
    for (const name of SCHEDULE_NAMES) close(rates(name)(0), RATE);
    for (const step of [0, 1, 99, 100, 150, 299]) {
      const share = step / STEPS;
      close(rates('constant')(step), RATE);
      close(rates('exponential')(step), RATE * Math.exp(share * Math.log(0.1)));
      close(rates('linear')(step), RATE * (1 - share));
      close(rates('cosine')(step), RATE * Math.cos((Math.PI * share) / 2) ** 2);
      close(rates('time-based')(step), RATE / (1 + (9 * step) / STEPS));
      close(rates('step')(step), RATE * Math.sqrt(0.1) ** Math.floor(step / 100));
    }
    close(rates('exponential')(STEPS), RATE / 10);
    close(rates('time-based')(STEPS), RATE / 10);
    close(rates('step')(STEPS - 1), RATE / 10);
    close(rates('cosine')(STEPS), 0);
  });

  it('grows the rate of a range test by the same factor at each step', () => {
    const range = { from: 1e-7, to: 10, steps: 101 };
    close(rateInRange(range, 0), 1e-7);
    assert.ok(Math.abs(rateInRange(range, 100) / 10 - 1) < 1e-12);
    const factors = [1, 17, 99].map((at) => rateInRange(range, at) / rateInRange(range, at - 1));
    for (const factor of factors) assert.ok(Math.abs(factor - 10 ** 0.08) < 1e-9);
  });

  const net = (): tf.LayersModel =>
    tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });

  it('gives the rate to an optimizer however it is stated', () => {
    const asked = { learningRate: 0.5 };
    const of = (optimizer?: 'sgd' | { name: 'sgd'; momentum: number }) =>
      withOverrides(tf, net(), { loss: 'meanSquaredError', ...(optimizer && { optimizer }) }, asked)
        .optimizer;
    assert.deepEqual(of(), { name: 'adam', learningRate: 0.5 });
    assert.deepEqual(of('sgd'), { name: 'sgd', learningRate: 0.5 });
    assert.deepEqual(of({ name: 'sgd', momentum: 0.9 }), {
      name: 'sgd',
      momentum: 0.9,
      learningRate: 0.5,
    });
    const own = tf.train.sgd(0.1);
    const kept = withOverrides(tf, net(), { optimizer: own, loss: 'meanSquaredError' }, asked);
    assert.equal(kept.optimizer, own);
    assert.equal(learningRateOf(own), 0.5);
  });

  it('compiles a compiled model anew with another optimizer, or sets the rate of its own', () => {
    const compiled = net();
    compiled.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    withOverrides(tf, compiled, {}, { learningRate: 0.25 });
    assert.equal(learningRateOf(compiled.optimizer), 0.25);
    withOverrides(tf, compiled, {}, { optimizer: 'adagrad', learningRate: 0.3 });
    assert.equal(compiled.optimizer.getClassName(), 'Adagrad');
    assert.equal(learningRateOf(compiled.optimizer), 0.3);
    assert.equal(compiled.loss, 'meanSquaredError');
  });

  it('leaves what is not asked for, and refuses a schedule of unknown length', () => {
    const training = { epochs: 3, batchSize: 8, loss: 'meanSquaredError', clipNorm: 2 };
    assert.deepEqual(withOverrides(tf, net(), training), training);
    assert.deepEqual(withOverrides(tf, net(), training, { batchSize: 16, clipValue: 1 }), {
      ...training,
      batchSize: 16,
      clipValue: 1,
    });
    assert.throws(() => withNamedSchedule(training, { schedule: 'cosine' }, undefined), /"steps"/);
    const named = withNamedSchedule(training, { schedule: 'linear', scheduleSteps: 50 }, 900);
    assert.deepEqual(named.schedule, { type: 'linear', steps: 50 });
  });

  it('sets the rate of a program’s optimizers before each of their steps', () => {
    let steps = 0;
    const rateRange = { from: 0.1, to: 1, steps: 3 };
    const restore = setProgramRates(tf, { rateRange }, () => steps);
    try {
      const weight = tf.variable(tf.scalar(0));
      const optimizer = tf.train.sgd(7);
      const seen: number[] = [];
      for (; steps < 3; steps++) {
        const before = weight.dataSync()[0] ?? NaN;
        // The gradient of −w is −1: the weight moves by the rate.
        optimizer.minimize(() => weight.neg().asScalar(), false, [weight]);
        seen.push((weight.dataSync()[0] ?? NaN) - before);
      }
      [0.1, Math.sqrt(0.1), 1].forEach((rate, i) =>
        assert.ok(Math.abs((seen[i] ?? NaN) - rate) < 1e-6, `${String(seen[i])} is not ${rate}`),
      );
      assert.throws(() => setProgramRates(tf, { batchSize: 4 }, () => 0), /batchSize/);
    } finally {
      restore();
    }
  });
});
