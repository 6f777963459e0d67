// How `npm test` counts: the totals that mocha prints, and failures outside of tests.
import assert from 'node:assert/strict';
import { mochaCounter } from '../../../scripts/lib/mochaCounts.mjs';
import { type Stage, runStage } from '../../../scripts/lib/stages.mjs';

function count(lines: string[]) {
  const counter = mochaCounter();
  lines.forEach((line) => counter.watch(line));
  return counter.counts();
}

/** Runs a stage without its lines reaching the report of this very run. */
const silently = async (stage: Stage) => {
  const { passed, failed } = await reported(stage);
  return { passed, failed };
};
const reported = (stage: Stage) => runStage(stage, () => undefined);

describe('mochaCounter', () => {
  it('reads the totals at the end of a report', () => {
    const report = [
      '  suite',
      '    ✔ a test about 3 failing',
      '  12 passing (3s)',
      '  2 failing',
      '',
    ];
    assert.deepEqual(count(report), { passed: 12, failed: 2 });
    assert.deepEqual(count(['  1 passing (20ms)']), { passed: 1, failed: 0 });
    assert.deepEqual(count(['  0 passing (1ms)', '  1 failing']), { passed: 0, failed: 1 });
  });

  it('keeps what mocha says of the tests that failed', () => {
    const counter = mochaCounter();
    const said = ['  1 failing', '', '  1) a suite', '       a test:', '     Error: no'];
    ['  1) a test', '  2 passing (3s)', ...said].forEach((line) => counter.watch(line));
    assert.deepEqual(counter.failures(), said);
  });

  it('knows that a run did not come to its end', () => {
    assert.equal(count(['  suite', '    ✔ a test']), undefined);
  });
});

describe('runStage', () => {
  const suite = (lines: string[], error?: Error): Stage => ({
    name: 'demo',
    isSuite: true,
    run: ({ watch }) => {
      lines.forEach(watch);
      return error ? Promise.reject(error) : Promise.resolve();
    },
  });

  it('passes the counts of a suite on', async () => {
    const counts = await silently(suite(['  3 passing (1s)']));
    assert.deepEqual(counts, { passed: 3, failed: 0 });
  });

  it('counts failed tests once, not again for the failed command', async () => {
    const counts = await silently(suite(['  3 passing (1s)', '  2 failing'], new Error('code 2')));
    assert.deepEqual(counts, { passed: 3, failed: 2 });
  });

  it('says again what failed, and nothing of what passed', async () => {
    const lines = ['  3 passing (1s)', '  1 failing', '  1) a test'];
    const { report } = await reported(suite(lines, new Error('code 1')));
    assert.match(report[0] ?? '', /^demo FAILED .*\ncode 1$/);
    assert.deepEqual(report.slice(1), lines.slice(1));
    assert.deepEqual((await reported(suite(['  3 passing (1s)']))).report, []);
  });

  it('counts a crash after passing tests, and a suite without tests, as a failure', async () => {
    const crashed = await silently(suite(['  3 passing (1s)'], new Error('killed')));
    assert.deepEqual(crashed, { passed: 3, failed: 1 });
    assert.deepEqual(await silently(suite([])), { passed: 0, failed: 1 });
  });

  it('counts a check without tests only when it fails', async () => {
    const check = (run: Stage['run']) => silently({ name: 'lint', run });
    assert.deepEqual(await check(() => Promise.resolve()), { passed: 0, failed: 0 });
    assert.deepEqual(await check(() => Promise.reject(new Error('no'))), { passed: 0, failed: 1 });
  });
});
