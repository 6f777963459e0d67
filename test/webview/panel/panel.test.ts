// The built panel page in Chromium: what it shows in every theme, what it sends, and that it survives
// reloads, odd runs and narrow windows.
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import {
  PANEL_PROTOCOL_VERSION,
  type FromPanel,
  type ToPanel,
} from '../../../src/shared/protocol/panel';
import { signedAxis } from '../../../src/shared/charts/signedAxis';
import { ZERO_BUCKET } from '../../../src/shared/core/histogramHistory';
import { INITIAL_STATE, reduce } from '../../../webview/panel/state';
import { launchChromium } from '../harness';
import { PanelPage, type PanelPageOptions } from './panelPage';
import { inkOf, rgb, sum } from './pixels';
import { snapshotOf, syntheticRun, updateOf, vanishingFinding } from './syntheticRun';
import { DARK, HIGH_CONTRAST, LIGHT } from './themes/themes';

const run = syntheticRun({ layers: 4, steps: 150, stepsPerEpoch: 50 });
const broken = syntheticRun({ layers: 4, steps: 40, nanFrom: 30 });
const FIRST_ROW = '.layer-row[data-layer="conv2d_Conv2D1"]';

describe('panel page', function () {
  this.timeout(120_000);
  let browser: Browser;
  let panel: PanelPage;
  before(async () => (browser = await launchChromium()));
  after(() => browser.close());
  afterEach(async function () {
    const errors = [...panel.errors];
    await panel.close();
    // A violation of the content security policy would be among them.
    if (this.currentTest?.state === 'passed') assert.deepEqual(errors, []);
  });

  const open = async (options: PanelPageOptions, ...messages: ToPanel[]): Promise<void> => {
    panel = await PanelPage.open({ browser, bodyClass: 'vscode-reduce-motion', ...options });
    await panel.send(...messages);
  };
  const text = (selector: string): Promise<string> =>
    panel.page.locator(selector).first().innerText();
  const sentOf = async <T extends FromPanel['type']>(type: T) =>
    (await panel.sent()).filter((message) => message.type === type) as Extract<
      FromPanel,
      { type: T }
    >[];

  it('says ready once, and what to do where there is no run', async () => {
    await open({});
    assert.deepEqual(await panel.sent(), [{ type: 'ready', version: PANEL_PROTOCOL_VERSION }]);
    assert.match(await text('.empty'), /Waiting for the run/);
    const snapshot = snapshotOf({ layers: [], records: [], epochs: [] });
    await panel.send({ ...snapshot, view: undefined });
    assert.match(await text('.empty'), /No run yet[\s\S]*Train with Gradient Lens/);
  });

  for (const theme of [DARK, LIGHT, HIGH_CONTRAST]) {
    it(`draws the bars of the newest step where its gradients are (${theme.id})`, async () => {
      await open({ theme }, snapshotOf(run));
      const state = reduce(INITIAL_STATE, snapshotOf(run));
      const { histogram, zeros, count } = run.records.at(-1)!.layers['conv2d_Conv2D1']!.gradient;
      for (const side of ['negative', 'positive'] as const) {
        const color = theme.variables[side === 'negative' ? 'charts-orange' : 'charts-blue']!;
        const ink = await inkOf(panel.page, `${FIRST_ROW} .histogram`, rgb(color));
        const axis = signedAxis(state.range, ink.width);
        const fullest = histogram[side].indexOf(Math.max(...histogram[side]));
        const bucket = side === 'negative' ? ZERO_BUCKET - 1 - fullest : ZERO_BUCKET + 1 + fullest;
        const slot = axis.slots.find((s) => s.bucket === bucket)!;
        const tallest = ink.columns.indexOf(Math.max(...ink.columns));
        assert.ok(
          tallest >= slot.start - 1 && tallest <= slot.start + slot.size,
          `${side}: tallest bar at ${tallest}, expected ${slot.start} to ${slot.start + slot.size}`,
        );
        const half =
          side === 'negative'
            ? ink.columns.slice(ink.width / 2)
            : ink.columns.slice(0, ink.width / 2);
        assert.equal(sum(half), 0, `${side} bars on the other side`);
      }
      const label = await panel.page.locator(`${FIRST_ROW} .histogram`).getAttribute('aria-label');
      assert.match(label ?? '', /^Gradient histogram of conv2d_Conv2D1: most magnitudes between/);
      assert.match(label ?? '', new RegExp(`${Math.round((zeros / count) * 100)}% zero`));
      const loss = await inkOf(panel.page, '.chart', rgb(theme.variables['charts-blue']!));
      assert.ok(sum(loss.columns) > 300, 'the loss curve is drawn');
      const spanned = loss.columns.filter((ink) => ink > 0).length;
      assert.ok(spanned > loss.width * 0.7, `the curve spans ${spanned} of ${loss.width} columns`);
    });
  }

  it('draws the rows that are scrolled into a window too small for any of them', async () => {
    await open({ theme: LIGHT, width: 500, height: 180 }, snapshotOf(run));
    assert.equal(
      await panel.page.locator('.layer-row:visible').count(),
      0,
      'a row was there before',
    );
    await panel.page.locator('.layer-head').evaluate((head) => head.scrollIntoView());
    await panel.send(updateOf(run, 149, 150));
    const ink = await inkOf(
      panel.page,
      `${FIRST_ROW} .histogram`,
      rgb(LIGHT.variables['charts-blue']!),
    );
    assert.ok(sum(ink.columns) > 0, 'no bar is drawn');
  });

  it('shows state, step, epoch, speed, backend with its reason, and seed', async () => {
    const reason = 'WebGL runs in software here; WebAssembly is faster.';
    await open({}, snapshotOf(run, { backend: 'wasm', backendReason: reason }));
    assert.equal(await text('.run-state'), 'Training');
    assert.match(
      (await text('.facts')).replaceAll('\n', ' '),
      /Step 150 \/ 500 Epoch 3 \/ 5 Steps\/s 31\.4 Backend WebAssembly Seed 42/,
    );
    assert.equal(await text('.backend-reason'), reason);
    assert.equal(await panel.page.locator('.progress').getAttribute('aria-valuenow'), '30');
  });

  it('moves with updates', async () => {
    await open({}, snapshotOf({ ...run, records: run.records.slice(0, 100) }));
    const before = await text(`${FIRST_ROW} .norm-value`);
    await panel.send(updateOf(run, 100, 150));
    assert.notEqual(await text(`${FIRST_ROW} .norm-value`), before);
    assert.match(await text('.card-curves .readout'), /step\s*150/);
    assert.match(await text('.card-findings'), /No problems found in 150 steps/);
  });

  it('sends what its controls say, and only what can be done', async () => {
    await open({}, snapshotOf(run));
    const tool = (name: string) => panel.page.getByRole('button', { name, exact: false }).first();
    await tool('Train one step').click({ force: true });
    await tool('Pause').click();
    assert.deepEqual(await sentOf('action'), [{ type: 'action', action: 'pause' }]);
    await panel.send(updateOf(run, 150, 150, { state: 'paused' }));
    await tool('Train one step').click();
    await tool('Resume').click();
    // The keyboard walks the toolbar.
    await panel.page.keyboard.press('ArrowRight');
    await panel.page.keyboard.press('ArrowRight');
    await panel.page.keyboard.press('Enter');
    assert.deepEqual(
      (await sentOf('action')).map(({ action }) => action),
      ['pause', 'step', 'resume', 'stop'],
    );
    await panel.send(updateOf(run, 150, 150, { state: 'completed' }));
    await tool('Stop').click({ force: true });
    await tool('Restart').click();
    assert.deepEqual((await sentOf('action')).at(-1)?.action, 'restart');
    assert.equal((await sentOf('action')).length, 5);
  });

  it('says why a loop that never awaits cannot be paused', async () => {
    await open({}, snapshotOf(run, { pausable: false }));
    const pause = panel.page.getByRole('button', { name: /^Pause/ });
    assert.equal(await pause.getAttribute('aria-disabled'), 'true');
    assert.match((await pause.getAttribute('title')) ?? '', /never awaits/);
    await pause.click({ force: true });
    assert.deepEqual(await sentOf('action'), []);
    assert.match(await text('.banners'), /can be stopped but not paused/);
  });

  it('says plainly that a run was cut off, and resumes or restarts it', async () => {
    await open({}, snapshotOf(run, { live: false }));
    assert.equal(await text('.run-state'), 'Interrupted');
    assert.match(await text('.banner-warning'), /was interrupted/);
    const banner = panel.page.locator('.banner-warning');
    await banner.getByRole('button', { name: 'Resume' }).click();
    await banner.getByRole('button', { name: 'Restart' }).click();
    const actions = (await sentOf('action')).map(({ action }) => action);
    assert.deepEqual(actions, ['resumeRun', 'restart']);
  });

  it('offers to go on with a run that has ended, and says where one went on', async () => {
    const resumedFrom = { run: '20260131-net', step: 120 };
    await open({}, snapshotOf(run, { state: 'completed', resumedFrom }));
    const resume = panel.page.locator('.toolbar').getByRole('button', { name: 'Resume' });
    assert.equal(await resume.getAttribute('title'), 'Resume from the last checkpoint');
    await resume.click();
    assert.deepEqual(await sentOf('action'), [{ type: 'action', action: 'resumeRun' }]);
    assert.match(await text('.facts'), /Resumed\s*after step 120/);
  });

  it('shows an error with the way to its line', async () => {
    const location = { file: '/p/bad.model.js', line: 7, column: 1 };
    const error = { code: 'syntax-error', message: 'Unexpected token.', location };
    await open({}, snapshotOf(run, { state: 'failed', error }));
    assert.match(await text('.banner-error'), /failed at bad\.model\.js:7[\s\S]*Unexpected token/);
    await panel.page.locator('.banner-error button').click();
    assert.deepEqual(await sentOf('reveal'), [{ type: 'reveal', target: { error: true } }]);
  });

  it('says that a run is in Node, and offers the stand-in of a tfjs-node that does not load', async () => {
    await open({}, snapshotOf(run, { backend: 'tensorflow', runtime: 'node' }));
    assert.match(await text('.facts'), /TensorFlow in Node/);
    const error = { code: 'tfjs-node-missing', message: 'It does not load.', line: 2 };
    await panel.send(snapshotOf(run, { state: 'failed', error }));
    const buttons = panel.page.locator('.banner-error button');
    assert.deepEqual(await buttons.allInnerTexts(), [
      'Run on @tensorflow/tfjs instead',
      'Go to line 2',
    ]);
    await buttons.first().click();
    assert.deepEqual(await sentOf('action'), [{ type: 'action', action: 'useStandIn' }]);
  });

  it('lists findings worst first with evidence, remedies and links', async () => {
    const open_ = vanishingFinding(run);
    const closed = { ...vanishingFinding(run, true), layer: 'dense_Dense3', firstStep: 3 };
    const worse = {
      ...open_,
      rule: 'non-finite' as const,
      severity: 'error' as const,
      layer: 'dense_Dense4',
    };
    await open({ height: 1800 }, snapshotOf(run, { findings: [closed, open_, worse] }));
    const rules = await panel.page.locator('.finding-rule').allInnerTexts();
    assert.deepEqual(rules, ['NaN or infinity', 'Vanishing gradient', 'Vanishing gradient']);
    assert.match(
      (await panel.page.locator('.finding').nth(2).getAttribute('class')) ?? '',
      /closed/,
    );
    assert.match(await text('.finding'), /threshold 1e-7, over 50 steps[\s\S]*Use relu/);
    assert.match(await text('.finding-theory'), /gradient per layer 0\.302, measured 0\.298/);
    assert.match(await text('.consequences li'), /^Loss plateau The loss has not fallen/);
    await panel.page.locator('.consequences .link').first().click();
    const remedies = panel.page.locator('.finding').first().locator('.remedies li').first();
    await remedies.getByRole('button', { name: 'Verify' }).click();
    assert.deepEqual(await sentOf('remedy'), [
      { type: 'remedy', verb: 'verify', finding: 2, remedy: 0 },
    ]);
    assert.deepEqual(await sentOf('explain'), [{ type: 'explain', rule: 'loss-plateau' }]);
    await panel.page.locator('.finding').first().locator('.finding-place').click();
    assert.deepEqual(await sentOf('reveal'), [{ type: 'reveal', target: { finding: 2 } }]);
    assert.match(await text(`${FIRST_ROW} .badge`), /Vanishing/);
    assert.match(await text('.layer-row[data-layer="dense_Dense4"] .badge'), /NaN/);
  });

  it('announces new findings, but none that were there before', async () => {
    await open({}, snapshotOf(run));
    await panel.send(updateOf(run, 150, 150, { findings: [vanishingFinding(run)] }));
    await panel.page.waitForFunction(() =>
      /Gradients shrink/.test(document.querySelector('[aria-live]')?.textContent ?? ''),
    );
  });

  it('shows NaN in words, by hatching and by crosses, not by colour alone', async () => {
    await open({}, snapshotOf(broken));
    assert.equal(await text(`${FIRST_ROW} .norm-value`), 'NaN / Inf');
    assert.match(await text(`${FIRST_ROW} .badge`), /NaN/);
    const red = rgb(DARK.variables['charts-red']!);
    const map = await inkOf(panel.page, '.map', red);
    const bad = map.columns.map((ink) => ink > 0);
    assert.ok(bad.lastIndexOf(true) > map.width - 10 && bad.indexOf(true) > map.width * 0.7);
    assert.ok(
      sum((await inkOf(panel.page, '.chart', red)).columns) > 20,
      'crosses below the curve',
    );
    const label = await panel.page.locator('.chart').getAttribute('aria-label');
    assert.match(label ?? '', /not finite in 11 steps/);
  });

  it('opens a detail with every statistic, tensor by tensor', async () => {
    await open({ height: 1400 }, snapshotOf(run));
    await panel.page.locator(`${FIRST_ROW} .cell-ratio`).click();
    await panel.drawn();
    const { gradient, weight } = run.records.at(-1)!.layers['conv2d_Conv2D1']!;
    const cells = await panel.page
      .locator('.statistics tbody tr')
      .first()
      .locator('td')
      .allInnerTexts();
    assert.equal(cells.length, 4);
    assert.ok(Math.abs(Number(cells[0]) - gradient.norm) < gradient.norm / 100);
    assert.ok(Math.abs(Number(cells[1]) - weight.norm) < weight.norm / 100);
    await panel.page.locator('.picker').selectOption('conv2d_Conv2D1/bias');
    await panel.drawn();
    assert.match(await text('.detail .plot-title'), /bias/);
    assert.equal(await panel.page.locator('.detail .tab:disabled').count(), 2);
    // Hovering the tallest bar reads its count off.
    await panel.page.locator('.histogram-large').focus();
    await panel.page.keyboard.press('ArrowRight');
    await panel.drawn();
    assert.match(await text('.detail .readout'), /\(.*%\)/);
    await panel.page.keyboard.press('Escape');
    await panel.drawn();
    assert.equal(await panel.page.locator('.detail').isVisible(), false);
    await panel.page.locator(`${FIRST_ROW} .layer-name`).click();
    assert.deepEqual(await sentOf('reveal'), [
      { type: 'reveal', target: { layer: 'conv2d_Conv2D1' } },
    ]);
  });

  it('reads the map off under the pointer, and selects the layer that is clicked', async () => {
    await open({}, snapshotOf(run));
    const map = panel.page.locator('.map');
    const box = (await map.boundingBox())!;
    await map.hover({ position: { x: box.width - 2, y: 4 } });
    await panel.drawn();
    const norm = run.records.at(-1)!.layers['conv2d_Conv2D1']!.gradient.norm;
    assert.match(
      await text('.card-map .readout'),
      new RegExp(`conv2d_Conv2D1 · step 150 · norm ${norm.toPrecision(3)}`),
    );
    await map.click({ position: { x: box.width - 2, y: 4 } });
    await panel.drawn();
    assert.equal(await panel.page.locator(FIRST_ROW).getAttribute('aria-selected'), 'true');
    assert.ok(await panel.page.locator('.detail').isVisible());
  });

  it('offers a table behind every chart', async () => {
    await open({}, snapshotOf(run));
    for (const card of ['.card-curves', '.card-map']) {
      await panel.page.locator(`${card} button[aria-pressed][aria-label^="Show"]`).click();
      await panel.drawn();
      assert.ok((await panel.page.locator(`${card} tbody tr`).count()) >= 4, card);
    }
    const last = await panel.page.locator('.card-curves tbody tr').last().innerText();
    assert.match(last, /^150\s/);
  });

  it('keeps what was chosen over a reload, and asks for the run again', async () => {
    await open({}, snapshotOf(run));
    await panel.page.getByRole('button', { name: 'Log' }).click();
    await panel.page.getByRole('button', { name: 'acc', exact: true }).click();
    await panel.send({ type: 'focusLayer', layer: 'dense_Dense3' });
    await panel.page.reload();
    assert.deepEqual(await panel.sent(), [{ type: 'ready', version: PANEL_PROTOCOL_VERSION }]);
    await panel.send(updateOf(run, 0, 10), snapshotOf(run));
    const stored = await panel.page.evaluate(() => sessionStorage.getItem('state') ?? '');
    assert.equal((JSON.parse(stored) as { runId?: string }).runId, 'run-1');
    assert.equal(
      await panel.page.getByRole('button', { name: 'Log' }).getAttribute('aria-pressed'),
      'true',
    );
    assert.equal(
      await panel.page
        .getByRole('button', { name: 'acc', exact: true })
        .getAttribute('aria-pressed'),
      'true',
    );
    assert.ok(await panel.page.locator('.detail').isVisible());
    assert.equal(await text('.detail strong'), 'dense_Dense3');
  });

  it('repaints when the theme changes', async () => {
    await open({}, snapshotOf(run));
    const blue = LIGHT.variables['charts-blue']!;
    const bars = `${FIRST_ROW} .histogram`;
    assert.equal(sum((await inkOf(panel.page, bars, rgb(blue))).columns), 0);
    await panel.page.evaluate((variables) => {
      for (const [name, value] of Object.entries(variables)) {
        document.documentElement.style.setProperty(`--vscode-${name}`, value);
      }
    }, LIGHT.variables);
    await panel.drawn();
    assert.ok(sum((await inkOf(panel.page, bars, rgb(blue))).columns) > 50);
  });

  it('gives every picture and every control a name', async () => {
    const findings = [vanishingFinding(run)];
    await open({ theme: HIGH_CONTRAST }, snapshotOf(run, { findings }));
    await panel.send({ type: 'focusLayer', layer: 'dense_Dense3' });
    const nameless = await panel.page.evaluate(() =>
      Array.from(document.querySelectorAll('button, input, select, [role=grid], canvas'))
        .filter((node) => node.getAttribute('aria-hidden') !== 'true')
        .filter((node) => node.tagName !== 'CANVAS' || node.getAttribute('role') === 'img')
        .filter(
          (node) => `${node.getAttribute('aria-label') ?? ''}${node.textContent}`.trim() === '',
        )
        .map((node) => node.outerHTML),
    );
    assert.deepEqual(nameless, []);
    const pictures = panel.page.locator('canvas:not([aria-hidden="true"])');
    const named = panel.page.locator('canvas[role="img"][aria-label]:not([aria-hidden="true"])');
    assert.equal(await pictures.count(), await named.count());
  });

  for (const width of [320, 400, 720, 1040, 1600]) {
    it(`fits a window ${width} pixels wide`, async () => {
      const findings = [vanishingFinding(run)];
      await open(
        { width },
        snapshotOf(run, { findings, backendReason: 'A long reason. '.repeat(6) }),
      );
      await panel.send({ type: 'focusLayer', layer: 'dense_Dense3' });
      const overflow = await panel.page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.equal(overflow, 0);
      const cut = await panel.page.evaluate(() =>
        Array.from(document.querySelectorAll('.layer-row canvas')).every(
          (c) => c.clientWidth > 30 || getComputedStyle(c).display === 'none',
        ),
      );
      assert.ok(cut, 'every picture has room');
    });
  }
});
