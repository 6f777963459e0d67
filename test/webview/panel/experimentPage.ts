// The page of an experiment, as built, in a real Chromium under its policy.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { FromExperimentPage, ShownExperiment } from '../../../src/shared/protocol/experiment';
import { serve } from '../harness';
import { styleOf, type TestTheme } from './themes/themes';

const DIST = path.resolve(__dirname, '../../../dist');
const CSP = [
  "default-src 'none'",
  "script-src 'nonce-x'",
  "style-src 'self'; style-src-attr 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
].join('; ');
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
    page.on('pageerror', ({ message }) => this.errors.push(message));
    page.on('console', (message) => message.type() === 'error' && this.errors.push(message.text()));
  }

  static async open(
    browser: Browser,
    theme: TestTheme,
    size = { width: 1000, height: 900 },
  ): Promise<ExperimentPageHost> {
    const html = `<!doctype html><html lang="en" style="${styleOf(theme).replaceAll('"', '&quot;')}">
      <head><meta charset="utf-8"><link rel="icon" href="data:,">
      <link rel="stylesheet" href="/experiment.css"></head>
      <body class="${theme.className}"><div id="root"></div>
      <script nonce="x">${STAND_IN}</script><script nonce="x" src="/experiment.js"></script></body></html>`;
    const built = (file: string) => readFile(path.join(DIST, file));
    const server = await serve(
      new Map([
        ['/', { body: html, type: 'text/html', headers: { 'content-security-policy': CSP } }],
        ['/experiment.js', { body: await built('experiment.js'), type: 'text/javascript' }],
        ['/experiment.css', { body: await built('experiment.css'), type: 'text/css' }],
      ]),
    );
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
