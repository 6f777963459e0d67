// The time scrubber and a debugger's stop on the built page: what it sends, and that all parts of the page
// show the step that the host answers with.
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import type { FromPanel, ToPanel } from '../../../src/shared/protocol/panel';
import { formatValue } from '../../../src/shared/charts/format';
import { launchChromium } from '../harness';
import { PanelPage } from './panelPage';
import { inkOf, rgb } from './pixels';
import { lookedAt, snapshotOf, syntheticRun, updateOf } from './syntheticRun';
import { DARK, HIGH_CONTRAST } from './themes/themes';

const run = syntheticRun({ layers: 4, steps: 150, stepsPerEpoch: 50 });
const SLIDER = '.time-slider';
const LAYER = 'dense_Dense3';
const ROW = `.layer-row[data-layer="${LAYER}"]`;

describe('panel page: time', function () {
  this.timeout(120_000);
  let browser: Browser;
  let panel: PanelPage;
  before(async () => (browser = await launchChromium()));
  after(() => browser.close());
  afterEach(async function () {
    const errors = [...panel.errors];
    await panel.close();
    if (this.currentTest?.state === 'passed') assert.deepEqual(errors, []);
  });

  const open = async (...messages: ToPanel[]): Promise<void> => {
    panel = await PanelPage.open({ browser, bodyClass: 'vscode-reduce-motion' });
    await panel.send(...messages);
  };
  const text = (selector: string): Promise<string> =>
    panel.page.locator(selector).first().innerText();
  const looks = async () => {
    const sent = await panel.sent();
    return sent.flatMap((message: FromPanel) => {
      if (message.type !== 'look') return [];
      const { step, side } = message;
      return [[step, side].filter((part) => part !== undefined).join(' ')];
    });
  };
  const normAt = (step: number) => formatValue(run.records[step - 1]!.layers[LAYER]!.gradient.norm);

  it('stands at the newest step, and moves with it', async () => {
    await open(snapshotOf({ ...run, records: run.records.slice(0, 100) }));
    const slider = panel.page.locator(SLIDER);
    assert.equal(await slider.inputValue(), '100');
    assert.equal(await slider.getAttribute('aria-valuetext'), 'Live: Step 100 of 500');
    assert.equal(await panel.page.locator('.time-live').getAttribute('aria-pressed'), 'true');
    assert.equal(await panel.page.locator('.time-words').isVisible(), false);
    await panel.send(updateOf(run, 100, 150));
    assert.equal(await slider.inputValue(), '150');
  });

  it('has no past to show before there are two steps', async () => {
    await open(snapshotOf({ ...run, records: run.records.slice(0, 1) }));
    assert.equal(await panel.page.locator('.time').isVisible(), false);
  });

  it('asks for steps by its keys', async () => {
    await open(lookedAt(run, { step: 60 }));
    await panel.page.locator(SLIDER).focus();
    for (const key of ['ArrowLeft', 'ArrowRight', 'PageDown', 'PageUp', 'Home', 'End', 'Escape']) {
      await panel.page.keyboard.press(key);
    }
    assert.deepEqual(await looks(), ['60 before', '60 after', '45', '75', '1', '', '']);
    await panel.page.locator('.time-live').click();
    assert.equal((await looks()).at(-1), '');
  });

  it('asks for the step under the pointer, and at the right end for what comes', async () => {
    await open(snapshotOf(run));
    const box = (await panel.page.locator(SLIDER).boundingBox())!;
    await panel.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await panel.page.mouse.down();
    const [middle] = await looks();
    assert.ok(Math.abs(Number(middle) - 75) <= 2, `asked for step ${middle}`);
    // While the pointer holds it, what comes from the host does not move it.
    await panel.send(lookedAt(run, { step: 20 }));
    assert.equal(await panel.page.locator(SLIDER).inputValue(), middle);
    await panel.page.mouse.move(box.x + box.width + 20, box.y + box.height / 2);
    await panel.page.mouse.up();
    assert.equal((await looks()).at(-1), '');
  });

  it('shows the record of the step in every part, and the newest again', async () => {
    await open(snapshotOf(run));
    const now = await text(`${ROW} .norm-value`);
    assert.equal(now, normAt(150));
    await panel.page.locator(`${ROW} .layer-kind`).click();
    await panel.send(lookedAt(run, { step: 40 }));
    assert.equal(await text('.time-words'), 'Step 40 of 500');
    assert.equal(await panel.page.locator(SLIDER).inputValue(), '40');
    assert.equal(await text(`${ROW} .norm-value`), normAt(40));
    assert.match(await text('.layer-head'), /Gradient at step 40/);
    assert.match(await text('.card-curves .readout'), /step\s*40/);
    const statistics = panel.page.locator('.statistics');
    assert.match(await statistics.locator('caption').innerText(), /at step 40$/);
    assert.match(await statistics.innerText(), new RegExp(`Norm\\s+${normAt(40)}`));
    // The training goes on; the page stays where it is.
    const { view } = lookedAt(run, { step: 40 });
    const on = { ...updateOf(run, 150, 150), view: view! } as ToPanel;
    await panel.send(on);
    assert.equal(await text(`${ROW} .norm-value`), normAt(40));
    await panel.send(updateOf(run, 150, 150));
    assert.equal(await text(`${ROW} .norm-value`), normAt(150));
    assert.equal(await panel.page.locator('.time-words').isVisible(), false);
  });

  it('says whose numbers it shows where the step itself was thinned out', async () => {
    const thinned = { ...run, records: run.records.filter(({ step }) => step !== 41) };
    await open(lookedAt(thinned, { step: 41 }));
    assert.equal(await text('.time-note'), 'numbers of step 40');
  });

  it('marks where a debugger has stopped, in words, in its row and in its detail', async () => {
    const cursor = { step: 120, layer: LAYER, phase: 'backward' };
    await open(snapshotOf(run), lookedAt(run, cursor, { state: 'paused' }));
    const words = 'Step 120 of 500, paused in backward of dense_Dense3';
    assert.equal(await text('.time-place'), words);
    assert.equal(await panel.page.locator(SLIDER).getAttribute('aria-valuetext'), words);
    await panel.page.locator('[role="status"]', { hasText: /paused in backward/ }).waitFor();
    const stopped = panel.page.locator('.layer-row[aria-current="step"]');
    assert.equal(await stopped.getAttribute('data-layer'), LAYER);
    assert.equal(await stopped.locator('.stopped').innerText(), 'backward');
    // An open detail follows the debugger from layer to layer, to what the phase has made.
    await panel.page.locator(`${ROW} .layer-kind`).click();
    await panel.send(lookedAt(run, { ...cursor, layer: 'conv2d_Conv2D2' }, { state: 'paused' }));
    assert.match(await text('.detail-facts'), /^conv2d_Conv2D2/);
    assert.equal(await text('.detail .tab[aria-pressed="true"]'), 'δ (output gradient)');
    const forward = { ...cursor, layer: 'conv2d_Conv2D2', phase: 'forward' };
    await panel.send(lookedAt(run, forward, { state: 'paused' }));
    assert.equal(await text('.detail .tab[aria-pressed="true"]'), 'Activation');
    await panel.send(snapshotOf(run));
    assert.equal(await stopped.count(), 0);
  });

  it('draws the cursor where the step is, in curves, map and rows', async () => {
    panel = await PanelPage.open({ browser, theme: HIGH_CONTRAST });
    await panel.send(lookedAt(run, { step: 75, layer: LAYER, phase: 'forward' }));
    const white = rgb(HIGH_CONTRAST.variables['foreground']!);
    for (const [canvas, from, to] of [
      ['.card-curves .chart', 0.46, 0.58],
      ['.card-map .map', 0.5, 0.62],
      [`${ROW} .heat`, 0.45, 0.55],
    ] as const) {
      const { columns, width, height } = await inkOf(panel.page, canvas, white);
      const line = columns.flatMap((ink, x) => (ink > height * 0.7 ? [x / width] : []));
      assert.ok(line.length > 0, `${canvas}: no line`);
      assert.ok(
        line.every((share) => share > from && share < to),
        `${canvas}: ${line.join()}`,
      );
    }
  });

  it('marks changes on the slider and on the curves, in words under the pointer', async () => {
    const changes = [{ step: 75, words: 'learning rate 0.01' }];
    await open(lookedAt(run, { step: 100 }, { changes }));
    assert.equal(await panel.page.locator('.time-mark').count(), 1);
    assert.equal(await text('.time-note'), 'step 75: learning rate 0.01');
    const green = rgb(DARK.variables['charts-green']!);
    const { columns, width } = await inkOf(panel.page, '.card-curves .chart', green);
    const at = columns.indexOf(Math.max(...columns)) / width;
    assert.ok(at > 0.4 && at < 0.6, `diamond at ${at}`);
    const chart = panel.page.locator('.card-curves .chart');
    await chart.hover({ position: { x: at * (await chart.boundingBox())!.width, y: 60 } });
    await panel.drawn();
    assert.match(await text('.card-curves .readout'), /learning rate 0\.01/);
    await panel.send(lookedAt(run, { step: 60 }, { changes }));
    assert.equal(await text('.time-note'), '');
  });

  it('keeps within a narrow window', async () => {
    panel = await PanelPage.open({ browser, width: 320, bodyClass: 'vscode-reduce-motion' });
    await panel.send(lookedAt(run, { step: 75, layer: LAYER, phase: 'backward' }));
    const wide = await panel.page.evaluate(() => document.documentElement.scrollWidth);
    assert.equal(wide, 320);
  });
});
