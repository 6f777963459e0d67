// A host process of its own that trains an experiment in a thread and keeps its checkpoints, to be killed. Its argument
// is a JSON text of {@link TrainingTask}; it prints the newest step now and then, and at the end the losses.
import path from 'node:path';
import { bundleModel } from '../../../src/model/bundle';
import { EsbuildService } from '../../../src/model/esbuildLoader';
import { KeptCheckpoints } from '../../../src/platform/keptCheckpoints';
import { TrainingRun } from '../../../src/run/trainingRun';
import type { StartOptions } from '../../../src/shared/protocol/runtime';
import { ThreadPage } from '../../../src/sources/runtimeHost/threadPage';
import { WebviewSource } from '../../../src/sources/webview/webviewSource';
import { WorkspaceFiles } from '../../../src/sources/webview/workspaceFiles';
import { newestCheckpoint } from '../../../src/store/checkpoints';

export interface TrainingTask {
  /** The repository. */
  root: string;
  model: string;
  /** Folder of the run; its newest checkpoint is gone on from. */
  folder: string;
  options: Partial<StartOptions>;
}

const RUN = 'run';

/** Trains to the end; gives the losses by step. */
export async function trainKept(
  { root, model, folder, options }: TrainingTask,
  onStep: (step: number) => void = () => undefined,
): Promise<{ losses: [number, number][]; from: number; notices: string[] }> {
  const stored = await newestCheckpoint(folder);
  const esbuild = new EsbuildService(root);
  const troubles: string[] = [];
  const checkpoints = new KeptCheckpoints({
    folderOf: () => folder,
    onTrouble: (message) => troubles.push(message),
  });
  checkpoints.begin(RUN, Promise.resolve());
  const place = path.dirname(model);
  const source = new WebviewSource({
    page: new ThreadPage(path.join(root, 'dist'), model, (message) => troubles.push(message)),
    files: new WorkspaceFiles(place, place, [place]),
    start: {
      ...{ runId: RUN, kind: 'experiment', seed: 3, backend: 'wasm', paused: false },
      sampling: { everySteps: 1, activationEverySteps: 1 },
      ...{ epsilon: 'keras', fusedUpdates: 'auto', probe: 'auto', hyperparameters: {} },
      ...options,
    },
    ...(stored && {
      resumed: {
        past: {
          ...{ run: RUN, step: stored.step, records: [], epochs: [], layers: [], facts: [] },
        },
        ...{ checkpoint: stored.bytes, bundle: stored.context.bundle },
        ...{ backend: options.backend ?? 'wasm', words: 'the run before' },
      },
    }),
    bundle: () => bundleModel(esbuild, { model, unsaved: new Map() }),
    onCheckpoint: (bytes, { hash }) =>
      checkpoints.take(RUN, bytes, {
        ...{ seed: 3, hyperparameters: {}, epsilon: 'keras', bundle: hash },
      }),
    onConsole: () => undefined,
    onTrouble: (message) => troubles.push(message),
  });
  const request = { seed: 3, backend: 'wasm' };
  const run = new TrainingRun({
    ...{ id: RUN, model, title: 'model', path: 'model', request, source },
  });
  const losses: [number, number][] = [];
  run.onDidStep(({ step, loss = NaN }) => {
    losses.push([step, loss]);
    onStep(step);
  });
  run.start();
  await run.finished;
  await checkpoints.close();
  await esbuild.dispose();
  if (run.error) throw new Error(run.error.message);
  if (troubles.length > 0) throw new Error(troubles.join('; '));
  const notices = run.notices.map(({ code }) => code);
  run.dispose();
  return { losses, from: stored?.step ?? 0, notices };
}

const [, , task] = process.argv;
if (task?.startsWith('{') === true) {
  trainKept(JSON.parse(task) as TrainingTask, (step) => process.stdout.write(`${step}\n`)).then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(String(error));
      process.exit(1);
    },
  );
}
