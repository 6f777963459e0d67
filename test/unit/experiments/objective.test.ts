// The objective of a trial, followed in its run; and how many trials fit on a machine.
import assert from 'node:assert/strict';
import { ObjectiveWatch } from '../../../src/experiments/runner/objective';
import { mostTrials, roomFor } from '../../../src/experiments/runner/room';
import type { Report } from '../../../src/experiments/stopping/median';
import { randomRecord } from '../protocol/records';
import { makeRun } from '../run/fakeSource';

function watched(
  metric: string,
  unit: 'epochs' | 'steps',
  amount: number,
  direction: 'minimize' | 'maximize' = 'minimize',
) {
  // prettier-ignore
  const { run, sink } = makeRun();
  const reports: Report[] = [];
  const objective = { metric, direction, at: 'best' } as const;
  const watch = new ObjectiveWatch(run, objective, { unit, amount }, (one) => reports.push(one));
  sink.started({ backend: 'cpu' });
  const step = (at: number, loss: number, metrics: Record<string, number> = {}): void =>
    sink.records([{ ...randomRecord(at, 1), loss, metrics }]);
  return { watch, reports, sink, step };
}

describe('objective of a trial', () => {
  it('takes means of twentieths of a training that is measured in steps', () => {
    const { reports, step, watch } = watched('loss', 'steps', 40);
    [4, 2, 1, 3, 7].forEach((loss, i) => step(i + 1, loss));
    assert.deepEqual(reports, [
      { at: 2, value: 3 },
      { at: 4, value: 2 },
    ]);
    assert.equal(watch.problem, undefined);
  });

  it('takes the values of epochs, and the negative of what is to grow', () => {
    const { reports, sink, step } = watched('val_accuracy', 'epochs', 2, 'maximize');
    step(1, 0.5);
    sink.epoch({ epoch: 1, step: 1, metrics: { loss: 0.5, val_acc: 0.25 } });
    step(2, 0.4);
    sink.epoch({ epoch: 2, step: 2, metrics: { loss: 0.4, val_acc: 0.75 } });
    assert.deepEqual(reports, [
      { at: 1, value: -0.25 },
      { at: 2, value: -0.75 },
    ]);
  });

  it('reports infinity at once for a loss that is not finite', () => {
    const { reports, step } = watched('loss', 'steps', 200);
    step(1, 0.5);
    step(2, NaN);
    assert.deepEqual(reports, [{ at: 2, value: Infinity }]);
  });

  it('reports a training that is shorter than its first mean, and says what is missing', () => {
    const short = watched('loss', 'steps', 200);
    short.step(1, 2);
    short.step(2, 4);
    short.watch.finish(2);
    assert.deepEqual(short.reports, [{ at: 2, value: 3 }]);
    const missing = watched('val_loss', 'steps', 10);
    missing.step(1, 2, { acc: 0.5 });
    missing.watch.finish(1);
    assert.match(
      missing.watch.problem ?? '',
      /val_loss.*It has acc, loss\. Validation comes at the end/,
    );
  });
});

describe('room for trials', () => {
  it('leaves a core to the editor, and half of the free memory', () => {
    assert.deepEqual([1, 2, 8].map((cores) => mostTrials({ cores })), [1, 1, 7]); // prettier-ignore
    const gigabyte = 2 ** 30;
    assert.equal(roomFor({ free: 0 }, 0), 1);
    assert.equal(roomFor({ free: 0 }, 3), 3);
    // Half a gigabyte over 350 MB each.
    assert.equal(roomFor({ free: gigabyte }, 0), 1);
    assert.equal(roomFor({ free: 8 * gigabyte }, 1), 1 + 11);
    // A net of a gigabyte takes the room of four.
    assert.equal(roomFor({ free: 16 * gigabyte }, 0, gigabyte), 1);
  });
});
