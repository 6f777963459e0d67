// Writes pictures of the page that compares runs to out/screenshots, for people to look at: two and eight runs, every
// theme, narrow, and what has no data. Usage: npx tsx test/webview/panel/compareScreenshots.ts [name part]
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { launchChromium } from '../harness';
import { ComparePage, testRun, type TestRun } from './comparePage';
import { DARK, HIGH_CONTRAST, LIGHT } from './themes/themes';

const OUT = path.resolve(__dirname, '../../../out/screenshots');

const RATES = [0.1, 0.03, 0.01, 0.003, 0.001, 3e-4, 1e-4, 3e-5];
const eight = RATES.map((learningRate, i) =>
  testRun(
    `run-${i}`,
    {
      ...{ layers: 6, steps: 160 + 20 * i, seed: i + 1, depthFactor: 1 - 0.09 * i },
      ...(i === 0 && { nanFrom: 120 }),
    },
    {
      hyperparameters: { learningRate, batchSize: i % 2 === 0 ? 32 : 64, optimizer: 'adam' },
      ...(i === 0 && {
        state: 'failed' as const,
        worst: { rule: 'non-finite' as const, severity: 'error' as const, message: 'NaN.' },
      }),
      ...(i === 7 && { state: 'running' as const, live: true }),
    },
  ),
);
const two = [
  testRun(
    'before',
    { layers: 5, steps: 400, seed: 5, depthFactor: 0.35 },
    {
      labels: { name: 'sigmoid', tags: ['baseline'] },
      hyperparameters: { learningRate: 0.01, activation: 'sigmoid', batchSize: 32 },
      worst: { rule: 'vanishing-gradient', severity: 'warning', message: 'It vanishes.' },
    },
  ),
  testRun(
    'after',
    { layers: 6, steps: 300, seed: 6 },
    {
      labels: { name: 'relu, one layer more' },
      hyperparameters: { learningRate: 0.01, activation: 'relu', batchSize: 32 },
    },
  ),
];
const silent = testRun('silent', { layers: 0, steps: 0 }, { title: 'nothing.js', spark: [] });

async function main(): Promise<void> {
  await mkdir(OUT, { recursive: true });
  const part = process.argv[2] ?? '';
  const browser = await launchChromium();
  const shoot = async (
    name: string,
    runs: readonly TestRun[],
    more: Partial<Parameters<typeof ComparePage.open>[0]>,
    act?: (page: ComparePage) => Promise<void>,
  ): Promise<void> => {
    if (!name.includes(part)) return;
    const page = await ComparePage.open({ browser, runs, ...more });
    await act?.(page);
    await page.page.screenshot({ path: path.join(OUT, `compare-${name}.png`), fullPage: true });
    if (page.errors.length > 0) throw new Error(`${name}: ${page.errors.join('\n')}`);
    await page.close();
  };
  try {
    for (const [name, theme] of [
      ['dark', DARK],
      ['light', LIGHT],
      ['hc', HIGH_CONTRAST],
    ] as const) {
      await shoot(`${name}-2`, two, { theme, baseline: 'before' });
      await shoot(`${name}-8`, eight, { theme, width: 1400 });
      await shoot(`${name}-2-narrow`, two, { theme, width: 400 });
    }
    await shoot('dark-8-time', eight, { width: 900 }, async ({ page }) => {
      await page.getByRole('button', { name: 'Time' }).click();
      await page.getByRole('button', { name: 'Only differences' }).click();
      await page.locator('.map-figure canvas').nth(1).hover();
      await page.waitForTimeout(100);
    });
    await shoot('dark-1', two.slice(0, 1), {});
    await shoot('dark-none', [], {});
    await shoot('dark-silent', [two[0]!, silent], {});
  } finally {
    await browser.close();
  }
}

void main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
});
