// The labelled suite's own judgement: what counts as skill, as failing, as named and as a false alarm.
import assert from 'node:assert/strict';
import type { RuleId, Severity } from '../../../src/shared/core/finding';
import { judgeFaulty, judgeHealthy } from '../../diagnosis/harness/judge';
import type { Sighting } from '../../diagnosis/harness/observer';
import { faulty, healthy, type Fault, type Recipe } from '../../diagnosis/harness/recipe';
import { areaUnderCurve, balancedAccuracy, explainedVariance } from '../../diagnosis/harness/skill';
import type { TrialResult } from '../../diagnosis/harness/trial';

const never = (): never => {
  throw new Error('Nothing is trained here.');
};
const recipe: Recipe = {
  data: never,
  model: never,
  optimizer: never,
  loss: 'meanSquaredError',
  batchSize: 1,
  epochs: 1,
  skill: 'variance',
};
const twin = healthy('twin', 'a net', recipe);
const fault = (more: Partial<Fault> = {}): Fault => ({
  fault: 'another loss',
  change: { loss: 'hinge' },
  rule: 'dead-units',
  layers: ['hidden1'],
  harm: 'skill',
  ...more,
});

const seen = (
  rule: RuleId,
  severity: Severity,
  layer?: string,
  under: RuleId[] = [],
): Sighting => ({
  rule,
  severity,
  ...(layer !== undefined && { layer }),
  seenAt: 5,
  firstStep: 5,
  message: '',
  consequences: under,
});

const result = (skill: number, ...sightings: Sighting[]): TrialResult => ({
  net: 'net',
  seed: 1,
  steps: 10,
  sightings,
  skill,
  losses: [],
  seconds: 0,
  leaked: 0,
});

describe('labelled suite', () => {
  it('measures skill from guessing (0) to perfect (1)', () => {
    // Three classes; the two samples of class 0 are right, those of 1 and 2 are taken for 0.
    const outputs = [1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0];
    assert.equal(balancedAccuracy(outputs, 3, [0, 0, 1, 2], 1), 0);
    assert.equal(balancedAccuracy([0, 1, 1, 0], 2, [0, 1, 1, 0], 2), 1);
    assert.equal(areaUnderCurve([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]), 0.75);
    assert.equal(areaUnderCurve([1, 1], [0, 1]), 0.5);
    assert.equal(explainedVariance([1, 2, 3], [1, 2, 3]), 1);
    assert.equal(explainedVariance([2, 2, 2], [1, 2, 3]), 0);
  });

  it('lets a faulty net differ from its twin in one part of the recipe only', () => {
    assert.equal(faulty('f', twin, fault()).changed, 'loss');
    assert.throws(
      () => faulty('f', twin, fault({ change: { loss: 'hinge', batchSize: 2 } })),
      /one part/,
    );
    assert.throws(() => faulty('f', twin, fault({ change: {} })), /one part/);
    const fewer = fault({ change: { data: never, epochs: 9 } });
    assert.equal(faulty('f', twin, fewer).changed, 'data');
  });

  it('counts every warning on a healthy net, closed ones too, and no information', () => {
    const told = seen('loss-plateau', 'information');
    const closed = { ...seen('loss-plateau', 'warning'), closedStep: 8 };
    assert.equal(judgeHealthy(twin, result(0.9, told)).alarms.length, 0);
    assert.equal(judgeHealthy(twin, result(0.9, told, closed)).alarms.length, 1);
    assert.match(judgeHealthy(twin, result(0.01)).unsound ?? '', /learns nothing/);
  });

  it('tells what was named from what was missed, misnamed or misplaced', () => {
    const net = faulty('f', twin, fault());
    const judge = (skill: number, ...sightings: Sighting[]) =>
      judgeFaulty(net, result(skill, ...sightings), result(0.9));
    const right = judge(0.1, seen('dead-units', 'error', 'hidden1'));
    assert.deepEqual([right.outcome, right.fails, right.isWrong], ['right', true, false]);
    const misplaced = judge(0.1, seen('dead-units', 'error', 'output'));
    assert.deepEqual([misplaced.outcome, misplaced.isWrong], ['wrongLayer', true]);
    const misnamed = judge(0.1, seen('loss-plateau', 'warning'));
    assert.deepEqual([misnamed.outcome, misnamed.isWrong], ['otherwise', true]);
    const whispered = judge(0.1, seen('dead-units', 'information', 'hidden1'));
    assert.deepEqual([whispered.outcome, whispered.isWrong], ['informed', true]);
    assert.deepEqual([judge(0.1).outcome, judge(0.1).isWrong], ['missed', true]);
    assert.equal(judge(NaN).fails, true);
    // As good as its twin: the fault did not hurt, and silence is right.
    assert.deepEqual([judge(0.88).fails, judge(0.88).isWrong], [false, false]);
  });

  it('takes what is folded under the root cause as said, and lists what stands beside it', () => {
    const net = faulty('f', twin, fault());
    const root = seen('dead-units', 'error', 'hidden1', ['loss-plateau']);
    const folded = seen('loss-plateau', 'warning');
    const other = seen('overfitting', 'warning');
    const { beside } = judgeFaulty(net, result(0.1, folded, root, other), result(0.9));
    assert.deepEqual(
      beside.map(({ rule }) => rule),
      ['overfitting'],
    );
  });

  it('asks for an information where a defect does not hurt', () => {
    const net = faulty('f', twin, fault({ harm: 'none' }));
    assert.equal(judgeFaulty(net, result(0.9), result(0.9)).isWrong, true);
    const told = seen('dead-units', 'information', 'hidden1');
    assert.equal(judgeFaulty(net, result(0.9, told), result(0.9)).isWrong, false);
  });
});
