// A program in Node does not depend on the editor: its extension host is killed while it trains, and it ends
// as it would have ended, in its terminal.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { out } from '../../scripts/lib/paths.mjs';
import { PanelPage, eventually } from './panelPage';
import { Window } from './window';

const NAME = 'node-survival';
const PROGRAM = 'countdown.mjs';

describe('a program in Node whose editor goes away', () => {
  const result = path.join(out, 'workspaces', NAME, 'countdown.json');
  let window: Window;
  let panel: PanelPage;

  before(async () => {
    window = await Window.open({ name: NAME, source: path.join(__dirname, 'workspace') });
  });

  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    await window.screenshot(`failure-${this.currentTest.title.replace(/\W+/g, '-')}`);
    process.stdout.write(`${await window.log()}\n`);
  });

  after(() => window.close());

  it('is trained by its command alone, and the panel says where', async () => {
    await window.openFile(PROGRAM);
    await window.runCommand('Gradient Lens: Train with Gradient Lens');
    panel = new PanelPage(window.panel);
    await panel.untilState('Training');
    await panel.untilStep(5);
    assert.match(await window.panel.locator('body').innerText(), /CPU in Node/);
    await window.screenshot('trains');
  });

  it('trains to its end when the extension host is killed', async () => {
    const hosts = [...(await window.log()).matchAll(/<(\d+)> Launched Extension Host Process/g)];
    const pid = Number(hosts.at(-1)?.[1]);
    assert.ok(pid > 0, 'no extension host in the log');
    assert.ok(!existsSync(result), 'the program had ended already');
    process.kill(pid, 'SIGKILL');
    await eventually(
      'the end of the program',
      () => Promise.resolve(existsSync(result)),
      (isThere) => isThere,
    );
    assert.deepEqual(JSON.parse(await readFile(result, 'utf8')), { code: 0, steps: 600 });
  });
});
