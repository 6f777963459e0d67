// Breakpoints of every kind: where they are verified, and the marks that they leave on a step.
import assert from 'node:assert/strict';
import { Breakpoints } from '../../../src/debug/breakpoints';
import { parseHitCondition } from '../../../src/debug/breakpoints/hitCondition';
import type { Mark } from '../../../src/debug/breakpoints/mark';
import { phaseWords } from '../../../src/debug/walk/phases';
import type { Finding } from '../../../src/shared/core/finding';
import { FILE, layers, record, stepped } from './steps';

function known(): Breakpoints {
  const breakpoints = new Breakpoints(() => FILE);
  breakpoints.setLayers(layers);
  return breakpoints;
}

const first = stepped(record(2), record(1));

/** What a mark is, in words. */
function words(mark: Mark, step = first): string {
  const phase = step.phases[mark.phase];
  const text = 'text' in mark ? `: ${mark.text ?? ''}` : '';
  return `${mark.type === 'stop' ? mark.reason : mark.type} at ${phase ? phaseWords(phase) : ''}${text}`;
}

describe('breakpoints', () => {
  it('wait for the layers, and move down to the nearest line with one', () => {
    const breakpoints = new Breakpoints(() => FILE);
    const set = breakpoints.setSource(FILE, [{ line: 3 }, { line: 6 }, { line: 10 }]);
    assert.deepEqual(
      set.map(({ verified, reason }) => [verified, reason]),
      Array.from({ length: 3 }, () => [false, 'pending']),
    );
    assert.deepEqual(
      breakpoints.setLayers(layers).map(({ verified, line }) => [verified, line]),
      [
        [true, 5],
        [true, 9],
        [false, 10],
      ],
    );
    assert.deepEqual(breakpoints.setLayers(layers), []);
    assert.deepEqual(breakpoints.linesOf(FILE, 1, 8), [5]);
  });

  it('stop at the forward and the backward pass, in the order of the walk', () => {
    const breakpoints = known();
    breakpoints.setFunctions([{ name: 'dense_1' }]);
    breakpoints.setSource(FILE, [{ line: 5 }]);
    assert.deepEqual(
      breakpoints.marks(first, []).map((mark) => words(mark)),
      [
        'breakpoint at forward of dense_0',
        'function breakpoint at forward of dense_1',
        'function breakpoint at backward of dense_1',
        'breakpoint at backward of dense_0',
      ],
    );
    assert.ok(breakpoints.needSingleSteps);
  });

  it('meet a condition on a gradient in the backward pass only', () => {
    const breakpoints = known();
    breakpoints.setSource(FILE, [{ line: 9, condition: 'gradient.norm > 0' }]);
    assert.deepEqual(
      breakpoints.marks(first, []).map((mark) => words(mark)),
      ['breakpoint at backward of dense_1'],
    );
  });

  it('log once per step, and need no single steps for it', () => {
    const breakpoints = known();
    breakpoints.setSource(FILE, [{ line: 9, logMessage: '{layer} {step}' }]);
    assert.deepEqual(
      breakpoints.marks(first, []).map((mark) => words(mark)),
      ['log at backward of dense_1: dense_1 2'],
    );
    assert.ok(!breakpoints.needSingleSteps);
  });

  it('tell of a condition that cannot be computed instead of stopping', () => {
    const breakpoints = known();
    const [, broken] = breakpoints.setSource(FILE, [
      { line: 9, condition: 'gradient.nrom > 0' },
      { line: 5, condition: '1 +' },
    ]);
    assert.match(broken?.message ?? '', /ends where/);
    const marks = breakpoints.marks(first, []);
    assert.deepEqual(
      marks.map(({ type }) => type),
      ['trouble'],
    );
  });

  it('count hits once, however often a step is looked at, and keep the count when set again', () => {
    const breakpoints = known();
    const wanted = [{ line: 5, hitCondition: '3' }];
    breakpoints.setSource(FILE, wanted);
    const third = stepped(record(3), record(2));
    assert.equal(breakpoints.marks(first, []).length, 0);
    assert.equal(breakpoints.marks(first, []).length, 0);
    breakpoints.marks({ ...stepped(record(1)), isGlance: true }, []);
    breakpoints.setSource(FILE, wanted);
    assert.deepEqual(
      breakpoints.marks(third, []).map((mark) => words(mark, third)),
      ['breakpoint at forward of dense_0'],
    );
  });

  it('read hit conditions', () => {
    const met = (text: string): number[] =>
      [1, 2, 3, 4, 5, 6].filter((hits) => parseHitCondition(text)(hits));
    assert.deepEqual(met('5'), [5]);
    assert.deepEqual(met('>= 4'), [4, 5, 6]);
    assert.deepEqual(met('% 3'), [3, 6]);
    assert.throws(() => parseHitCondition('often'), /no hit count/);
    assert.throws(() => parseHitCondition('% 0'), /no hit count/);
  });

  it('on data stop when a number changes or comes to meet a bound, at the end of the step', () => {
    const breakpoints = known();
    breakpoints.setData([{ dataId: 'epoch' }, { dataId: 'step', condition: '> 9' }]);
    const at = (step: number): string[] => {
      const now = stepped(record(step), record(step - 1));
      return breakpoints.marks(now, []).map((mark) => words(mark, now));
    };
    assert.deepEqual(at(9), []);
    assert.deepEqual(at(10), [
      'data breakpoint at update: epoch: 1 → 2',
      'data breakpoint at update: step: 9 → 10',
    ]);
    assert.deepEqual(at(11), []);
  });
});

