// What the page shows of a run, apart from its series: a plain copy that can be sent.
import type { RunView } from '../shared/protocol/panel';
import { changeWords } from './changeWords';
import type { TrainingRun } from './trainingRun';

/** The run as a message. `title` is the file's name, `path` its place in the workspace. */
export function viewOf(run: TrainingRun<unknown>): RunView {
  const { plan, info, progress, error, memory, stepsPerSecond, epoch } = run;
  const { seed, maxSteps, hyperparameters, resumedFrom } = run.request;
  const changes = run.debug?.changes ?? [];
  return {
    id: run.id,
    title: run.title,
    path: run.path,
    state: run.state,
    backend: run.backend,
    ...(info.reason !== undefined && { backendReason: info.reason }),
    ...(info.renderer !== undefined && { renderer: info.renderer }),
    ...(info.runtime !== undefined && { runtime: info.runtime }),
    ...(info.origin !== undefined && { origin: info.origin }),
    seed,
    requestedBackend: run.request.backend,
    ...(hyperparameters && { hyperparameters }),
    ...(resumedFrom && { resumedFrom }),
    step: run.currentStep,
    ...(maxSteps !== undefined && { maxSteps }),
    ...(epoch !== undefined && { epoch }),
    ...plan,
    ...(stepsPerSecond !== undefined && { stepsPerSecond }),
    ...(progress !== undefined && { progress }),
    // The run replaces these lists whenever they change, so they say by themselves whether they did.
    layers: run.layers,
    findings: run.findings,
    notices: run.notices,
    ...(error && { error }),
    pausable: run.pausable,
    live: run.live,
    ...(memory && { memory }),
    ...(changes.length > 0 && {
      changes: changes.map((made) => ({ step: made.step, words: changeWords(made) })),
    }),
  };
}
