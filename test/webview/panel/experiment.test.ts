// The page of an experiment: its table sorts, its plot is walked through, both open runs; in every kind of theme.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { parseFromExperimentPage } from '../../../src/shared/protocol/experimentGuard';
import { launchChromium } from '../harness';
import { ExperimentPageHost } from './experimentPage';
import { syntheticRateTest, syntheticSweep } from './syntheticExperiments';
import { DARK, HIGH_CONTRAST, LIGHT } from './themes/themes';

const OUT = path.resolve(__dirname, '../../../out/screenshots');

describe('page of an experiment', function () {
  this.timeout(60_000);
  let browser: Browser;
  let host: ExperimentPageHost;
  before(async () => (browser = await launchChromium()));
  after(() => browser.close());
  beforeEach(async () => (host = await ExperimentPageHost.open(browser, DARK)));
  afterEach(async () => {
    const { errors } = host;
    await host.close();
    assert.deepEqual(errors, []);
  });

  const column = (index: number): Promise<string[]> =>
    host.page.locator(`.trials tbody tr > :nth-child(${index})`).allInnerTexts();
  const numbers = async (index: number): Promise<number[]> =>
    (await column(index)).filter((text) => text !== '–').map(Number);

  it('lists trials best first, sorts by a column, and marks the best', async () => {
    const sweep = syntheticSweep(30);
    await host.show(sweep);
    const values = await numbers(4);
    assert.deepEqual(values, values.toSorted((a, b) => a - b)); // prettier-ignore
    const best = host.page.locator('tr[data-best]');
    assert.equal(await best.count(), 1);
    assert.match(await best.locator('th').innerText(), new RegExp(`${sweep.best}$`));
    // What failed has no value, and comes last.
    const states = await column(3);
    assert.equal(states.at(-1), 'Failed');
    await host.page.getByRole('button', { name: 'learningRate' }).click();
    const rates = await numbers(5);
    assert.deepEqual(rates, rates.toSorted((a, b) => a - b)); // prettier-ignore
    await host.page.getByRole('button', { name: 'learningRate' }).click();
    assert.deepEqual(await numbers(5), rates.toReversed());
    assert.match(await host.page.locator('.facts').innerText(), /Best\s+trial \d+: loss 0\.\d+ with learningRate/); // prettier-ignore
  });

  it('opens the run of a trial from its row and from the plot, by keys alone', async () => {
    const sweep = syntheticSweep(12);
    await host.show(sweep);
    await host.page.locator('.trials tbody tr').first().getByRole('button').focus();
    await host.page.keyboard.press('Enter');
    await host.page.locator('.parallel-plot').focus();
    await host.page.keyboard.press('ArrowDown');
    await host.page.keyboard.press('Home');
    assert.match(await host.page.locator('.card-parallel .card-note').innerText(), /^Trial \d+ · /);
    await host.page.keyboard.press('Enter');
    const asked = await host.asked();
    assert.deepEqual(asked, [
      { type: 'openTrial', trial: sweep.best },
      { type: 'openTrial', trial: sweep.best },
    ]);
    assert.ok(asked.every((message) => parseFromExperimentPage(message) !== undefined));
    assert.equal(await host.page.locator('tr[data-highlighted] th').innerText(), (await column(2))[0]); // prettier-ignore
  });

  it('filters by drawing along an axis, and clears the filter', async () => {
    await host.show(syntheticSweep(40));
    const plot = host.page.locator('.parallel-plot');
    const box = (await plot.boundingBox())!;
    // The last axis, its upper half: the better trials.
    const x = box.x + box.width - 72;
    await host.page.mouse.move(x, box.y + 40);
    await host.page.mouse.down();
    await host.page.mouse.move(x, box.y + 150, { steps: 4 });
    await host.page.mouse.up();
    const clear = host.page.getByRole('button', { name: 'Clear filter' });
    assert.ok(await clear.isVisible());
    assert.deepEqual(await host.asked(), []);
    await clear.click();
    assert.ok(!(await clear.isVisible()));
  });

  it('offers what can be done, and compares the ticked trials', async () => {
    const visible = async (): Promise<string[]> =>
      (await host.page.locator('.toolbar button:visible').allInnerTexts()).map((text) => text.trim()); // prettier-ignore
    await host.show(syntheticSweep(6, { state: 'running', planned: 20 }));
    assert.deepEqual(await visible(), ['Stop', 'Apply', 'Open file', 'Compare']);
    const compare = host.page.getByRole('button', { name: 'Compare', exact: true });
    assert.ok(await compare.isDisabled());
    for (const number of [2, 5]) await host.page.getByLabel(`Compare trial ${number}`).check();
    await compare.click();
    await host.page.getByRole('button', { name: 'Stop' }).click();
    assert.deepEqual(await host.asked(), [
      { type: 'compare', trials: [2, 5] },
      { type: 'action', action: 'stop' },
    ]);
    // Ticks survive an update, and the order follows it.
    await host.show(syntheticSweep(9, { state: 'completed' }));
    assert.ok(await host.page.getByLabel('Compare trial 5').isChecked());
    assert.deepEqual(await visible(), ['Apply', 'Run again', 'Open file', 'Compare']);
  });

  it('shows the names of the user’s code as text', async () => {
    const sweep = syntheticSweep(2);
    const name = '<img src=x onerror=alert(1)>';
    await host.show({ ...sweep, title: name, parameters: [{ name, values: [name] }], trials: sweep.trials.map((trial) => ({ ...trial, values: { [name]: name } })) }); // prettier-ignore
    assert.equal(await host.page.locator('img').count(), 0);
    assert.equal(await host.page.locator('h1').innerText(), name);
  });

  it('takes 1,000 trials without holding the page up', async () => {
    const sweep = syntheticSweep(1000);
    await host.show(sweep);
    const ms = await host.page.evaluate(
      (json) => {
        const start = performance.now();
        window.dispatchEvent(new MessageEvent('message', { data: JSON.parse(json) as unknown }));
        return performance.now() - start;
      },
      JSON.stringify({ type: 'experiment', shown: sweep }),
    );
    // An update, of which there are five a second, on a machine of two busy cores.
    assert.ok(ms < 1000, `${ms} ms`);
    assert.equal(await host.page.locator('.trials tbody tr').count(), 1000);
  });

  it('shows a range test with its advice, and its numbers as a table', async () => {
    const test = syntheticRateTest();
    await host.show(test);
    const rate = test.suggested!.rate;
    assert.match(await host.page.locator('.rate-advice').innerText(), /is suggested\. .* The source has 0\.03\./); // prettier-ignore
    assert.ok(rate >= 1e-4 && rate <= 0.01, String(rate));
    assert.match((await host.page.locator('.rate-plot').getAttribute('aria-label')) ?? '', /explodes from/); // prettier-ignore
    await host.page.getByRole('button', { name: 'Show losses as a table' }).click();
    // Built with the next frame.
    await host.page.locator('.data-table tbody tr').nth(20).waitFor();
    await host.page.getByRole('button', { name: 'Apply' }).click();
    assert.deepEqual(await host.asked(), [{ type: 'action', action: 'apply' }]);
  });

  it('is drawn in every kind of theme', async () => {
    await mkdir(OUT, { recursive: true });
    const themes = [['dark', DARK], ['light', LIGHT], ['hc', HIGH_CONTRAST]] as const; // prettier-ignore
    for (const [name, theme] of themes) {
      const page = await ExperimentPageHost.open(browser, theme);
      for (const [what, shown] of [
        ['sweep', syntheticSweep(40)],
        ['sweep-running', syntheticSweep(7, { state: 'running', planned: 20 })],
        ['rates', syntheticRateTest()],
      ] as const) {
        await page.show(shown);
        await page.page.screenshot({ path: path.join(OUT, `${name}-experiment-${what}.png`) });
      }
      await page.page.setViewportSize({ width: 420, height: 900 });
      await page.show(syntheticSweep(12));
      await page.page.screenshot({ path: path.join(OUT, `${name}-experiment-narrow.png`) });
      assert.deepEqual(page.errors, []);
      await page.close();
    }
  });
});
