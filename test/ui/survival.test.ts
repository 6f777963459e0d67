// The host owns the truth: whatever happens to the panel while a model trains, nothing measured is
// lost, training goes on while its page lives, and the panel says plainly when it does not.
import assert from 'node:assert/strict';
import path from 'node:path';
import { PanelPage, eventually } from './panelPage';
import { Window } from './window';

const MODEL = 'two-layers.js';

describe('a panel that is hidden, moved and reloaded', () => {
  let window: Window;
  let panel: PanelPage;

  before(async () => {
    window = await Window.open({ name: 'survival', source: path.join(__dirname, 'workspace') });
  });

  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    await window.screenshot(`failure-${this.currentTest.title.replace(/\W+/g, '-')}`);
    process.stdout.write(`${await window.log()}\n`);
  });

  after(() => window.close());

  it('opens from the Command Palette, for the file being edited', async () => {
    await window.openFile(MODEL);
    await window.runCommand('Gradient Lens: Train with Gradient Lens');
    panel = new PanelPage(window.panel);
    await panel.untilState('Training');
    await panel.untilStep(5);
  });

  it('trains on while another editor covers it, and shows all of it afterwards', async () => {
    const before = await panel.step();
    await window.panelTab().click();
    await window.openFile('notes.md');
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await window.panelTab().click();
    await panel.untilStep(before + 5);
    assert.equal(await panel.state(), 'Training');
  });

  it('trains on when it is moved to the other group', async () => {
    await window.panelTab().click();
    const before = await panel.step();
    await window.runCommand('View: Move Editor into Previous Group');
    await panel.untilStep(before + 5);
    assert.equal(await panel.state(), 'Training');
  });

  it('comes back after a reload of the window with its history, and says that the run ended', async () => {
    const before = await panel.step();
    await window.reload();
    await window.panelTab().click();
    await eventually(
      'steps',
      () => panel.step(),
      (step) => step >= before,
    );
    const state = await panel.state();
    assert.match(state, /Interrupted|Stopped|Failed/, `the panel says ${state}`);
    await window.screenshot('reloaded');
  });
});
