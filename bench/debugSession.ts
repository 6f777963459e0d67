// `npm run bench -- --debug-session`: what an attached debug session costs a training in which nothing stops it. Whole runs,
// with and without a session in turn, in a thread of Node on wasm; times are those of the worker's own records.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, progress } from '../scripts/lib/log.mjs';
import { root } from '../scripts/lib/paths.mjs';
import { TrainingSession } from '../src/debug/trainingSession';
import { bundleModel } from '../src/model/bundle';
import { EsbuildService } from '../src/model/esbuildLoader';
import { TrainingRun } from '../src/run/trainingRun';
import { ThreadPage } from '../src/sources/runtimeHost/threadPage';
import { WebviewSource } from '../src/sources/webview/webviewSource';
import { WorkspaceFiles } from '../src/sources/webview/workspaceFiles';
import { comparePairs, median, orderOfRound } from './pairs';

const MODEL = path.join(root, 'bench/models/mlp.model.ts');
const FOLDER = path.dirname(MODEL);
/** Steps before the measured ones: code is optimised, pools are filled. */
const WARM_UP_STEPS = 100;

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '15' },
    steps: { type: 'string', default: '1000' },
  },
});
const pairs = Number(values.pairs);
const steps = WARM_UP_STEPS + Number(values.steps);

const esbuild = new EsbuildService(root);

/** A run as the editor starts it, with what the debugger asks of the worker or without. */
function startRun(isDebugged: boolean): TrainingRun {
  const request = { seed: 1, backend: 'wasm', maxSteps: steps, paused: isDebugged };
  const trouble = (message: string): void => progress(message);
  const source = new WebviewSource({
    page: new ThreadPage(path.join(root, 'dist'), MODEL, trouble),
    files: new WorkspaceFiles(FOLDER, FOLDER, [FOLDER]),
    start: {
      ...{ runId: 'bench', kind: 'experiment', seed: 1, backend: 'wasm', maxSteps: steps },
      ...{ paused: isDebugged, sampling: { everySteps: 1, activationEverySteps: 1 } },
      ...{ epsilon: 'keras', fusedUpdates: 'auto', probe: 'auto', hyperparameters: {} },
      ...(isDebugged && { debug: { changes: [] } }),
    },
    bundle: () => bundleModel(esbuild, { model: MODEL, unsaved: new Map() }),
    onConsole: (_, text) => trouble(text),
    onTrouble: trouble,
  });
  const run = new TrainingRun({
    ...{ id: 'bench', model: MODEL, title: 'mlp', path: MODEL, request, source },
  });
  run.start();
  return run;
}

/** Ends with the run. */
async function plain(): Promise<TrainingRun> {
  const run = startRun(false);
  await run.finished;
  return run;
}

/** The same under a session with its default filters and no breakpoint, which goes on by itself. */
async function debugged(): Promise<TrainingRun> {
  const run = startRun(true);
  const session = new TrainingSession(() => Promise.resolve(run));
  let seq = 1;
  const send = (command: string, args: object): void =>
    session.handleMessage({ seq: seq++, type: 'request', command, arguments: args } as never);
  send('initialize', { adapterID: 'gradient-lens', linesStartAt1: true });
  const filterOptions = [{ filterId: 'non-finite' }];
  send('setExceptionBreakpoints', { filters: [], filterOptions });
  send('launch', { program: MODEL, steps });
  send('configurationDone', {});
  await run.finished;
  session.dispose();
  return run;
}

const contestants = [plain, debugged];

/** Milliseconds per step between the end of the warm-up and the last step but one, which is recorded in full. */
async function measure(train: () => Promise<TrainingRun>): Promise<number> {
  const run = await train();
  const at = (step: number) => run.steps.find((record) => record.step === step)?.seconds;
  const last = steps - 2;
  const [from, to] = [at(WARM_UP_STEPS), at(last)];
  run.dispose();
  if (from === undefined || to === undefined) {
    const why = run.error?.message ?? run.state;
    throw new Error(`${train.name}: the run ended at step ${run.currentStep}: ${why}`);
  }
  return ((to - from) / (last - WARM_UP_STEPS)) * 1000;
}

async function main(): Promise<void> {
  const times = contestants.map((): number[] => []);
  for (let round = 0; round < pairs; round++) {
    for (const index of orderOfRound(round, contestants.length)) {
      const contestant = contestants[index];
      if (contestant) times[index]?.push(await measure(contestant));
    }
    progress(
      `${round + 1} of ${pairs}: ${times.map((all) => all.at(-1)?.toFixed(3)).join(' and ')} ms`,
    );
  }
  const [without = [], attached = []] = times;
  const { ratio, min, max } = comparePairs(attached, without);
  process.stdout.write(
    `A debug session attached: ${median(attached).toFixed(3)} ms a step, without ` +
      `${median(without).toFixed(3)} ms: ratio ${ratio.toFixed(3)} ` +
      `(${min.toFixed(2)}–${max.toFixed(2)}, ${pairs} pairs of ${values.steps} steps)\n`,
  );
}

main()
  .catch((error: unknown) => {
    progress(messageOf(error));
    process.exitCode = 1;
  })
  .finally(() => esbuild.dispose())
  .catch((error: unknown) => progress(messageOf(error)));
