// What the extension costs before anything is trained, and how long the first step takes to come.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import { activate, begin, closeAll } from '../support';

/** Milliseconds that activation may take on a machine that is not busy, and on one that is. */
const ACTIVATION_MS = 50;
const BUSY = 10;

/** A line of the report, in the manner of mocha's own. */
function tell(line: string): void {
  // eslint-disable-next-line no-console -- The console is the way out of the extension host.
  console.log(`${process.env['GRADIENT_LENS_LINE_PREFIX'] ?? ''}      ${line}`);
}

describe('start', () => {
  after(closeAll);

  it('activates at once, without tfjs', async () => {
    await activate();
    const [measure] = performance.getEntriesByName('gradientLens.activate');
    assert.ok(measure, 'the activation was measured');
    tell(`activated in ${measure.duration.toFixed(1)} ms`);
    assert.ok(measure.duration < ACTIVATION_MS * BUSY, `${measure.duration} ms`);
    const loaded = Object.keys(createRequire(__filename).cache);
    assert.deepEqual(
      loaded.filter((file) => file.includes('@tensorflow')),
      [],
    );
  });

  it('comes to the first step', async () => {
    const clicked = performance.now();
    const run = await begin('small.model.ts', { maxSteps: 3 });
    let first = NaN;
    const listener = run.onDidStep(() => {
      listener.dispose();
      first = performance.now() - clicked;
    });
    await run.finished;
    assert.equal(run.state, 'completed', run.error?.message);
    tell(`first step ${first.toFixed(0)} ms after the command (debug log: what they went to)`);
    assert.ok(first > 0);
  });
});
