// What a person sees of the panel and does with it. Controls are found by their accessible names, so
// these tests also hold the panel to having them.
import assert from 'node:assert/strict';
import type { FrameLocator, Locator } from 'playwright-core';

/** Milliseconds for training to show itself: bundling, backend, first steps. */
const TRAINING_MS = 60_000;
const POLL_MS = 100;

/** Waits until `holds` is true of the value that `read` gives; the failure tells the last value. */
export async function eventually<T>(
  what: string,
  read: () => Promise<T>,
  holds: (value: T) => boolean,
  timeoutMs = TRAINING_MS,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > deadline) assert.fail(`${what}: still ${String(value)} after ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export class PanelPage {
  constructor(private readonly frame: FrameLocator) {}

  /** A control of the toolbar, by its word. One that is blocked says why in its name. */
  control(name: RegExp): Locator {
    return this.frame.getByRole('toolbar', { name: 'Run' }).getByRole('button', { name });
  }

  /** The state of the run as a word. */
  async state(): Promise<string> {
    return (await this.frame.locator('.run-state').innerText()).trim();
  }

  async untilState(word: string): Promise<void> {
    await eventually(
      'state of the run',
      () => this.state(),
      (state) => state === word,
    );
  }

  /** A fact of the header, e.g. `Backend`. */
  async fact(name: string): Promise<string> {
    const term = this.frame.locator('dt', { hasText: new RegExp(`^${name}$`) });
    return (await this.frame.locator('.fact', { has: term }).locator('dd').innerText()).trim();
  }

  /** Optimizer steps so far. */
  async step(): Promise<number> {
    const [count = ''] = (await this.fact('Step')).split('/');
    return Number(count.replace(/\D/g, ''));
  }

  async untilStep(atLeast: number): Promise<number> {
    return eventually(
      'step',
      () => this.step(),
      (step) => step >= atLeast,
    );
  }

  /** A drawing by its accessible name. */
  drawing(name: RegExp): Locator {
    return this.frame.getByRole('img', { name }).first();
  }

  /** A fingerprint of a canvas's pixels: it changes when the drawing does. */
  pixels(canvas: Locator): Promise<string> {
    return canvas.evaluate((node) => {
      if (!(node instanceof HTMLCanvasElement)) throw new Error(`${node.tagName} is no canvas`);
      return node.toDataURL();
    });
  }

  /** Scrolls a card of the page into view: what is out of sight is not drawn. */
  async scrollTo(card: string): Promise<void> {
    await this.frame.getByRole('heading', { name: card, exact: true }).evaluate((heading) => {
      heading.scrollIntoView({ block: 'start' });
    });
  }

  /**
   * Waits until a drawing looks different from what it was. It is kept in sight: findings that appear
   * above it push it down, and what is out of sight is not drawn.
   */
  async untilRedrawn(name: RegExp): Promise<void> {
    const canvas = this.drawing(name);
    await canvas.waitFor();
    const before = await this.pixels(canvas);
    const look = async (): Promise<string> => {
      await canvas.scrollIntoViewIfNeeded();
      if ((await this.pixels(canvas)) !== before) return 'redrawn';
      return `as it was, ${await this.circumstances(canvas)}`;
    };
    await eventually(`drawing ${String(name)}`, look, (found) => found === 'redrawn');
  }

  /** What a drawing that stands still may be due to: for the message of a failure. */
  private circumstances(canvas: Locator): Promise<string> {
    return canvas.evaluate(async (node: HTMLCanvasElement) => {
      const started = performance.now();
      await Promise.race([
        new Promise((resolve) => requestAnimationFrame(resolve)),
        new Promise((resolve) => setTimeout(resolve, 1000)),
      ]);
      const { x, y, width, height } = node.getBoundingClientRect();
      const facts = document.querySelector('.facts')?.textContent ?? '';
      return (
        `${node.width}×${node.height} pixels at ${x.toFixed()},${y.toFixed()} (${width}×${height}) of ` +
        `${innerWidth}×${innerHeight}, a frame in ${(performance.now() - started).toFixed()} ms, ${facts}`
      );
    });
  }

  /** The text of the findings, open and closed. */
  findings(): Locator {
    return this.frame.getByRole('region', { name: 'Findings' });
  }
}
