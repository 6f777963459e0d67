// The page that compares runs, as built, in a real Chromium: curves, maps, histograms and the table of several runs,
// its controls by pointer and keyboard, and what there is to see where data is missing.
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../harness';
import { ComparePage, testRun, type ComparePageOptions } from './comparePage';
import { HIGH_CONTRAST } from './themes/themes';

const sigmoid = () =>
  testRun(
    'before',
    { layers: 3, steps: 120, seed: 5, depthFactor: 0.3 },
    {
      labels: { name: 'sigmoid' },
      hyperparameters: { lr: 0.01, activation: 'sigmoid', batch: 32 },
    },
  );
const relu = () =>
  testRun(
    'after',
    { layers: 4, steps: 80, seed: 6 },
    { labels: { name: 'relu' }, hyperparameters: { lr: 0.02, activation: 'relu', batch: 32 } },
  );

describe('page that compares runs', () => {
  let browser: Browser;
  let compare: ComparePage | undefined;

  const open = async (options: Omit<ComparePageOptions, 'browser'>): Promise<ComparePage> => {
    compare = await ComparePage.open({ browser, ...options });
    return compare;
  };
  /** The table's rows as text, cells apart. */
  const rows = async ({ page }: ComparePage): Promise<string[][]> =>
    page
      .locator('.fact-table tbody tr:not(.fact-section)')
      .evaluateAll((all) => all.map((row) => Array.from(row.children, (cell) => cell.textContent)));
  const row = async (page: ComparePage, label: string): Promise<string[]> => {
    const found = (await rows(page)).find(([head]) => head?.startsWith(label));
    assert.ok(found, `no row ${label}`);
    return found.slice(1);
  };
  const label = async ({ page }: ComparePage, selector: string): Promise<string> =>
    (await page.locator(selector).first().getAttribute('aria-label')) ?? '';
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());
  afterEach(async () => {
    await compare?.close();
    assert.deepEqual(compare?.errors ?? [], []);
    compare = undefined;
  });

  it('overlays the curves, and reads them off under the pointer and with the keys', async () => {
    const page = await open({ runs: [sigmoid(), relu()] });
    assert.match(
      await label(page, '.card-curves canvas'),
      /^Curves of loss of 2 runs\. sigmoid: now/,
    );
    await page.page.locator('.card-curves canvas').focus();
    await page.page.keyboard.press('Home');
    await page.page.keyboard.press('Shift+ArrowRight');
    const readout = page.page.locator('.card-curves .readout');
    await readout.getByText('step 12', { exact: true }).waitFor();
    assert.match(await readout.innerText(), /sigmoid\s+[\d.]+[\s\S]*relu\s+[\d.]+/);
    await page.page.getByRole('button', { name: 'acc', exact: true }).click();
    await page.page.waitForFunction(() =>
      document.querySelector('.card-curves canvas')?.ariaLabel?.startsWith('Curves of acc'),
    );
  });

  it('aligns by step or by time', async () => {
    const page = await open({ runs: [sigmoid(), relu()] });
    await page.page.getByRole('button', { name: 'Time', exact: true }).click();
    await page.page.locator('.card-curves canvas').focus();
    await page.page.keyboard.press('End');
    // 120 steps of 0.03 s each.
    await page.page.locator('.card-curves .readout').getByText('3.6 s', { exact: true }).waitFor();
    await page.page.getByRole('button', { name: 'Show curves as a table' }).click();
    const table = page.page.locator('.card-curves table');
    assert.equal(await table.locator('caption').innerText(), 'loss by time');
    const last = await table.locator('tbody tr').last().innerText();
    assert.match(last, /^3\.6 s\t[\d.]+\t$/, 'the shorter run has no value at the end');
  });

  it('shows what differs, what is best, and how far each is from the baseline', async () => {
    const page = await open({ runs: [sigmoid(), relu()], baseline: 'before' });
    assert.deepEqual(await row(page, 'lr'), ['0.01', '0.02×2']);
    assert.deepEqual(await row(page, 'activation'), ['sigmoid', 'reludiffers']);
    assert.deepEqual(await row(page, 'batch'), ['32', '32']);
    assert.deepEqual(await row(page, 'Steps'), ['120', '80−33%']);
    assert.ok((await row(page, 'Best loss')).some((cell) => cell.startsWith('best: ')));
    assert.ok((await rows(page)).some(([head]) => head === 'lr (differs)'));
    await page.page.getByRole('button', { name: 'Only differences' }).click();
    await page.page.waitForFunction(() => !document.querySelector('.fact-table .alike'));
    const heads = (await rows(page)).map(([head]) => head);
    assert.ok(heads.includes('lr (differs)') && !heads.includes('batch'), heads.join());
  });

  it('makes another run the baseline, and none', async () => {
    const page = await open({ runs: [sigmoid(), relu()] });
    assert.deepEqual(await row(page, 'lr'), ['0.01', '0.02']);
    await page.page.getByRole('button', { name: 'Show differences to this run: relu' }).click();
    await page.page.getByText('0.01×0.5').waitFor();
    await page.page.getByRole('button', { name: /press for none: relu/ }).click();
    await page.page.getByText('0.01×0.5').waitFor({ state: 'detached' });
    assert.deepEqual(
      page.posts.filter(({ type }) => type === 'baseline'),
      [{ type: 'baseline', run: 'after' }, { type: 'baseline' }],
    );
  });

  it('hides a run everywhere but in the table, and shows it again', async () => {
    const page = await open({ runs: [sigmoid(), relu()] });
    const toggle = page.page.getByRole('button', { name: /^relu, loss/ });
    assert.equal(await toggle.getAttribute('aria-pressed'), 'true');
    await toggle.focus();
    await page.page.keyboard.press('Space');
    await page.page.waitForFunction(() => document.querySelectorAll('.map-figure').length === 1);
    assert.match(await label(page, '.card-curves canvas'), /of 1 runs\. sigmoid/);
    assert.equal((await row(page, 'lr')).length, 2);
    assert.equal(await toggle.getAttribute('aria-pressed'), 'false');
    await toggle.click();
    await page.page.waitForFunction(() => document.querySelectorAll('.map-figure').length === 2);
  });

  it('puts the maps on one scale and the same rows, and points out one cell in all', async () => {
    const page = await open({ runs: [sigmoid(), relu()] });
    const maps = page.page.locator('.map-figure canvas');
    assert.equal(await maps.count(), 2);
    const heights = await maps.evaluateAll((all) => all.map(({ clientHeight }) => clientHeight));
    assert.equal(heights[0], heights[1], 'the layer that one lacks has its row');
    await maps.first().focus();
    await page.page.keyboard.press('ArrowDown');
    const readout = page.page.locator('.card-maps .readout');
    await readout.getByText(/^conv2d_Conv2D2, step/).waitFor();
    const values = await readout.locator('b').allInnerTexts();
    assert.equal(values.length, 2);
    assert.equal(values[1], '–', 'it ended before');
    assert.ok(Number(values[0]) > 0);
    await page.page.keyboard.press('Enter');
    await page.page.waitForFunction(
      () =>
        document.querySelector<HTMLSelectElement>('select[aria-label=Layer]')?.value ===
        'conv2d_Conv2D2',
    );
  });

  it('overlays the histograms of a layer at a step', async () => {
    const page = await open({ runs: [sigmoid(), relu()] });
    const canvas = '.card-histograms canvas';
    assert.match(
      await label(page, canvas),
      /^Gradient histograms of conv2d_Conv2D1\. sigmoid: most/,
    );
    const readout = page.page.locator('.card-histograms .readout');
    assert.match(await readout.innerText(), /step 120[\s\S]*step 80/);
    await page.page.getByLabel('Step of the histograms').fill('500');
    await readout.getByText('step 60', { exact: true }).first().waitFor();
    assert.equal(await readout.getByText('step 60', { exact: true }).count(), 2);
    const look = page.posts.findLast(({ type }) => type === 'look');
    assert.deepEqual(look?.type === 'look' && look.at.map(({ run }) => run), ['before', 'after']);
    await page.page.getByLabel('Quantity').selectOption('activation');
    await page.page.waitForFunction(
      (selector) => document.querySelector(selector)?.ariaLabel?.startsWith('Output histograms'),
      canvas,
    );
    await page.page.getByRole('button', { name: 'Newest' }).click();
    await readout.getByText('step 120', { exact: true }).waitFor();
    await page.page.getByLabel('Layer', { exact: true }).selectOption('dense_Dense4');
    await page.page.getByText(/No output histogram of this layer at this step: sigmoid/).waitFor();
  });

  it('follows a run that trains, and keeps what was chosen', async () => {
    const growing = testRun('live', { layers: 2, steps: 90, seed: 7 }, { state: 'running' }, 30);
    const page = await open({ runs: [sigmoid(), growing] });
    const readout = page.page.locator('.card-histograms .readout');
    await readout.getByText('step 30', { exact: true }).waitFor();
    for (const record of growing.records.slice(30)) growing.history.append(record);
    growing.summary = { ...growing.summary, step: 90, lastLoss: 0.125 };
    growing.changed.fire();
    page.comparison.refresh();
    await readout.getByText('step 90', { exact: true }).waitFor();
    await page.page.locator('.chip-value', { hasText: '0.125' }).waitFor();
  });

  it('keeps colours when a run goes, and knows its runs after a reload', async () => {
    const third = testRun('third', { layers: 2, steps: 40, seed: 8 }, { title: 'third.js' });
    const page = await open({ runs: [sigmoid(), relu(), third] });
    const color = () =>
      page.page.locator('.chip').last().locator('path').first().getAttribute('stroke');
    const was = await color();
    await page.page.getByRole('button', { name: 'Remove from the comparison: sigmoid' }).click();
    await page.page.waitForFunction(() => document.querySelectorAll('.chip').length === 2);
    assert.equal(await color(), was);
    const kept = () => page.page.evaluate(() => sessionStorage.getItem('state') ?? '');
    assert.deepEqual((JSON.parse(await kept()) as { runs: unknown }).runs, [
      null,
      'after',
      'third',
    ]);
    await page.page.getByRole('button', { name: 'Log', exact: true }).click();
    await page.page.reload();
    await page.settled();
    const log = page.page.getByRole('button', { name: 'Log', exact: true });
    assert.equal(await log.getAttribute('aria-pressed'), 'true');
    assert.match(await label(page, '.card-curves canvas'), /of 2 runs/);
  });

  it('says what there is not: no run, one, no gradients, one that cannot be read', async () => {
    let page = await open({ runs: [] });
    await page.page.getByText('No runs to compare').waitFor();
    await page.page.getByRole('button', { name: 'Add runs to compare' }).click();
    await pause(50);
    assert.ok(page.posts.some(({ type }) => type === 'add'));
    await page.close();
    page = await open({ runs: [sigmoid()] });
    await page.page.getByText('One run so far').waitFor();
    assert.equal((await row(page, 'lr')).length, 1);
    await page.close();
    const silent = testRun('silent', { layers: 0, steps: 0 }, { title: 'silent.js', spark: [] });
    page = await open({ runs: [sigmoid(), silent] });
    await page.page.getByText('no gradients recorded').waitFor();
    await page.close();
    const failed = {
      ...testRun(
        'failed',
        { layers: 1, steps: 3, nanFrom: 2 },
        { title: 'bad.js', state: 'failed' },
      ),
      view: () => ({ layers: [], error: { code: 'x', message: 'The loss is NaN.' } }),
    };
    page = await open({ runs: [sigmoid(), failed], theme: HIGH_CONTRAST });
    await page.page.getByText('bad.js: The loss is NaN.').waitFor();
    assert.match(await page.page.locator('.chip.is-failed').innerText(), /failed NaN/);
  });

  it('fits a narrow page, however many runs', async () => {
    const runs = Array.from({ length: 8 }, (_, i) =>
      testRun(
        `run-${i}`,
        { layers: 2, steps: 30, seed: i + 1 },
        { hyperparameters: { lr: 10 ** -i } },
      ),
    );
    const page = await open({ runs, width: 380 });
    const { scroll, client } = await page.page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      client: document.documentElement.clientWidth,
    }));
    assert.equal(scroll, client, 'the table scrolls within its card');
    const add = page.page.getByRole('button', { name: 'At most 8 runs are compared' });
    assert.equal(await add.getAttribute('aria-disabled'), 'true');
    const strokes = await page.page
      .locator('.chip .swatch path:first-child')
      .evaluateAll((all) =>
        all.map((path) => [path.getAttribute('stroke'), path.getAttribute('stroke-dasharray')]),
      );
    assert.equal(new Set(strokes.map(([color]) => color)).size, 8);
    assert.equal(new Set(strokes.map(([, dash]) => dash)).size, 8);
  });
});
