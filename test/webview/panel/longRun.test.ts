// A hundred layers and a hundred thousand steps: the real history and feed of the host on this side,
// the real page in Chromium on the other, while training goes on at twenty updates a second.
import assert from 'node:assert/strict';
import { Emitter } from '../../../src/run/emitter';
import { RunHistory } from '../../../src/run/runHistory';
import type { ToPanel } from '../../../src/shared/protocol/panel';
import { RunFeed } from '../../../src/surfaces/panel/runFeed';
import { LongRun } from './longRun';
import { PanelPage } from './panelPage';
import { viewOf } from './syntheticRun';

const LAYERS = 100;
const STEPS = 100_000;
const SHORT = 2_000;
const UPDATES = 60;
/** Steps between two updates: 1,000 steps a second. */
const STEPS_PER_UPDATE = 50;
/** Milliseconds between two updates, and of a frame at 60 Hz. */
const UPDATE_MS = 50;
const FRAME_MS = 1000 / 60;
/**
 * How much slower than an idle one a machine may be, of which others use a part: on two idle cores an update takes
 * half a frame.
 */
const BUSY = 2;
const MEGABYTE = 2 ** 20;

interface Figures {
  read: number;
  draw: number;
  longFrames: number;
  frames: number;
  pageBytes: number;
}

/** The run at the host, and its feed to a page that takes a message when the test sends it. */
class Scene {
  private readonly run = new LongRun({ layers: LAYERS, seed: 9 });
  private readonly changed = new Emitter<void>((error) => assert.fail(String(error)));
  private readonly history = new RunHistory();
  private readonly posts: ToPanel[] = [];
  private readonly feed: RunFeed;

  constructor() {
    const { history, posts } = this;
    const view = viewOf(this.run.base);
    this.feed = new RunFeed(
      {
        id: view.id,
        title: view.title,
        model: undefined as never,
        history,
        onDidChange: this.changed.event,
        view: () => ({ ...view, step: history.step }),
      },
      { visible: true, post: (message) => void posts.push(message) },
    );
  }

  train(steps: number): void {
    for (let i = 0; i < steps; i++) this.history.append(this.run.record(this.history.step + 1));
  }

  snapshot(): ToPanel {
    this.feed.snapshot();
    return this.posts.splice(0).at(-1)!;
  }

  /** Trains on, and waits for what the feed makes of it. */
  async update(): Promise<ToPanel[]> {
    this.train(STEPS_PER_UPDATE);
    this.changed.fire();
    await new Promise((resolve) => setTimeout(resolve, UPDATE_MS));
    return this.posts.splice(0);
  }

  close(): void {
    this.feed.dispose();
  }
}

/** What the page itself needs, whatever else the machine is busy with: the quickest tenth. */
function quickTenth(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 10)] ?? NaN;
}

/** Bytes of the page's objects and buffers after a collection. */
async function pageBytes(panel: PanelPage): Promise<number> {
  const session = await panel.page.context().newCDPSession(panel.page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize = 0 } = (await session.send('Runtime.getHeapUsage')) as {
    usedSize: number;
    backingStorageSize?: number;
  };
  await session.detach();
  return usedSize + backingStorageSize;
}

/** Shows a run of `steps` steps and lets it train on for {@link UPDATES} updates. */
async function measure(steps: number): Promise<Figures> {
  const scene = new Scene();
  const panel = await PanelPage.open({
    bodyClass: 'vscode-reduce-motion',
    width: 1200,
    height: 1100,
  });
  try {
    scene.train(steps);
    await panel.send(scene.snapshot());
    // Loss, map and the first rows in the window together are the dearest place to be.
    await panel.page.evaluate(() => window.scrollTo(0, 300));
    await panel.drawn();
    await panel.timings();
    for (let i = 0; i < UPDATES; i++) await panel.send(...(await scene.update()));
    const { frames, handled } = await panel.timings();
    // Frames in which nothing was to be drawn (those of the test itself) take no time.
    const drawn = frames.filter((ms) => ms > 0.5);
    assert.deepEqual(panel.errors, []);
    return {
      read: quickTenth(handled),
      draw: quickTenth(drawn),
      frames: drawn.length,
      longFrames: drawn.filter((ms) => ms > FRAME_MS).length,
      pageBytes: await pageBytes(panel),
    };
  } finally {
    scene.close();
    await panel.close();
  }
}

describe('panel page with 100 layers and 100,000 steps', function () {
  this.timeout(600_000);
  let short: Figures;
  let long: Figures;

  before(async () => {
    short = await measure(SHORT);
    long = await measure(STEPS);
    for (const [steps, f] of [
      [SHORT, short],
      [STEPS, long],
    ] as const) {
      process.stdout.write(
        `      ${steps} steps: ${f.read.toFixed(1)} ms to read an update, ${f.draw.toFixed(1)} ms to draw, ` +
          `${f.longFrames} of ${f.frames} frames over ${FRAME_MS.toFixed(1)} ms, ` +
          `page ${(f.pageBytes / MEGABYTE).toFixed(1)} MB\n`,
      );
    }
  });

  it('reads and draws an update within a frame', () => {
    assert.ok(long.frames > UPDATES / 4, `${long.frames} frames drawn`);
    assert.ok(long.read + long.draw <= BUSY * FRAME_MS, `${long.read} ms and ${long.draw} ms`);
  });

  it('draws no slower for the steps that went before', () => {
    // After 2,000 steps the page holds about as many rows as it ever does.
    const ratio = (long.read + long.draw) / (short.read + short.draw);
    assert.ok(ratio < 2, `${ratio.toFixed(2)} times the work`);
  });

  it('holds no more than its tables', () => {
    // Two generations of the curves and the columns of all histograms, and the rest of the page.
    const tables = 2 * 4096 * (LAYERS + 6) * 8 + LAYERS * 160 * (97 * 8 + 200);
    const bound = tables + 24 * MEGABYTE;
    assert.ok(long.pageBytes < bound, `${long.pageBytes} bytes, at most ${bound} expected`);
  });
});
