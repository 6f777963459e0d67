// A hundred layers at twenty updates a second: only the rows in the window exist, scrolling shows
// them all, and a frame stays within its budget.
import assert from 'node:assert/strict';
import { PanelPage } from './panelPage';
import { snapshotOf, syntheticRun, updateOf } from './syntheticRun';

/** Milliseconds between updates: the host sends at most 20 a second. */
const UPDATE_MS = 50;
/** Milliseconds of a frame at 60 Hz. */
const FRAME_MS = 16;
/**
 * How much slower than an idle one a machine may be, of which others use a part: on two idle cores an update takes
 * half a frame.
 */
const BUSY = 2;

describe('panel page with 100 layers', function () {
  this.timeout(180_000);
  const run = syntheticRun({ layers: 100, steps: 200, depthFactor: 0.99 });
  let panel: PanelPage;

  before(async () => {
    panel = await PanelPage.open({ bodyClass: 'vscode-reduce-motion' });
    await panel.send(snapshotOf({ ...run, records: run.records.slice(0, 140) }));
  });
  after(() => panel.close());

  it('keeps only the rows in the window, and reaches the last', async () => {
    const rows = panel.page.locator('.layer-row:visible');
    await panel.page.evaluate(() => window.scrollTo(0, 2500));
    await panel.drawn();
    assert.ok((await rows.count()) < 30, `${await rows.count()} rows`);
    await panel.page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    await panel.drawn();
    assert.ok(await panel.page.locator('[data-layer="dense_Dense100"]').isVisible());
    assert.equal(await panel.page.locator('[role=grid]').getAttribute('aria-rowcount'), '101');
    // The axis stays in view, right below the page's header.
    const header = await panel.page.locator('.header').boundingBox();
    const axis = await panel.page.locator('.layer-head').boundingBox();
    assert.ok(Math.abs(axis!.y - (header!.y + header!.height)) <= 1, `axis at ${axis!.y}`);
  });

  it('filters by name, and finds a layer that the filter hid', async () => {
    await panel.page.locator('.filter').fill('dense9');
    await panel.drawn();
    assert.match(
      await panel.page.locator('.card-layers .card-note').innerText(),
      /^11 of 100 layers$/,
    );
    await panel.send({ type: 'focusLayer', layer: 'dense_Dense42' });
    assert.ok(await panel.page.locator('[data-layer="dense_Dense42"]').isVisible());
    await panel.page.keyboard.press('Escape');
  });

  it('walks the rows by the keyboard beyond the window', async () => {
    await panel.page.evaluate(() => window.scrollTo(0, 0));
    await panel.drawn();
    await panel.page.locator('.layer-row:visible').first().focus();
    await panel.page.keyboard.press('End');
    await panel.drawn();
    const focused = await panel.page.evaluate(() =>
      document.activeElement instanceof HTMLElement ? document.activeElement.dataset['layer'] : '',
    );
    assert.equal(focused, 'dense_Dense100');
  });

  it('draws updates within a frame', async () => {
    // Loss, map and the first rows in the window together are the dearest place to be.
    await panel.page.setViewportSize({ width: 1200, height: 1100 });
    await panel.page.evaluate(() => window.scrollTo(0, 300));
    await panel.drawn();
    await panel.timings();
    for (let step = 140; step < 200; step++) {
      const started = Date.now();
      await panel.send(updateOf(run, step, step + 1));
      await panel.page.waitForTimeout(Math.max(0, UPDATE_MS - (Date.now() - started)));
    }
    const { frames, handled } = await panel.timings();
    // The quickest tenth: what the page itself needs, whatever else the machine is busy with.
    const quickTenth = (values: number[]): number =>
      values.sort((a, b) => a - b)[Math.floor(values.length / 10)] ?? NaN;
    // Frames in which nothing was to be drawn (those of the test itself) take no time.
    const drawn = quickTenth(frames.filter((ms) => ms > 0.5));
    const read = quickTenth(handled);
    assert.ok(
      drawn + read <= BUSY * FRAME_MS,
      `${drawn} ms to draw and ${read} ms to read an update`,
    );
  });
});
