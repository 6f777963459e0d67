// What recording a run costs its training: whole runs in a thread of Node on wasm, recorded and not in turn; times are
// those of the worker's own records.
import path from 'node:path';
import { progress } from '../scripts/lib/log.mjs';
import { root } from '../scripts/lib/paths.mjs';
import { bundleModel } from '../src/model/bundle';
import { EsbuildService } from '../src/model/esbuildLoader';
import { TrainingRun } from '../src/run/trainingRun';
import { ThreadPage } from '../src/sources/runtimeHost/threadPage';
import { WebviewSource } from '../src/sources/webview/webviewSource';
import { WorkspaceFiles } from '../src/sources/webview/workspaceFiles';
import { RunRecorder } from '../src/store/runRecorder';
import { sampleOrigin } from '../test/unit/store/manifests';
import { comparePairs, median, orderOfRound } from './pairs';

const MODEL = path.join(root, 'bench/models/mlp.model.ts');
const FOLDER = path.dirname(MODEL);
/** Steps before the measured ones: code is optimised, pools are filled. */
const WARM_UP_STEPS = 200;
const STEPS = WARM_UP_STEPS + 2000;

function startRun(esbuild: EsbuildService, id: string): TrainingRun {
  const trouble = (message: string): void => progress(message);
  const source = new WebviewSource({
    page: new ThreadPage(path.join(root, 'dist'), MODEL, trouble),
    files: new WorkspaceFiles(FOLDER, FOLDER, [FOLDER]),
    start: {
      ...{ runId: id, kind: 'experiment', seed: 1, backend: 'wasm', maxSteps: STEPS },
      ...{ paused: false, sampling: { everySteps: 1, activationEverySteps: 1 } },
      ...{ epsilon: 'keras', fusedUpdates: 'auto', probe: 'auto', hyperparameters: {} },
    },
    bundle: () => bundleModel(esbuild, { model: MODEL, unsaved: new Map() }),
    onConsole: (_, text) => trouble(text),
    onTrouble: trouble,
  });
  const request = { seed: 1, backend: 'wasm', maxSteps: STEPS };
  const run = new TrainingRun({ id, model: MODEL, title: 'mlp', path: MODEL, request, source });
  run.start();
  return run;
}

/** Milliseconds per step after the warm-up. */
async function measure(esbuild: EsbuildService, id: string, folder?: string): Promise<number> {
  const run = startRun(esbuild, id);
  const recorder = folder && (await RunRecorder.begin(run, { root: folder, origin: sampleOrigin }));
  await run.finished;
  if (recorder) await recorder.done;
  const at = (step: number) => run.steps.find((record) => record.step === step)?.seconds;
  const [from, to] = [at(WARM_UP_STEPS), at(STEPS - 1)];
  const why = run.error?.message ?? run.state;
  run.dispose();
  if (from === undefined || to === undefined) throw new Error(`The training ended early: ${why}`);
  return ((to - from) / (STEPS - 1 - WARM_UP_STEPS)) * 1000;
}

/** One line: the ratio of recorded to plain training. */
export async function trainPairs(folder: string, pairs: number): Promise<string> {
  const esbuild = new EsbuildService(root);
  const times: [number[], number[]] = [[], []];
  try {
    for (let round = 0; round < pairs; round++) {
      for (const index of orderOfRound(round, 2)) {
        const id = `training-${round}-${index}`;
        const time = await measure(esbuild, id, index === 1 ? folder : undefined);
        times[index as 0 | 1].push(time);
      }
    }
  } finally {
    await esbuild.dispose();
  }
  const [plain, recorded] = times;
  const { ratio, min, max } = comparePairs(recorded, plain);
  return (
    `a training of ${median(plain).toFixed(3)} ms a step takes ${median(recorded).toFixed(3)} ms recorded: ` +
    `ratio ${ratio.toFixed(3)} (${min.toFixed(2)}–${max.toFixed(2)}, ${pairs} pairs of ${STEPS - WARM_UP_STEPS} steps)`
  );
}
