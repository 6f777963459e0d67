// A VS Code window with the extension, driven as a person would: clicks, keys, and what the eye sees.
// The panel's page lies two frames deep, as VS Code nests webviews.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import { launchBrowser, windowAddress } from '../../scripts/lib/browser.mjs';
import { root, screenshots } from '../../scripts/lib/paths.mjs';
import { startServer, type VscodeServer } from '../../scripts/lib/vscodeServer.mjs';
import { copyWorkspace } from '../../scripts/lib/workspaces.mjs';

/** No tips over the Explorer: one that appears where the pointer rests takes the next click. */
const CALM = { 'workbench.hover.delay': 60_000 };
/** Milliseconds for something of the workbench to appear, on a busy machine. */
const PATIENCE_MS = 30_000;

export interface WindowSetup {
  /** Names the server's folder, the workspace copy and the screenshots. */
  name: string;
  /** Workspace to copy. */
  source: string;
  settings?: Record<string, unknown>;
}

export class Window {
  private constructor(
    private readonly server: VscodeServer,
    private readonly browser: Browser,
    readonly page: Page,
    private readonly name: string,
    /** The copy of the workspace, on disk. */
    readonly folder: string,
  ) {}

  /** Starts a server and opens its window; returns when the Explorer shows the workspace. */
  static async open({ name, source, settings = {} }: WindowSetup): Promise<Window> {
    const folder = await copyWorkspace(name, source);
    const server = await startServer({ name, settings: { ...CALM, ...settings } });
    const browser = await launchBrowser();
    const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
    page.setDefaultTimeout(PATIENCE_MS);
    const window = new Window(server, browser, page, name, folder);
    try {
      await page.goto(windowAddress(server, { folder, extension: root }));
      await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor();
      return window;
    } catch (error) {
      await window.screenshot('failure');
      await window.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
  }

  /** Reloads the page, as a browser does: what VS Code has not written yet is lost. Returns when the Explorer is back. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.untilExplorer();
  }

  /** Reloads the window by its command, which writes first; returns when the Explorer is back. */
  async reloadWindow(): Promise<void> {
    const loaded = this.page.waitForEvent('load');
    await this.runCommand('Developer: Reload Window', true);
    await loaded;
    await this.untilExplorer();
  }

  private async untilExplorer(): Promise<void> {
    await this.page.locator('.explorer-folders-view .monaco-list-row').first().waitFor();
  }

  /** The tab of the panel. */
  panelTab(): Locator {
    return this.page.locator('.tab', { hasText: /— gradients/ });
  }

  /** Keeps a picture of the window below out/screenshots/. */
  async screenshot(what: string): Promise<void> {
    await mkdir(screenshots, { recursive: true });
    await this.page.screenshot({ path: path.join(screenshots, `${this.name}-${what}.png`) });
  }

  /** What the server and its extension hosts printed last. */
  log(): Promise<string> {
    return this.server.log();
  }

  /** The row of a file in the Explorer. */
  file(name: string): Locator {
    return this.page.locator('.explorer-folders-view .monaco-list-row', { hasText: name });
  }

  /** Opens a file in the first column, as a permanent tab. */
  async openFile(name: string): Promise<void> {
    await this.file(name).dblclick();
    await this.page.locator('.tab.active', { hasText: name }).waitFor();
  }

  /** Right-clicks a file in the Explorer; gives the titles in the menu, and closes it again. */
  async explorerMenu(file: string): Promise<string[]> {
    await this.file(file).click({ button: 'right' });
    const items = this.page.locator('.context-view .action-item .action-label');
    await items.first().waitFor();
    const titles = await items.allInnerTexts();
    await this.page.keyboard.press('Escape');
    return titles.map((title) => title.trim());
  }

  /** Right-clicks a file in the Explorer and chooses a command of the menu that opens. */
  async chooseInExplorer(file: string, command: string): Promise<void> {
    await this.file(file).click({ button: 'right' });
    const item = this.page.locator('.context-view .action-item', { hasText: command }).first();
    await item.waitFor();
    // The menu takes a click only once the pointer has moved over the item.
    await item.hover();
    await item.click();
  }

  /**
   * Runs a command by its title in the Command Palette. The palette lists what is known when it
   * opens, and a window that has just opened learns late which commands it has; and it closes when
   * a webview, clicked a moment ago, takes the focus late. It is opened again until the command is
   * there.
   * @param asks It begins with a question, in the place of the palette.
   */
  async runCommand(title: string, asks = false): Promise<void> {
    const input = this.page.locator('.quick-input-widget input').first();
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      await this.page.keyboard.press('F1');
      const isThere = await input
        .fill(`>${title}`, { timeout: 2000 })
        .then(() => row.waitFor({ timeout: 2000 }))
        .then(
          () => true,
          () => false,
        );
      if (isThere) break;
      if (Date.now() > deadline) throw new Error(`The Command Palette does not offer “${title}”.`);
      await this.page.keyboard.press('Escape');
    }
    // To the palette and nothing else: what takes the focus late must not get it.
    await input.press('Enter');
    if (!asks) await input.waitFor({ state: 'hidden' });
  }

  /**
   * Answers a question of a quick pick or an input box: waits for the one with this title, types, and takes what is
   * first, or what was typed.
   */
  async answer(title: string, typed?: string): Promise<void> {
    const asked = this.page.locator('.quick-input-widget');
    const heading = asked.locator('.quick-input-title', { hasText: title });
    await heading.filter({ visible: true }).waitFor();
    if (typed !== undefined) {
      await asked.locator('input:not([type=checkbox])').first().fill(typed);
    }
    await this.page.keyboard.press('Enter');
  }

  /** The page of the Gradient Lens panel. */
  get panel(): FrameLocator {
    return this.page
      .locator('iframe.webview.ready')
      .last()
      .contentFrame()
      .locator('iframe#active-frame')
      .contentFrame();
  }
}
