// A log of another program on the built page: nothing to control, and no source to edit.
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../harness';
import { PanelPage } from './panelPage';
import { snapshotOf, syntheticRun, vanishingFinding } from './syntheticRun';

const NAMES = ['Pause', 'Stop', 'Apply…', 'Verify'];

const run = syntheticRun({ layers: 4, steps: 60 });

describe('panel page: a log', function () {
  this.timeout(120_000);
  let browser: Browser;
  before(async () => (browser = await launchChromium()));
  after(() => browser.close());

  const buttons = async (origin: { origin?: 'log' }): Promise<string[]> => {
    const panel = await PanelPage.open({ browser, height: 1800 });
    try {
      await panel.send(snapshotOf(run, { ...origin, findings: [vanishingFinding(run)] }));
      await panel.drawn();
      assert.deepEqual(panel.errors, []);
      const named = NAMES.map(async (name) => {
        const found = panel.page.getByRole('button', { name, exact: true });
        return (await found.count()) > 0 ? [name] : [];
      });
      return (await Promise.all(named)).flat();
    } finally {
      await panel.close();
    }
  };

  it('can only be left: there is nothing to control and no source to edit', async () => {
    assert.deepEqual(await buttons({ origin: 'log' }), ['Stop']);
  });

  it('has less than a run of ours', async () => {
    assert.deepEqual(await buttons({}), NAMES);
  });
});
