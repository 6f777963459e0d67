// Starts of a model in a real VS Code, and their times as text.
/* global document, HTMLIFrameElement, requestAnimationFrame -- watchHistograms runs in the page. */
import path from 'node:path';
import { bundleStarts } from './bundleTests.mjs';
import { runExtensionTests } from './extensionTests.mjs';
import { copyWorkspace } from './workspaces.mjs';

/**
 * @typedef {object} StartTimes One start. Milliseconds since the click.
 * @property {'first' | 'later'} kind
 * @property {string} backend
 * @property {number} stepped The first step record is in the host.
 * @property {number} drawn The page has drawn the first gradient histogram.
 * @property {readonly { name: string, milliseconds: number }[]} phases
 *
 * @typedef {object} StartResult
 * @property {string} extension
 * @property {number} activated Milliseconds of the extension's activation.
 * @property {StartTimes[]} starts
 */

/**
 * Runs in every frame of the window: notes when a layer's histogram has been drawn. Its label is
 * written together with its pixels; they are on the screen when the next frame begins. VS Code writes
 * a webview's document by script, which ends all scripts that were there: the frame around it looks.
 */
function watchHistograms() {
  const drawn = /^Gradient histogram of .+: (?!no step yet)/;
  const told = new WeakSet();
  /** @returns {Document | null} */
  const webview = () => {
    const frame = document.querySelector('iframe#active-frame');
    return frame instanceof HTMLIFrameElement ? frame.contentDocument : null;
  };
  const look = () => {
    requestAnimationFrame(look);
    const page = webview();
    const canvas = page?.querySelector('canvas[aria-label^="Gradient histogram of"]');
    if (!page || told.has(page) || !drawn.test(canvas?.getAttribute('aria-label') ?? '')) return;
    told.add(page);
    const { __histogramDrawn } = /** @type {{ __histogramDrawn?: (at: number) => void }} */ (
      /** @type {unknown} */ (globalThis)
    );
    __histogramDrawn?.(Date.now());
  };
  look();
}

/** @typedef {import('../starts/index').Start} Start */

/**
 * @param {{ file: string, extension: string, count: number }} options
 * @returns {Promise<StartResult>}
 */
export async function measureStarts({ file, extension, count }) {
  const { dir, base } = path.parse(file);
  const folder = await copyWorkspace('starts', dir);
  /** @type {number[]} */
  const drawnAt = [];
  /** @type {StartResult} */
  const result = { extension, activated: NaN, starts: [] };
  await runExtensionTests({
    name: 'starts',
    folder,
    extension,
    tests: await bundleStarts(),
    env: {
      GRADIENT_LENS_STARTS_FILE: path.join(folder, base),
      GRADIENT_LENS_STARTS_COUNT: String(count),
    },
    timeoutMs: 60_000 + count * 60_000,
    async beforehand(page) {
      await page.exposeFunction('__histogramDrawn', (/** @type {number} */ at) => drawnAt.push(at));
      await page.addInitScript(watchHistograms);
    },
    onLine(line) {
      if (line.startsWith('@activated ')) result.activated = Number(line.slice(11));
      if (!line.startsWith('@start ')) return;
      const { clicked, stepped, ...rest } = /** @type {Start} */ (JSON.parse(line.slice(7)));
      const drawn = drawnAt.find((at) => at > clicked) ?? NaN;
      result.starts.push({ ...rest, stepped: stepped - clicked, drawn: drawn - clicked });
    },
  });
  return result;
}

/** @param {readonly number[]} values @returns {number} */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/**
 * The model's own warm-up: what comes after the last phase that prepares the first step.
 * @param {StartTimes} start
 */
const warmUp = ({ phases }) => phases.at(-1)?.milliseconds ?? 0;

/** @param {readonly StartTimes[]} starts @returns {[string, number][]} */
function phaseMedians(starts) {
  const names = [...new Set(starts.flatMap(({ phases }) => phases.map(({ name }) => name)))];
  const sumOf = (/** @type {StartTimes} */ { phases }, /** @type {string} */ name) =>
    phases
      .filter((phase) => phase.name === name)
      .reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  return names.map((name) => [name, median(starts.map((start) => sumOf(start, name)))]);
}

const ms = (/** @type {number} */ value) => `${value.toFixed(0)} ms`.padStart(8);

/**
 * @param {StartResult} result
 * @param {number} target Milliseconds without the warm-up.
 * @returns {string[]}
 */
export function reportLines({ activated, starts }, target) {
  const lines = [`activation ${activated.toFixed(1)} ms`];
  const [cold] = starts;
  const groups = /** @type {const} */ ([
    ['first run in the window', cold ? [cold] : []],
    ['first run of a model', starts.filter((start) => start !== cold && start.kind === 'first')],
    ['later run of a model', starts.filter(({ kind }) => kind === 'later')],
  ]);
  for (const [name, group] of groups) {
    if (group.length === 0) continue;
    const drawn = group.map((start) => start.drawn);
    const own = median(group.map((start) => start.drawn - warmUp(start)));
    const list = drawn.map((value) => value.toFixed(0)).join(', ');
    lines.push('', `${name} on ${group[0]?.backend ?? ''} (${group.length}: ${list} ms)`);
    lines.push(`  ${ms(median(drawn))}  click to the first histogram, median`);
    lines.push(`  ${ms(own)}  without the model's warm-up (target: ${target} ms)`);
    lines.push(`  ${ms(median(group.map(({ stepped }) => stepped)))}  click to the first step`);
    for (const [phase, value] of phaseMedians(group)) lines.push(`    ${ms(value)}  ${phase}`);
  }
  return lines;
}
