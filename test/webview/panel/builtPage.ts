// A page of the extension as it was built, in a real Chromium under its policy: its script, its style and the theme
// that VS Code would give it. What stands in for VS Code is the test's.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
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

/**
 * Serves the page of `dist/<name>.js` and `dist/<name>.css`.
 * @param standIn Script that defines `acquireVsCodeApi`, run before the page's.
 */
export async function serveBuiltPage(
  name: string,
  theme: TestTheme,
  standIn: string,
): Promise<{ origin: string; close(): Promise<void> }> {
  const html = `<!doctype html><html lang="en" style="${styleOf(theme).replaceAll('"', '&quot;')}">
    <head><meta charset="utf-8"><link rel="icon" href="data:,">
    <link rel="stylesheet" href="/${name}.css"></head>
    <body class="${theme.className}"><div id="root"></div>
    <script nonce="x">${standIn}</script><script nonce="x" src="/${name}.js"></script></body></html>`;
  const built = (file: string) => readFile(path.join(DIST, file));
  return serve(
    new Map([
      ['/', { body: html, type: 'text/html', headers: { 'content-security-policy': CSP } }],
      [`/${name}.js`, { body: await built(`${name}.js`), type: 'text/javascript' }],
      [`/${name}.css`, { body: await built(`${name}.css`), type: 'text/css' }],
    ]),
  );
}

/** Errors of the page and of its console, as they come. */
export function collectErrors(page: Page, errors: string[]): void {
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
}
