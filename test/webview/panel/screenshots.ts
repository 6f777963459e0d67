// Writes pictures of the panel to out/screenshots, for people to look at: every theme, few and many
// layers, and every state of a run. Usage: npx tsx test/webview/panel/screenshots.ts [name part]
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { ToPanel } from '../../../src/shared/protocol/panel';
import { viewOf as viewOfRun } from '../../../src/run/runView';
import { read, unpack, withFolder } from '../../unit/logs/reading';
import { launchChromium } from '../harness';
import { PanelPage } from './panelPage';
import {
  lookedAt,
  NO_STEPS,
  snapshotOf,
  syntheticRun,
  vanishingFinding,
  viewOf,
} from './syntheticRun';
import { DARK, HIGH_CONTRAST, LIGHT, type TestTheme } from './themes/themes';

interface Shot {
  name: string;
  theme: TestTheme;
  width: number;
  height: number;
  messages: ToPanel[];
  /** Layer whose detail is open. */
  focus?: string;
  /** Vertical scroll position in pixels. */
  scroll?: number;
}

const OUT = path.resolve(__dirname, '../../../out/screenshots');

const cnn = syntheticRun({ layers: 4, steps: 420 });
const one = syntheticRun({ layers: 1, steps: 36, seed: 3 });
const deep = syntheticRun({ layers: 100, steps: 120, seed: 4, depthFactor: 0.985 });
const vanishing = syntheticRun({ layers: 10, steps: 260, seed: 5, depthFactor: 0.3 });
const exploding = syntheticRun({ layers: 5, steps: 90, seed: 6, depthFactor: 1.6, nanFrom: 84 });
const none = { layers: [], records: [], epochs: [] };

const running = snapshotOf(cnn);
const paused = snapshotOf(cnn, { state: 'paused' });
const vanished = snapshotOf(vanishing, {
  title: 'deep-sigmoid.model.js',
  path: 'examples/deep-sigmoid.model.js',
  backend: 'wasm',
  backendReason: 'WebGL runs in software here (SwiftShader); WebAssembly is faster.',
  findings: [vanishingFinding(vanishing)],
});
const failed = snapshotOf(exploding, {
  title: 'exploding.model.js',
  path: 'examples/exploding.model.js',
  state: 'failed',
  error: {
    code: 'model-exception',
    message:
      'The loss became NaN at step 84 and the program threw: Error: loss is NaN. Lower the learning rate or clip gradients, then restart.',
    location: { file: '/home/user/project/exploding.model.js', line: 31, column: 9 },
  },
  findings: [
    {
      rule: 'non-finite',
      severity: 'error',
      layer: 'dense_Dense4',
      tensor: 'dense_Dense4/kernel',
      firstStep: 84,
      lastStep: 90,
      evidence: { measured: 200, threshold: 0, unit: 'NaN elements', window: 1 },
      message:
        'The gradient of dense_Dense4/kernel became NaN at step 84 after growing ×12 in 10 steps.',
      remedies: [
        { id: 'lower-learning-rate', title: 'Lower the learning rate by a factor of 10.' },
        { id: 'clip-norm', title: 'Clip gradients (clipNorm: 1).' },
      ],
      reference: 'Pascanu et al. 2013',
      location: { file: '/home/user/project/exploding.model.js', line: 15, column: 3 },
    },
    vanishingFinding(exploding, true),
  ],
});
/** At another step than the newest, as the host answers a look or a debugger's stop. */
const past = lookedAt(cnn, { step: 120 });
const debugged = lookedAt(
  cnn,
  { step: 300, layer: 'dense_Dense3', phase: 'backward' },
  {
    state: 'paused',
    changes: [
      { step: 120, words: 'learning rate 0.0001' },
      { step: 250, words: 'conv2d_Conv2D1 frozen' },
    ],
  },
);
const starting: ToPanel = {
  type: 'snapshot',
  view: viewOf(none, {
    state: 'starting',
    backend: '',
    step: 0,
    progress: 'Reading train-images-idx3-ubyte (47 MB)…',
  }),
  ...NO_STEPS,
};
const noRun: ToPanel = {
  type: 'snapshot',
  view: undefined,
  ...NO_STEPS,
};

const THEMES = [
  ['dark', DARK],
  ['light', LIGHT],
  ['hc', HIGH_CONTRAST],
] as const;

/** A log of PyTorch, whose histograms are at few of its steps. */
async function logShown(): Promise<ToPanel> {
  const run = await withFolder(async (folder) => read(await unpack('torch-sigmoid', folder)));
  const { curves, histograms, newest } = run.history.since();
  return { type: 'snapshot', view: viewOfRun(run), curves, histograms, newest };
}

function shots(log: ToPanel): Shot[] {
  const all: Shot[] = [];
  for (const [name, theme] of THEMES) {
    const shot = (
      what: string,
      width: number,
      height: number,
      message: ToPanel,
      more = {},
    ): void => {
      all.push({ name: `${name}-${what}`, theme, width, height, messages: [message], ...more });
    };
    shot('running-4', 900, 1000, running);
    shot('running-4-wide', 1600, 1000, running, { focus: 'conv2d_Conv2D2' });
    shot('paused-4-narrow', 400, 1000, paused);
    shot('detail-narrow', 400, 1400, paused, { focus: 'dense_Dense3' });
    shot('running-1', 900, 760, snapshotOf(one));
    shot('running-100', 900, 1000, snapshotOf(deep));
    shot('running-100-scrolled', 1200, 1000, snapshotOf(deep), { focus: 'dense_Dense60' });
    shot('vanishing', 900, 1200, vanished);
    shot('failed', 900, 1300, failed);
    shot('starting', 900, 520, starting);
    shot('empty', 900, 400, noRun);
    shot('log', 900, 1300, log);
    shot('past', 900, 1000, past);
    shot('past-narrow', 400, 1000, past);
    shot('debugged', 900, 1100, debugged);
    shot('debugged-detail', 1200, 1300, debugged, { focus: 'dense_Dense3' });
    shot('debugged-narrow', 400, 1200, debugged);
    shot('cut-off', 900, 400, snapshotOf(cnn, { live: false }));
  }
  return all;
}

async function main(): Promise<void> {
  await mkdir(OUT, { recursive: true });
  const part = process.argv[2] ?? '';
  const browser = await launchChromium();
  try {
    const all = shots(await logShown());
    for (const shot of all.filter(({ name }) => name.includes(part))) {
      const { theme, width, height } = shot;
      const panel = await PanelPage.open({
        browser,
        theme,
        width,
        height,
        bodyClass: 'vscode-reduce-motion',
      });
      await panel.send(...shot.messages);
      if (shot.focus !== undefined) await panel.send({ type: 'focusLayer', layer: shot.focus });
      await panel.drawn();
      await panel.page.screenshot({ path: path.join(OUT, `${shot.name}.png`) });
      if (panel.errors.length > 0) throw new Error(`${shot.name}: ${panel.errors.join('\n')}`);
      await panel.close();
    }
  } finally {
    await browser.close();
  }
}

void main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
});
