// A program debugged as a person does it: the command, a halt at the first NaN, the panel that says why, and
// a tensor shown from the context menu of the Variables view.
import assert from 'node:assert/strict';
import path from 'node:path';
import { eventually } from './panelPage';
import { Window } from './window';

const PROGRAM = 'diverges.js';

describe('debugging in the window', () => {
  let window: Window;

  before(async () => {
    const source = path.join(__dirname, 'workspace');
    window = await Window.open({ name: 'debugging', source });
  });

  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    await window.screenshot(`failure-${this.currentTest.title.replace(/\W+/g, '-')}`);
    process.stdout.write(`${await window.log()}\n`);
  });

  after(() => window.close());

  it('halts at the first NaN in the user’s own function, and the panel names the reason', async () => {
    await window.openFile(PROGRAM);
    await window.runCommand('Gradient Lens: Debug with Gradient Lens');
    const { page, panel } = window;
    await panel
      .locator('.banner', { hasText: /halted the program: the loss is NaN at step 4/ })
      .waitFor();
    // The debugger has taken the focus to the line: keys pressed before would go astray.
    await page.locator('.statusbar-item', { hasText: 'Ln 15, Col 20' }).waitFor();
    const view = page.locator('.debug-call-stack');
    if (!(await view.isVisible())) {
      await page.locator('.activitybar [aria-label^="Run and Debug"]').first().click();
    }
    const frames = view.locator('.monaco-list-row');
    await frames.filter({ hasText: /trainStep\s*diverges\.js/ }).waitFor();
    assert.equal(await page.locator('.tab', { hasText: 'gradient-lens-halt' }).count(), 0);
    await window.screenshot('halted');
  });

  it('shows a variable of the program from the context menu of the Variables view', async () => {
    const { page } = window;
    const variables = page.locator('.debug-variables .monaco-list-row');
    const row = variables.filter({ hasText: /^inputs\s*=/ }).first();
    const closure = variables.filter({ hasText: 'Closure' }).first();
    await closure.click();
    // A scope that was not open yet is opened by its key, and left open by it.
    await page.keyboard.press('ArrowRight');
    await row.waitFor();
    await row.click({ button: 'right' });
    const item = page.locator('.context-view .action-item', { hasText: 'Show in Gradient Lens' });
    await item.first().waitFor();
    await item.first().hover();
    await item.first().click();
    const tab = page.locator('.tab', { hasText: /^inputs — Gradient Lens/ });
    await tab.waitFor();
    await eventually(
      'the shape',
      () => window.panel.locator('body').innerText(),
      (text) => /\[8, 3\]/.test(text),
    );
    const text = await window.panel.locator('body').innerText();
    assert.match(text, /float32 · 24 elements · Tensor/);
    await window.screenshot('inspected');
    await page.keyboard.press('Shift+F5');
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  });
});
