// Runs test code in a real Chromium: bundles an entry module, serves it on 127.0.0.1, and calls the
// functions that it publishes with `expose` (see page.ts), with JSON-like arguments and results.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from './chromium';
import { serve, type Resource, type ResourceServer } from './server';

export { launchChromium } from './chromium';
export { serve, type Resource } from './server';

export interface HarnessOptions {
  /** Content-Security-Policy of the page. */
  csp?: string;
  /** Further resources by path, with a leading slash. */
  resources?: Record<string, Resource>;
  /** Further options of the bundler. */
  build?: BuildOptions;
}

/** A page with the entry module loaded. */
export interface HarnessPage {
  /** Calls a function that the entry exposed. NaN and ±Infinity come through. */
  call<T>(name: string, ...args: unknown[]): Promise<T>;
  page: Page;
  origin: string;
  /** Errors and console errors of the page so far. */
  errors: string[];
  close: () => Promise<void>;
}

/** The wasm backend's binary is served here, for `setWasmPaths('/')`. */
const WASM = 'tfjs-backend-wasm-simd.wasm';

/** Bundles a browser module into one script. */
export async function bundle(entry: string, options: BuildOptions = {}): Promise<string> {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    // ES modules first: a CommonJS tfjs-core beside the ES one would be a second instance.
    mainFields: ['module', 'main'],
    target: 'es2022',
    sourcemap: 'inline',
    logLevel: 'error',
    ...options,
  });
  const text = result.outputFiles?.[0]?.text;
  if (text === undefined) throw new Error(`The bundler gave no output for ${entry}.`);
  return text;
}

/** Opens `entry` in a page of `browser`, or of a browser of its own. */
export async function openPage(
  entry: string,
  options: HarnessOptions = {},
  browser?: Browser,
): Promise<HarnessPage> {
  const own = browser ?? (await launchChromium());
  let server: ResourceServer | undefined;
  try {
    server = await serve(await resourcesOf(entry, options));
    const page = await own.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await page.goto(server.origin);
    await page.waitForFunction(() => '__harness' in globalThis, undefined, { timeout: 30_000 });
    const { origin } = server;
    const stop = server.close;
    return {
      page,
      origin,
      errors,
      call: (name, ...args) => page.evaluate(callExposed, { name, args }) as Promise<never>,
      close: async () => {
        await (browser === undefined ? own.close() : page.close());
        await stop();
      },
    };
  } catch (error) {
    if (browser === undefined) await own.close();
    await server?.close();
    throw error;
  }
}

/** Runs inside the page. */
function callExposed({ name, args }: { name: string; args: unknown[] }): unknown {
  const { __harness: exposed } = globalThis as unknown as {
    __harness: Record<string, ((...args: unknown[]) => unknown) | undefined>;
  };
  const called = exposed[name];
  if (called === undefined) throw new Error(`The page exposes no function ${name}.`);
  return called(...args);
}

async function resourcesOf(entry: string, options: HarnessOptions): Promise<Map<string, Resource>> {
  const html =
    '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body><script src="/entry.js"></script>';
  const csp = options.csp === undefined ? {} : { 'content-security-policy': options.csp };
  const wasm = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json');
  return new Map<string, Resource>([
    ['/', { body: html, type: 'text/html', headers: csp }],
    ['/entry.js', { body: await bundle(entry, options.build), type: 'text/javascript' }],
    [
      `/${WASM}`,
      {
        body: await readFile(path.join(path.dirname(wasm), 'dist', WASM)),
        type: 'application/wasm',
      },
    ],
    ...Object.entries(options.resources ?? {}),
  ]);
}
