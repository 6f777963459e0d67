// From where and how far a run goes on: every way in which it may have ended.
import assert from 'node:assert/strict';
import type { CheckpointOrigin } from '../../../src/shared/core/checkpoint';
import { endOf, planResume, type EndedRun } from '../../../src/run/resumePlan';

const ORIGIN: CheckpointOrigin = {
  ...{ optimizer: 'Adam', epochs: 5, backend: 'cpu', tfjsVersion: '4.22.0', changes: [] },
};
const at = (step: number, epochs: number, ended?: CheckpointOrigin['ended']) => ({
  step,
  epochs: Array.from({ length: epochs }, () => ({ loss: 1 })),
  origin: { ...ORIGIN, ...(ended && { ended }) },
});
const run = (more: Partial<EndedRun> = {}): EndedRun => ({
  ...{ state: 'stopped', kind: 'experiment', lastStep: 20, epochs: 5, stepsPerEpoch: 6 },
  ...more,
});

describe('the plan of a resumption', () => {
  it('goes on from the checkpoint, which may lie before the last step', () => {
    const stopped = run({ checkpoint: at(18, 3), maxSteps: 25 });
    assert.equal(endOf(stopped), undefined);
    assert.deepEqual(planResume(stopped), { step: 18, maxSteps: 25 });
    assert.deepEqual(planResume(stopped, { steps: 2 }), { step: 18, maxSteps: 20 });
  });

  it('takes the steps again where there is no checkpoint', () => {
    assert.deepEqual(planResume(run({ kind: 'program' })), { step: 20 });
    assert.deepEqual(planResume(run({ state: 'failed' })), { step: 20 });
  });

  it('needs to know how much more of a training that is over', () => {
    const limited = run({ state: 'completed', checkpoint: at(20, 3), maxSteps: 20 });
    assert.equal(endOf(limited), 'steps');
    assert.equal(planResume(limited), undefined);
    assert.deepEqual(planResume(limited, { steps: 7 }), { step: 20, ended: 'steps', maxSteps: 27 });
    // More epochs than it was to have: the limit of steps is none any more.
    assert.deepEqual(planResume(limited, { epochs: 1 }), { step: 20, ended: 'steps', epochs: 6 });
    const whole = run({ state: 'completed', checkpoint: at(30, 5, 'epochs'), lastStep: 30 });
    assert.equal(planResume(whole), undefined);
    assert.deepEqual(planResume(whole, { epochs: 2 }), { step: 30, ended: 'epochs', epochs: 7 });
    // Seven steps take two epochs.
    assert.deepEqual(planResume(whole, { steps: 7 }), {
      ...{ step: 30, ended: 'epochs', epochs: 7, maxSteps: 37 },
    });
    const replayed = run({ state: 'completed', lastStep: 30 });
    assert.deepEqual(planResume(replayed, { epochs: 2 }), { step: 30, ended: 'epochs', epochs: 7 });
  });

  it('counts further epochs from where the training stopped early', () => {
    const early = run({ state: 'completed', checkpoint: at(12, 2, 'early-stopping') });
    assert.deepEqual(planResume(early, { epochs: 1 }), {
      ...{ step: 12, ended: 'early-stopping', epochs: 3 },
    });
  });

  it('remembers epochs that an earlier resumption had added', () => {
    const again = run({ checkpoint: at(33, 5), givenEpochs: 8 });
    assert.deepEqual(planResume(again), { step: 33, epochs: 8 });
  });

  it('has nothing for a program that has returned, but for one that was limited', () => {
    const returned = run({ state: 'completed', kind: 'program' });
    assert.equal(endOf(returned), 'program');
    assert.equal(planResume(returned, { steps: 5 }), undefined);
    const limited = run({ state: 'completed', kind: 'program', maxSteps: 20 });
    assert.deepEqual(planResume(limited, { steps: 5 }), { step: 20, ended: 'steps', maxSteps: 25 });
  });
});
