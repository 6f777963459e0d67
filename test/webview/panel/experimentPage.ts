// The page of an experiment, as built, in a real Chromium under its policy.
import type { Browser, Page } from 'playwright-core';
import type { FromExperimentPage, ShownExperiment } from '../../../src/shared/protocol/experiment';
import { collectErrors, serveBuiltPage } from './builtPage';
import type { TestTheme } from './themes/themes';

const STAND_IN = `
  window.sent = [];
  window.acquireVsCodeApi = () => ({ postMessage: (message) => void window.sent.push(message) });`;

/** One page. */
export class ExperimentPageHost {
  readonly errors: string[] = [];

  private constructor(
    readonly page: Page,
    readonly close: () => Promise<void>,
  ) {
    collectErrors(page, this.errors);
  }

  static async open(
    browser: Browser,
    theme: TestTheme,
    size = { width: 1000, height: 900 },
  ): Promise<ExperimentPageHost> {
    const server = await serveBuiltPage('experiment', theme, STAND_IN);
    const page = await browser.newPage({ viewport: size });
    const host = new ExperimentPageHost(page, async () => {
      await page.close();
      await server.close();
    });
    await page.goto(server.origin);
    await page.waitForFunction('window.sent.length > 0');
    return host;
  }

  /** What the page has asked for since it was ready. */
  async asked(): Promise<FromExperimentPage[]> {
    const sent = await this.page.evaluate<FromExperimentPage[]>('window.sent');
    return sent.filter(({ type }) => type !== 'ready');
  }

  /** Shows what the host would send, as VS Code carries it, and waits until it is drawn. */
  async show(shown: ShownExperiment): Promise<void> {
    const json = JSON.stringify({ type: 'experiment', shown });
    await this.page.evaluate(
      (text) =>
        new Promise<void>((resolve) => {
          window.dispatchEvent(new MessageEvent('message', { data: JSON.parse(text) as unknown }));
          setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => resolve())), 0);
        }),
      json,
    );
  }
}
