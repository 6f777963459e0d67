// A training debugged as a person does it: a breakpoint on the line of a layer, F5, the walk through a step, a
// step back, another learning rate, and the halt at the first number that is not finite.
import assert from 'node:assert/strict';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { eventually } from './panelPage';
import { Window } from './window';

const MODEL = 'overflows.model.js';
const BROKEN_STEP = 7;

describe('debugging a training in the window', () => {
  let window: Window;

  before(async () => {
    const source = path.join(__dirname, 'workspace');
    const settings = { 'gradientLens.seed': 1 };
    window = await Window.open({ name: 'debugTraining', source, settings });
  });

  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    await window.screenshot(`failure-${this.currentTest.title.replace(/\W+/g, '-')}`);
    process.stdout.write(`${await window.log()}\n`);
  });

  after(() => window.close());

  const frames = () => window.page.locator('.debug-call-stack .monaco-list-row');
  const variables = () => window.page.locator('.debug-variables .monaco-list-row');
  const line = (text: string) => window.page.locator('.view-line', { hasText: text }).first();

  /** Presses a button of the debug toolbar, and waits for the place where the training stands then. */
  async function press(button: string, place: RegExp): Promise<void> {
    await window.page.locator(`.debug-toolbar [aria-label^="${button}"]`).first().click();
    await at(place);
  }

  async function at(place: RegExp): Promise<void> {
    await frames().filter({ hasText: place }).first().waitFor();
  }

  /** F5, until it is ours: a window that has just opened learns late which keys the extension has. */
  async function startByKey(): Promise<void> {
    const { page } = window;
    const choice = page.locator('.quick-input-widget', { hasText: 'Gradient Lens: train' });
    const isStarted = () => page.locator('.debug-toolbar').isVisible();
    await eventually(
      'a session by F5',
      async () => {
        if (await choice.isVisible()) await page.keyboard.press('Escape');
        await page.keyboard.press('F5');
        const started = page.locator('.debug-toolbar').waitFor({ timeout: 10_000 });
        const asked = choice.waitFor({ timeout: 10_000 });
        await Promise.any([started, asked]).catch(() => undefined);
        return isStarted();
      },
      (started) => started,
    );
  }

  /** Opens a row of the Variables view. */
  async function open(row: Locator): Promise<void> {
    await row.click();
    if ((await row.getAttribute('aria-expanded')) !== 'true') {
      await window.page.keyboard.press('ArrowRight');
    }
  }

  it('stops at a breakpoint on the line of a layer, and shows source, stack, variables and panel', async () => {
    const { page, panel } = window;
    await window.openFile(MODEL);
    // A window that has just opened learns late which keys it has.
    await page.locator('.codelens-decoration', { hasText: 'Debug' }).waitFor();
    await line("name: 'output'").click();
    await page.keyboard.press('F9');
    await page.locator('.codicon-debug-breakpoint').first().waitFor();
    await line("name: 'output'").click();
    await startByKey();
    const view = page.locator('.debug-call-stack');
    if (!(await view.isVisible())) {
      await page.locator('.activitybar [aria-label^="Run and Debug"]').first().click();
    }
    await at(/forward of output/);
    for (const frame of [/step 1/, /epoch 1/, /run of overflows/]) await at(frame);
    await page.locator('.debug-top-stack-frame-line, .codicon-debug-stackframe').first().waitFor();
    await panel
      .locator('.time-place', { hasText: /Step 1 of 24, paused in forward of output/ })
      .waitFor();
    await panel.locator('.layer-row[aria-current="step"][data-layer="output"]').waitFor();
    await open(
      variables()
        .filter({ hasText: /^Layers/ })
        .first(),
    );
    await open(
      variables()
        .filter({ hasText: /^output/ })
        .first(),
    );
    await variables()
      .filter({ hasText: /^activation.*\[8, 1\]/ })
      .first()
      .waitFor();
    await window.screenshot('stopped');
  });

  it('walks into the backward pass, shows the numbers at the line, and goes a phase back', async () => {
    const { panel } = window;
    await press('Continue', /backward of output/);
    await press('Step Into', /backward of hidden/);
    await panel.locator('.time-place', { hasText: /paused in backward of hidden/ }).waitFor();
    await eventually(
      'numbers at the end of the line',
      () => line("name: 'hidden'").innerText(),
      (text) => /‖∇‖.*‖δ‖/.test(text.replaceAll('\u00a0', ' ')),
    );
    await window.screenshot('backward');
    await press('Step Back', /backward of output/);
  });

  it('takes another learning rate in the console, which the panel marks', async () => {
    const { page, panel } = window;
    await line("name: 'output'").click();
    await page.keyboard.press('F9');
    await press('Step Over', /update/);
    await variables()
      .filter({ hasText: /^step\s*=\s*2 of 24/ })
      .first()
      .waitFor();
    await page
      .locator('.panel .action-label', { hasText: /^Debug Console/ })
      .first()
      .click();
    await page.locator('.repl-input-wrapper .view-lines').click();
    await page.keyboard.type('lr = 0.02');
    await page.keyboard.press('Enter');
    await page
      .locator('.repl .monaco-list-row', { hasText: /Learning rate 0\.01 → 0\.02/ })
      .first()
      .waitFor();
    await panel.locator('.time-mark').waitFor();
  });

  it('halts where the first number is not finite, says why, and ends', async () => {
    const { page, panel } = window;
    await page.locator('.debug-toolbar [aria-label^="Continue"]').first().click();
    const box = page.locator('.exception-widget');
    await box.waitFor();
    const words = await box.innerText();
    assert.match(words, new RegExp(`step ${BROKEN_STEP}`));
    assert.match(words, /labels have 1 NaN/, 'the box does not give the cause');
    assert.match(words, /Remedy 1/, 'the box offers nothing to do');
    const status = page.locator('.statusbar-item', { hasText: `step ${BROKEN_STEP}` });
    await status.first().waitFor();
    // Phase, step, epoch and run, none of them folded away.
    for (const name of ['loss', `step ${BROKEN_STEP}`, 'epoch 1', `run of ${MODEL}`]) {
      await frames().filter({ hasText: name }).first().waitFor();
    }
    await panel
      .locator('.time-place', { hasText: new RegExp(`^Step ${BROKEN_STEP} of 24`) })
      .waitFor();
    // The slider of the panel moves the debugger's view.
    await panel.locator('.time-slider').focus();
    await page.keyboard.press('Home');
    const shownStep = (step: number) =>
      variables()
        .filter({ hasText: new RegExp(`^step\\s*=\\s*${step} of 24`) })
        .first();
    await shownStep(1).waitFor();
    await panel.locator('.time-live').click();
    await shownStep(BROKEN_STEP).waitFor();
    await window.screenshot('not-finite');
    await variables().filter({ hasText: 'hidden' }).first().click({ button: 'right' });
    const item = page.locator('.context-view .action-item', { hasText: 'View in Panel' }).first();
    await item.waitFor();
    await item.hover();
    await item.click();
    await panel.locator('.layer-row[data-layer="hidden"][aria-selected="true"]').waitFor();
    await window.screenshot('viewed');
    await page.locator('.debug-toolbar [aria-label^="Stop"]').first().click();
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    await panel.locator('.run-state', { hasText: 'Stopped' }).waitFor();
  });
});
