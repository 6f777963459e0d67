// A log of another framework in a panel, and the same panel after the window was reloaded: the log is read again.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { eventually, PanelPage } from './panelPage';
import { Window } from './window';

const COMMAND = 'Open TensorBoard Log';
const NAME = 'runs';
const EVENTS = 'events.out.tfevents.1795322569.host.11779.0';
const FIXTURE = path.join(__dirname, `../fixtures/logs/torch-sigmoid/${EVENTS}.gz`);

describe('the panel of a log', () => {
  let window: Window;
  let panel: PanelPage;

  let source: string;

  before(async () => {
    source = await mkdtemp(path.join(os.tmpdir(), 'logs-'));
    await mkdir(path.join(source, NAME));
    await writeFile(path.join(source, NAME, EVENTS), gunzipSync(await readFile(FIXTURE)));
    window = await Window.open({ name: 'logs', source });
  });

  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    await window.screenshot(`failure-${this.currentTest.title.replace(/\W+/g, '-')}`);
    process.stdout.write(`${await window.log()}\n`);
  });

  after(async () => {
    await window.close();
    await rm(source, { recursive: true });
  });

  const steps = (): Promise<number> => panel.step();

  it('opens on a right-click on its folder, with its diagnosis', async () => {
    // A window that has just opened learns late which commands it has.
    const menu = (): Promise<string[]> => window.explorerMenu(NAME);
    await eventually('menu', menu, (titles) => titles.some((title) => title.startsWith(COMMAND)));
    await window.chooseInExplorer(NAME, COMMAND);
    panel = new PanelPage(window.panel);
    await eventually('steps of the log', steps, (step) => step > 10);
    await window.panel.getByText('Vanishing gradient').first().waitFor();
  });

  it('is there again after a reload of the window, with all of its steps', async () => {
    const before = await steps();
    const state = await panel.state();
    await window.reloadWindow();
    await window.panelTab().click();
    panel = new PanelPage(window.panel);
    await eventually('steps of the log', steps, (step) => step === before);
    await window.panel.getByText('Vanishing gradient').first().waitFor();
    assert.equal(await panel.state(), state);
    assert.equal(await window.panelTab().count(), 1, 'in the same panel, not a second one');
    await window.screenshot('reloaded');
  });
});
