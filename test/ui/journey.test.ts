// The journey of a user, in a real VS Code window: right-click a model file, watch it train beside the
// code, pause, step, stop, and find the diagnosis on the line that built the layer.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PanelPage, eventually } from './panelPage';
import { Window } from './window';

const COMMAND = 'Train with Gradient Lens';
const MODEL = 'deep-sigmoid.model.ts';
const SOURCE = path.join(__dirname, 'workspace');

/** Line (from 1) of the model's source that holds `text`. */
function lineOf(text: string): number {
  const lines = readFileSync(path.join(SOURCE, MODEL), 'utf8').split('\n');
  return lines.findIndex((line) => line.includes(text)) + 1;
}

describe('from right-click to the source line', () => {
  let window: Window;
  let panel: PanelPage;

  before(async () => {
    window = await Window.open({ name: 'journey', source: SOURCE });
  });

  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    await window.screenshot(`failure-${this.currentTest.title.replace(/\W+/g, '-')}`);
    process.stdout.write(`${await window.log()}\n`);
  });

  after(() => window.close());

  it('offers training above the model and in the title of its editor', async () => {
    await window.openFile(MODEL);
    await window.page.locator('.codelens-decoration a', { hasText: COMMAND }).first().waitFor();
    await window.page.locator(`.editor-actions [aria-label^="${COMMAND}"]`).first().waitFor();
  });

  it('does not offer it for a file that trains nothing', async () => {
    const items = await window.explorerMenu('notes.md');
    assert.ok(items.length > 3, 'the menu did not open');
    assert.equal(items.includes(COMMAND), false);
  });

  it('trains on a right-click in the Explorer, in a panel beside the editor', async () => {
    await window.chooseInExplorer(MODEL, COMMAND);
    panel = new PanelPage(window.panel);
    await panel.untilState('Training');
    await panel.untilStep(3);
    assert.match(await panel.fact('Backend'), /WebGL|WebAssembly|CPU/);
    const tabs = await window.page.locator('.editor-group-container .tab.active').allInnerTexts();
    assert.equal(tabs.length, 2, `expected the model and the panel, not ${tabs.join(', ')}`);
  });

  it('moves the loss curve and the gradient histograms while it trains', async () => {
    await panel.untilRedrawn(/loss/i);
    await window.screenshot('training');
    await panel.scrollTo('Layers');
    // One row per layer: the current step, and how it moved over the steps.
    await panel.untilRedrawn(/^Gradient histogram of dense_Dense1: /);
    await panel.untilRedrawn(/^Gradient histogram of dense_Dense1 over steps/);
    await window.screenshot('layers');
    await panel.scrollTo('Gradient norm by layer and step');
    await panel.untilRedrawn(/norm/i);
  });

  it('pauses: the step stands still', async () => {
    await panel.control(/^Pause/).click();
    await panel.untilState('Paused');
    const paused = await panel.step();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.equal(await panel.step(), paused);
  });

  it('trains exactly one step at a time', async () => {
    const before = await panel.step();
    await panel.control(/^Train one step/).click();
    await panel.untilStep(before + 1);
    await panel.untilState('Paused');
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(await panel.step(), before + 1);
  });

  it('resumes', async () => {
    const before = await panel.step();
    await panel.control(/^Resume/).click();
    await panel.untilStep(before + 5);
    assert.equal(await panel.state(), 'Training');
  });

  it('names the vanishing gradient, in the panel and in Problems on the line of the layer', async () => {
    const text = () => panel.findings().innerText();
    await eventually('findings', text, (words) => /vanishing gradient/i.test(words));
    await window.runCommand('Problems: Focus on Problems View');
    const entry = window.page.locator('.markers-panel .monaco-list-row', { hasText: /vanish/i });
    await entry.first().waitFor();
    // `[Ln 12, Col 11]`: one of the two calls that build the sigmoid layers.
    const place = /Ln (\d+), Col \d+/.exec(await entry.first().innerText());
    const lines = [lineOf('inputShape'), lineOf("units: WIDTH, activation: 'sigmoid' })")];
    assert.ok(
      place && lines.includes(Number(place[1])),
      `at ${place?.[0]}, not ${lines.join('/')}`,
    );
    await window.screenshot('problems');
  });

  it('stops, and keeps what it measured', async () => {
    await panel.control(/^Stop/).click();
    await panel.untilState('Stopped');
    const stopped = await panel.step();
    assert.ok(stopped > 10);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.equal(await panel.step(), stopped);
    assert.match((await panel.control(/^Stop/).getAttribute('aria-label')) ?? '', /has ended/);
  });

  it('restarts from the panel', async () => {
    await panel.control(/^Restart/).click();
    await panel.untilState('Training');
    await panel.untilStep(2);
    await panel.control(/^Stop/).click();
    await panel.untilState('Stopped');
  });
});