describe('exception filters', () => {
  const finding: Finding = {
    ...{ rule: 'vanishing-gradient', severity: 'warning', layer: 'dense_1', firstStep: 1 },
    ...{ lastStep: 2, message: 'It vanishes.', remedies: [], reference: 'none' },
    evidence: { measured: 1, threshold: 2, unit: 'x', window: 3 },
  };

  it('stop where the first number breaks, once', () => {
    const breakpoints = known();
    breakpoints.exceptions.set([{ filterId: 'non-finite' }]);
    const broken = record(3);
    broken.layers['dense_0']!.gradient.nans = 1;
    const now = stepped(broken, record(2));
    const [mark] = breakpoints.marks(now, []);
    assert.ok(mark?.type === 'stop' && mark.reason === 'exception');
    assert.equal(mark.exception.text, 'At step 3 the gradient of dense_0 is not finite any more.');
    assert.equal(words(mark, now), 'exception at backward of dense_0');
    assert.deepEqual(breakpoints.marks(stepped(record(4), broken), []), []);
    const later = record(4);
    later.loss = NaN;
    assert.deepEqual(breakpoints.marks(stepped(later, broken), []), []);
  });

  it('stop where a condition comes to hold while numbers are not finite', () => {
    const breakpoints = known();
    breakpoints.exceptions.set([{ filterId: 'non-finite', condition: 'isNaN(loss)' }]);
    const broken = record(3);
    broken.layers['dense_0']!.gradient.nans = 1;
    assert.deepEqual(breakpoints.marks(stepped(broken, record(2)), []), []);
    const later = { ...record(4), loss: NaN };
    assert.equal(breakpoints.marks(stepped(later, broken), []).length, 1);
    assert.deepEqual(breakpoints.marks(stepped({ ...record(5), loss: NaN }, later), []), []);
  });

  it('stop where a finding is stated, each time the walk comes there', () => {
    const breakpoints = known();
    breakpoints.exceptions.set([{ filterId: 'vanishing-gradient' }]);
    assert.deepEqual(breakpoints.marks(stepped(record(1)), []), []);
    const marks = breakpoints.marks(first, [finding]);
    assert.deepEqual(
      marks.map((mark) => words(mark)),
      ['exception at backward of dense_1'],
    );
    assert.deepEqual(breakpoints.marks(stepped(record(3), record(2)), [finding]), []);
    assert.equal(breakpoints.marks(first, [finding]).length, 1);
    // After a change of the past it is another finding, stated where it is stated anew.
    breakpoints.exceptions.forget(1);
    assert.equal(breakpoints.marks(stepped(record(3), record(2)), [finding]).length, 1);
    assert.deepEqual(breakpoints.marks(first, [finding]), []);
  });

  it('wait for their condition while the finding holds', () => {
    const breakpoints = known();
    const set = breakpoints.exceptions.set([
      { filterId: 'any-finding', condition: 'step > 3' },
      { filterId: 'loss-spike', condition: 'ratio >' },
    ]);
    assert.deepEqual(
      set.map(({ verified }) => verified),
      [true, false],
    );
    const stopsAt = [2, 3, 4, 5].filter(
      (step) => breakpoints.marks(stepped(record(step), record(step - 1)), [finding]).length > 0,
    );
    assert.deepEqual(stopsAt, [4]);
  });

  it('stop where the loss is far above the median of those before', () => {
    const breakpoints = known();
    breakpoints.exceptions.set([{ filterId: 'loss-spike' }]);
    const stopsAt: number[] = [];
    for (let step = 1; step <= 20; step++) {
      const now = { ...record(step), loss: step === 5 || step === 15 ? 4 : 1 };
      if (breakpoints.marks(stepped(now), []).length > 0) stopsAt.push(step);
    }
    // Too few losses are known at step 5.
    assert.deepEqual(stopsAt, [15]);
  });
});
