// Exports in a real browser: charts that the built page saves as SVG and PNG, and the report as its reader opens it.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { checkPng, checkSvg } from '../../../src/export/pictureFile';
import { htmlReport } from '../../../src/export/report/report';
import { parseFromPanel } from '../../../src/shared/protocol/guards';
import { exported } from '../../unit/export/exported';
import { launchChromium } from '../harness';
import { PanelPage } from './panelPage';
import { NO_STEPS, snapshotOf, syntheticRun, vanishingFinding, viewOf } from './syntheticRun';
import { DARK, HIGH_CONTRAST, LIGHT, type TestTheme } from './themes/themes';

const run = syntheticRun({ layers: 4, steps: 150, stepsPerEpoch: 50, nanFrom: 140 });
const LAYER = 'conv2d_Conv2D1';

interface Picture {
  name: string;
  svg: string;
  png: Uint8Array<ArrayBuffer>;
}

/** The pictures that the page has handed over, past the host's guard. */
async function pictures({ page }: PanelPage, count: number): Promise<Picture[]> {
  await page.waitForFunction(
    (least) =>
      (window as unknown as { sent: { type: string }[] }).sent.filter(
        ({ type }) => type === 'picture',
      ).length >= least,
    count,
  );
  const packed = await page.evaluate(() => {
    const { sent } = window as unknown as {
      sent: { type: string; name: string; svg: string; png: ArrayBuffer }[];
    };
    return sent
      .filter(({ type }) => type === 'picture')
      .map(({ png, ...rest }) => {
        let bytes = '';
        for (const byte of new Uint8Array(png)) bytes += String.fromCharCode(byte);
        return { ...rest, png: btoa(bytes) };
      });
  });
  return packed.map(({ png, ...rest }) => {
    const message = parseFromPanel({
      ...rest,
      png: Uint8Array.from(Buffer.from(png, 'base64')).buffer,
    });
    assert.ok(message?.type === 'picture');
    return { name: message.name, svg: message.svg, png: new Uint8Array(message.png) };
  });
}

/** Width and height from the head of a PNG file. */
function sizeOf(png: Uint8Array<ArrayBuffer>): [number, number] {
  const view = new DataView(png.buffer);
  return [view.getUint32(16), view.getUint32(20)];
}

/** How many pixels of a picture that was handed over have each of some colours, `#rrggbb`. */
async function pixels({ page }: PanelPage, name: string, colors: string[]): Promise<number[]> {
  return page.evaluate(
    async ({ picture, wanted }) => {
      const { sent } = window as unknown as { sent: { name?: string; png: ArrayBuffer }[] };
      const { png } = sent.find((message) => message.name === picture)!;
      const bitmap = await createImageBitmap(new Blob([png]));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext('2d')!;
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      const all = new Uint32Array(data.buffer);
      return wanted.map((color) => {
        const rgb = parseInt(color.slice(1), 16);
        // Opaque, in the order of bytes that the canvas has.
        const abgr =
          (0xff000000 | ((rgb & 255) << 16) | (rgb & 0xff00) | ((rgb >> 16) & 255)) >>> 0;
        return all.reduce((count, pixel) => count + (pixel === abgr ? 1 : 0), 0);
      });
    },
    { picture: name, wanted: colors },
  );
}

/** Colour of an element's text, and of the first ground behind it that is not transparent. */
async function coloursOf(page: Page, selector: string): Promise<{ text: string; ground: string }> {
  return page
    .locator(selector)
    .first()
    .evaluate((element) => {
      const style = getComputedStyle(element);
      const text = element instanceof SVGElement ? style.fill : style.color;
      for (let at: Element | null = element; at; at = at.parentElement) {
        const ground = getComputedStyle(at).backgroundColor;
        if (!ground.endsWith(', 0)')) return { text, ground };
      }
      return { text, ground: 'rgb(255, 255, 255)' };
    });
}

