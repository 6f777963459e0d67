// The built page that compares runs in a real Chromium, fed by the host's own comparison over synthetic runs:
// messages cross as VS Code carries them, and what the page posts passes the host's guard.
import type { Browser, Page } from 'playwright-core';
import { Emitter } from '../../../src/run/emitter';
import { RunHistory } from '../../../src/run/runHistory';
import type { RunSummary } from '../../../src/shared/core/runSummary';
import type { FromComparePage } from '../../../src/shared/protocol/compare';
import { parseFromComparePage } from '../../../src/shared/protocol/compareGuard';
import { CompareFeed } from '../../../src/surfaces/compare/compareFeed';
import { Comparison, type OpenedRun } from '../../../src/surfaces/compare/comparison';
import { summaryOf } from '../../unit/host/runSummaries';
import { collectErrors, serveBuiltPage } from './builtPage';
import { syntheticRun, type SyntheticOptions } from './syntheticRun';
import { DARK, type TestTheme } from './themes/themes';
import { pack, unpackSource } from './wire';

const STAND_IN = `
  window.acquireVsCodeApi = () => ({
    postMessage: (message) => window.toHost(JSON.stringify(message)),
    getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
    setState: (state) => sessionStorage.setItem('state', JSON.stringify(state)),
  });
  const unpack = ${unpackSource};
  window.receive = (packed) =>
    window.dispatchEvent(new MessageEvent('message', { data: unpack(packed) }));`;

/** A run to compare: its summary and its history, which can grow. */
export interface TestRun extends OpenedRun {
  summary: RunSummary;
  readonly history: RunHistory;
  readonly changed: Emitter<void>;
  readonly records: ReturnType<typeof syntheticRun>['records'];
}

/** A run of synthetic records; `shown`: as many of them as the history begins with. */
export function testRun(
  id: string,
  options: SyntheticOptions,
  change: Partial<RunSummary> = {},
  shown = Infinity,
): TestRun {
  const { layers, records, epochs } = syntheticRun(options);
  const history = new RunHistory();
  for (const record of records.slice(0, shown)) history.append(record);
  for (const epoch of epochs) if (epoch.step <= history.step) history.addEpoch(epoch);
  const changed = new Emitter<void>((error) => {
    throw error;
  });
  const finite = records.flatMap(({ loss }) => (Number.isFinite(loss) ? [loss!] : []));
  const best = Math.min(...finite);
  return {
    summary: summaryOf(id, {
      lastLoss: records.at(-1)?.loss ?? NaN,
      bestLoss: { value: best, step: records.find(({ loss }) => loss === best)?.step ?? 0 },
      step: history.step,
      seconds: records.at(-1)?.seconds ?? 0,
      metrics: { ...records.at(-1)?.metrics, ...epochs.at(-1)?.metrics },
      ...change,
    }),
    ...{ history, changed, records, onDidChange: changed.event },
    view: () => ({ layers }),
  };
}

export interface ComparePageOptions {
  browser: Browser;
  runs: readonly TestRun[];
  theme?: TestTheme;
  width?: number;
  height?: number;
  baseline?: string;
}

export class ComparePage {
  /** Errors, console errors and messages that the host refused. */
  readonly errors: string[] = [];
  readonly posts: FromComparePage[] = [];
  readonly comparison: Comparison;
  private readonly feed: CompareFeed;
  private baseline: string | undefined;
  private isClosed = false;

  private constructor(
    readonly page: Page,
    private readonly closeServer: () => Promise<void>,
    { runs, baseline }: ComparePageOptions,
  ) {
    this.baseline = baseline;
    const byId = new Map(runs.map((run) => [run.summary.id, run]));
    this.comparison = new Comparison(
      {
        summary: (id) => byId.get(id)?.summary,
        open: (id) => {
          const run = byId.get(id);
          return run ? Promise.resolve(run) : Promise.reject(new Error(`No run ${id}.`));
        },
      },
      (error) => this.errors.push(String(error)),
    );
    this.feed = new CompareFeed(
      this.comparison,
      {
        isVisible: () => true,
        post: (message) => {
          void page
            .evaluate((packed) => {
              (window as unknown as { receive(text: string): void }).receive(packed);
            }, pack(message))
            .catch((error: unknown) => {
              if (!this.isClosed) this.errors.push(String(error));
            });
        },
      },
      () => this.baseline,
      50,
    );
    for (const { summary } of runs) this.comparison.add(summary.id);
    collectErrors(page, this.errors);
  }

  static async open(options: ComparePageOptions): Promise<ComparePage> {
    const { browser, theme = DARK, width = 1100, height = 1400 } = options;
    const server = await serveBuiltPage('compare', theme, STAND_IN);
    const page = await browser.newPage({ viewport: { width, height } });
    const compare = new ComparePage(page, () => server.close(), options);
    await page.exposeFunction('toHost', (text: string) => compare.receive(text));
    await page.goto(server.origin);
    await compare.settled();
    return compare;
  }

  /** Waits until every run has been drawn, and the histograms were answered. */
  async settled(): Promise<void> {
    const wanted = this.comparison.ids.filter((id) => id !== undefined).length;
    await this.page.waitForFunction(
      (count) => document.querySelectorAll('.chip').length === count,
      wanted,
    );
    await new Promise((resolve) => setTimeout(resolve, 250));
    await this.page.evaluate(
      'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
    );
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.feed.dispose();
    this.comparison.dispose();
    await this.page.close();
    await this.closeServer();
  }

  private receive(text: string): void {
    const message = parseFromComparePage(JSON.parse(text), ({ message: why }) =>
      this.errors.push(why),
    );
    if (!message) return;
    this.posts.push(message);
    if (message.type === 'ready') this.feed.ready();
    else if (message.type === 'look') this.feed.look(message);
    else if (message.type === 'remove') this.comparison.remove(message.run);
    else if (message.type === 'baseline') {
      this.baseline = message.run;
      this.feed.refresh();
    } else if (message.type === 'pageError') this.errors.push(message.message);
  }
}
