// One headless Chromium per mocha process, with WebGL2 on a software rasteriser, so that the same
// tests run on machines without a GPU and without a display.
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
  '--disable-background-networking',
  '--no-first-run',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
];

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Path of the browser: CHROME_PATH, or where systems install it. */
export function chromiumPath(): string {
  const found = [process.env['CHROME_PATH'], ...PLACES].find(
    (p) => p !== undefined && existsSync(p),
  );
  if (found !== undefined) return found;
  throw new Error(
    `No Chromium at ${PLACES.join(', ')}. Install one (apt-get install chromium) or set CHROME_PATH.`,
  );
}

/** Starts a browser; the caller closes it. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath(), headless: true, args: FLAGS });
}