/** Relative luminance of an `rgb(…)` colour (WCAG 2.2). */
function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).map((channel) => {
    const c = Number(channel) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

describe('export', function () {
  this.timeout(120_000);
  let browser: Browser;
  let panel: PanelPage | undefined;
  before(async () => (browser = await launchChromium()));
  after(() => browser.close());
  afterEach(async function () {
    const errors = panel?.errors ?? [];
    await panel?.close();
    panel = undefined;
    if (this.currentTest?.state === 'passed') assert.deepEqual(errors, []);
  });

  const open = async (theme: TestTheme, snapshot = snapshotOf(run)): Promise<PanelPage> => {
    panel = await PanelPage.open({ browser, bodyClass: 'vscode-reduce-motion', theme });
    await panel.send(snapshot);
    return panel;
  };

  for (const theme of [LIGHT, DARK, HIGH_CONTRAST]) {
    it(`saves every chart as it is shown (${theme.id})`, async () => {
      const page = await open(theme);
      await page.send({ type: 'focusLayer', layer: LAYER });
      const subjects = ['the curve', 'the map', 'the histogram', 'the gradient over the steps'];
      for (const subject of subjects) {
        const button = page.page.getByRole('button', { name: `Save a picture of ${subject}` });
        // By the keyboard alone.
        await button.focus();
        await page.page.keyboard.press('Enter');
      }
      const saved = await pictures(page, subjects.length);
      const headings = ['Loss · ', 'Gradient norm by layer', `Gradient of ${LAYER} at step 150`];
      for (const heading of [...headings, `Gradient of ${LAYER} over the steps`]) {
        assert.ok(
          saved.some(({ svg }) => svg.includes(`>${heading}`)),
          heading,
        );
      }
      for (const { svg, png, name } of saved) {
        assert.doesNotThrow(() => checkSvg(svg), name);
        assert.doesNotThrow(() => checkPng(png), name);
        assert.match(name, /of mnist-cnn\.model\.ts$/);
        // Other programs know neither variables nor mixed colours.
        assert.doesNotMatch(
          svg,
          /var\(|color-mix|rgba?\([^)]*\/|NaN[^ <]|undefined|Infinity/,
          name,
        );
        const [, width = '', height = ''] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? [];
        assert.deepEqual(sizeOf(png), [2 * Number(width), 2 * Number(height)]);
        const background = /<rect width="\d+" height="\d+" fill="(#[0-9a-f]{6})"/.exec(svg)?.[1];
        const ink = /font-weight="600" fill="(#[0-9a-f]{6})"/.exec(svg)?.[1];
        assert.ok(background !== undefined && ink !== undefined, name);
        const [ground = 0, text = 0] = await pixels(page, name, [background, ink]);
        const all = 4 * Number(width) * Number(height);
        assert.ok(ground > 0.1 * all, `${name}: ${ground}`);
        // The heading, at least.
        assert.ok(text > 300, `${name}: ${text}`);
      }
    });
  }

  it('saves the curve with the scale and smoothing that the card has', async () => {
    const page = await open(DARK);
    const save = page.page.getByRole('button', { name: 'Save a picture of the curve' });
    await save.click();
    await page.page.getByRole('button', { name: 'Log' }).click();
    await page.drawn();
    await save.click();
    const [linear, log] = await pictures(page, 2);
    assert.ok(linear && log);
    /** Pixels between the numbers of the value axis, and between their values. */
    const spacings = (svg: string): number[] => {
      const labels = [...svg.matchAll(/<text x="50" y="([\d.]+)"[^>]*>([\d.]+)</g)];
      const at = labels.map(([, y, value]) => ({ y: Number(y), value: Number(value) }));
      assert.ok(at.length >= 3, svg.slice(0, 2000));
      return at.slice(1).map(({ y, value }, i) => (at[i]!.y - y) / (value - at[i]!.value));
    };
    const [first = 0, ...others] = spacings(linear.svg);
    for (const spacing of others) assert.ok(Math.abs(spacing / first - 1) < 0.02);
    const decades = spacings(log.svg);
    // In decades, the same difference takes less room where the values are larger.
    decades.slice(1).forEach((spacing, i) => assert.ok(spacing < decades[i]!));
    assert.match(linear.svg, />not finite</);
  });

  it('exports the run by the button in the header, once there is something to export', async () => {
    const page = await open(DARK, {
      ...{ type: 'snapshot', ...NO_STEPS },
      view: { ...viewOf({ layers: [], records: [], epochs: [] }), state: 'starting' },
    });
    const button = page.page.getByRole('button', { name: /^Export/ });
    assert.match((await button.getAttribute('title')) ?? '', /nothing is recorded yet/);
    // Disabled buttons keep their focus, and tell why.
    await button.dispatchEvent('click');
    await page.send(snapshotOf(run));
    await button.click();
    const actions = (await page.sent()).filter(({ type }) => type === 'action');
    assert.deepEqual(actions, [{ type: 'action', action: 'exportRun' }]);
  });

  describe('report', () => {
    let folder = '';
    let url = '';
    before(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'gradient-lens-report-'));
      const { run: of, ...rest } = exported({ layers: 12, steps: 120, nanFrom: 110 });
      const view = { ...rest.view, findings: [vanishingFinding(of), vanishingFinding(of, true)] };
      const file = path.join(folder, 'report.html');
      const sourceLine = () => 'tf.layers.dense({ units: 128 })';
      await writeFile(file, [...htmlReport({ ...rest, view, sourceLine })].join(''));
      url = pathToFileURL(file).href;
    });
    after(() => rm(folder, { recursive: true, force: true }));

    it('opens without a request or an error, and fits windows of any width', async () => {
      for (const width of [1280, 700, 380]) {
        const page = await browser.newPage({ viewport: { width, height: 900 } });
        const trouble: string[] = [];
        page.on('console', (message) => trouble.push(message.text()));
        page.on('request', (request) => {
          if (request.url() !== url) trouble.push(request.url());
        });
        await page.goto(url);
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        assert.equal(overflow, 0, `${width} px: ${overflow} px too wide`);
        const headings = await page.locator('h2').allInnerTexts();
        const expected = ['Findings', 'Curves', 'Gradient norm by layer and step'];
        assert.deepEqual(headings.slice(0, 3), expected);
        assert.equal(await page.locator('article').count(), 2);
        assert.equal(await page.locator('svg[role=img]').count(), 2 + 1 + 3 * 12);
        assert.deepEqual(trouble, []);
        await page.close();
      }
    });

    it('is dark where its reader’s system is, light elsewhere and on paper, and legible', async () => {
      const selectors = ['h1', '.path', '.tile span', 'p.small', 'code', 'pre', 'th', 'svg text'];
      selectors.push('.badge.warning', 'td.bad', 'dt', 'footer');
      for (const scheme of ['light', 'dark', 'print'] as const) {
        const colorScheme = scheme === 'light' ? 'light' : 'dark';
        const page = await browser.newPage({ colorScheme });
        if (scheme === 'print') await page.emulateMedia({ media: 'print' });
        await page.goto(url);
        for (const selector of selectors) {
          const { text, ground } = await coloursOf(page, selector);
          const [high, low] = [text, ground].map(luminance).sort((a, b) => b - a) as [
            number,
            number,
          ];
          const contrast = (high + 0.05) / (low + 0.05);
          assert.ok(contrast >= 4.5, `${scheme}, ${selector}: ${contrast.toFixed(2)}`);
          assert.equal(luminance(ground) < 0.2, scheme === 'dark', `${scheme}, ${selector}`);
        }
        await page.close();
      }
    });
  });
});
