// The page of "Show in Gradient Lens", as built, in a real Chromium under its policy: what the inspector makes
// of real tensors, in every kind of theme.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { Browser, Page } from 'playwright-core';
import { inspect, setTraining } from '../../../node/inspector/inspect';
import { summarize } from '../../../src/shared/core/summary';
import type { Inspection, ShownInspection } from '../../../src/shared/protocol/inspection';
import { parseInspection } from '../../../src/shared/protocol/inspectionGuard';
import { launchChromium } from '../harness';
import { collectErrors, serveBuiltPage } from './builtPage';
import { DARK, HIGH_CONTRAST, LIGHT } from './themes/themes';

const ROOT = path.resolve(__dirname, '../../..');
const STAND_IN = `
  window.sent = [];
  window.acquireVsCodeApi = () => ({
    postMessage: (message) => void window.sent.push(message),
    getState: () => undefined,
    setState: () => undefined,
  });`;

function inspectionOf(value: unknown): Inspection {
  const found = parseInspection(inspect(value));
  assert.ok(found);
  return found;
}

/** A net whose first kernel has a NaN and a dead column, and last gradients. */
function brokenModel(): tf.LayersModel {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 16, inputShape: [8], activation: 'relu', name: 'hidden' }),
      tf.layers.dropout({ rate: 0.2, name: 'dropout' }),
      tf.layers.dense({ units: 3, activation: 'softmax', name: 'output' }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' });
  const values = Array.from({ length: 128 }, (_, i) => (i % 16 === 5 ? 0 : Math.sin(i + 1) / 4));
  values[37] = NaN;
  model.layers[0]!.setWeights([tf.tensor2d(values, [8, 16]), tf.zeros([16])]);
  return model;
}

describe('page of an inspection', () => {
  let browser: Browser;
  let page: Page;
  let close: () => Promise<void>;
  const errors: string[] = [];

  async function open(theme: typeof DARK): Promise<void> {
    const server = await serveBuiltPage('inspection', theme, STAND_IN);
    page = await browser.newPage({ viewport: { width: 900, height: 900 } });
    collectErrors(page, errors);
    await page.goto(server.origin);
    await page.waitForFunction('window.sent.length > 0');
    assert.deepEqual(await page.evaluate('window.sent'), [{ type: 'ready' }]);
    close = async () => {
      await page.close();
      await server.close();
    };
  }

  async function show(shown: ShownInspection): Promise<string> {
    await page.evaluate((data) => window.dispatchEvent(new MessageEvent('message', { data })), {
      type: 'inspection',
      shown,
    });
    // Drawn in the next frame.
    await page.evaluate(
      'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
    );
    return (await page.locator('#root').innerText()).replace(/\n+/g, '\n');
  }

  before(async () => {
    await tf.setBackend('cpu');
    browser = await launchChromium();
  });
  after(() => browser.close());
  afterEach(async () => {
    await close();
    assert.deepEqual(errors.splice(0), []);
  });

  for (const theme of [DARK, LIGHT, HIGH_CONTRAST]) {
    it(`shows a layer in ${theme.className}: shapes first, what is wrong, histograms`, async () => {
      await open(theme);
      const model = brokenModel();
      const variable = (model.layers[0] as unknown as { kernel: { read(): tf.Variable } }).kernel;
      const summary = summarize(Float32Array.from({ length: 128 }, (_, i) => Math.cos(i) * 1e-3));
      const kernel = variable.read();
      setTraining({ gradientOf: (of) => (of === kernel ? { step: 7, summary } : undefined) });
      const inspection = inspectionOf(model.layers[0]);
      setTraining(undefined);
      const text = await show({ expression: 'model.layers[0]', inspection });
      assert.match(
        text,
        /^hidden\nmodel\.layers\[0\]\nDense · output \[\?, 16\] · activation relu/,
      );
      assert.match(text, /kernel\n\[8, 16\]\nfloat32 · 128 elements · Variable · trainable/);
      assert.match(text, /Not finite: 1 NaN \(0\.8%\); the first is at \[2, 5\]\./);
      assert.match(text, /Gradient of step 7/);
      assert.match(text, /All values are zero\./);
      const plots = page.locator('canvas.histogram-large');
      assert.equal(await plots.count(), 3);
      assert.match(
        (await plots.nth(1).getAttribute('aria-label')) ?? '',
        /^Gradient of step 7: most/,
      );
      const pictures = path.join(ROOT, 'out/screenshots');
      await mkdir(pictures, { recursive: true });
      await page.screenshot({ path: path.join(pictures, `inspection-${theme.className}.png`) });
    });
  }

  it('shows a model as a table of its layers', async () => {
    await open(DARK);
    const inspection = inspectionOf(brokenModel());
    const text = await show({ expression: 'model', place: 'train.js:12', inspection });
    assert.match(text, /model · at train\.js:12/);
    assert.match(
      text,
      /Sequential · 195 parameters, 195 trainable · Adam at 0\.01 · categoricalCross/,
    );
    const rows = await page.locator('table.layers-table tbody tr').allInnerTexts();
    assert.deepEqual(
      rows.map((row) => row.split('\t').slice(0, 5).join(' | ')),
      [
        'hidden | Dense | [?, 16] | 144 | 1 not finite',
        'dropout | Dropout | [?, 16] | 0 | –',
        `output | Dense | [?, 3] | 51 | ${rows[2]!.split('\t')[4]!}`,
      ],
    );
    await page.screenshot({ path: path.join(ROOT, 'out/screenshots/inspection-model.png') });
  });

  it('shows tensors of a record, and says in a sentence what is no tensor', async () => {
    await open(LIGHT);
    const record = inspectionOf({ xs: tf.ones([4, 2]), ys: tf.scalar(3) });
    const text = await show({ expression: 'batch', inspection: record });
    assert.match(text, /^batch\n/);
    assert.match(text, /xs\n\[4, 2\]\nfloat32 · 8 elements/);
    assert.match(text, /ys\nscalar\nfloat32 · 1 element/);
    const other = await show({ expression: 'n', inspection: inspectionOf(42) });
    assert.equal(
      other.trim(),
      'n\nThis is a number: no tensor, variable, layer or model of TensorFlow.js.',
    );
  });
});
