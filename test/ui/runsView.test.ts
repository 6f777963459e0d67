// The runs view as a person uses it: its icon in the activity bar, a right-click on a run, several runs compared, one
// deleted after one question.
import assert from 'node:assert/strict';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { PanelPage, eventually } from './panelPage';
import { Window } from './window';

const MODEL = 'deep-sigmoid.model.ts';
const TRAIN = 'Train with Gradient Lens';

describe('runs in the activity bar', () => {
  let window: Window;
  const rows = (): Locator =>
    window.page.locator('.pane-body .monaco-list-row', { hasText: /deep-sigmoid|Best so far/ });
  const texts = (): Promise<string[]> => rows().allInnerTexts();
  const choose = async (row: Locator, command: string): Promise<void> => {
    await row.click({ button: 'right' });
    const item = window.page.locator('.context-view .action-item', { hasText: command }).first();
    await item.waitFor();
    await item.hover();
    await item.click();
  };
  const trainTwice = async (): Promise<void> => {
    await window.page.locator('.activitybar [aria-label^="Explorer"]').first().click();
    await window.chooseInExplorer(MODEL, TRAIN);
    const panel = new PanelPage(window.panel);
    for (const again of [true, false]) {
      await panel.untilState('Training');
      await panel.untilStep(3);
      await panel.control(/^Stop/).click();
      await panel.untilState('Stopped');
      if (again) await panel.control(/^Restart/).click();
    }
  };

  before(async () => {
    window = await Window.open({ name: 'runs', source: path.join(__dirname, 'workspace') });
  });
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    await window.screenshot(`failure-${this.currentTest.title.replace(/\W+/g, '-')}`);
    process.stdout.write(`${await window.log()}\n`);
  });
  after(() => window.close());

  it('says what to do while there is no run', async () => {
    await window.page.locator('.activitybar [aria-label^="Gradient Lens"]').first().click();
    await window.page.getByText('There are no runs yet.').first().waitFor();
    await window.screenshot('empty');
  });

  it('lists the runs with curve, loss and time', async () => {
    await trainTwice();
    await window.page.locator('.activitybar [aria-label^="Gradient Lens"]').first().click();
    await eventually('two runs', texts, (all) => all.length === 2);
    const label = (await rows().first().getAttribute('aria-label')) ?? '';
    assert.match(label, /^deep-sigmoid\.model\.ts, Stopped, step \d+, loss [\d.]+/);
    assert.match((await texts())[0] ?? '', /[\d.]+ [▁▂▃▄▅▆▇█]+ .*· \d\d:\d\d/);
    await window.screenshot('list');
  });

  it('renames and pins on a right-click', async () => {
    await choose(rows().last(), 'Rename Run');
    const input = window.page.locator('.quick-input-widget input').first();
    await input.fill('Best so far');
    await input.press('Enter');
    await eventually('the name', texts, (all) => all.some((text) => text.includes('Best so far')));
    await choose(rows().filter({ hasText: 'Best so far' }), 'Pin Run');
    await eventually('the pin', texts, (all) => /Best so far.*pinned/s.test(all[0] ?? ''));
  });

  it('compares the runs that are selected', async () => {
    await rows().first().click();
    await rows()
      .last()
      .click({ modifiers: ['ControlOrMeta'] });
    await choose(rows().last(), 'Compare Runs');
    await window.page.locator('.tab', { hasText: 'Compare 2 runs' }).waitFor();
    await window.panel.getByText('Align by').waitFor();
    await eventually(
      'both runs',
      () => window.panel.locator('.chip').allInnerTexts(),
      (all) => all.length === 2 && all.every((text) => !text.includes('reading')),
    );
    await window.screenshot('compare');
  });

  it('deletes a run after one question', async () => {
    await rows().last().click();
    await choose(rows().last(), 'Delete Run');
    const dialog = window.page.locator('.monaco-dialog-box');
    await dialog.getByText(/^Delete the run/).waitFor();
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
    // Where the host has no trash, it asks whether it may delete for good.
    const forGood = dialog.getByRole('button', { name: 'Delete Permanently' });
    await forGood.click({ timeout: 5000 }).catch(() => undefined);
    await eventually(
      'one run',
      texts,
      (all) => all.length === 1 && all[0]!.includes('Best so far'),
    );
  });
});
