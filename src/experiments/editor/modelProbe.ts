// Looks at a model by training it for one step, unseen: its layers with their places, what it is trained with.
import type { ModelFacts } from '../../shared/core/facts';
import type { LayerInfo } from '../../shared/core/run';
import type { StepRecord } from '../../shared/core/stepRecord';
import type { AskedOptions } from '../../trainOptions';
import type { Trainer } from '../../trainer';
import type { ModelRun } from '../../api';
import type { RunRegistry } from '../../run/runRegistry';
import * as vscode from 'vscode';

/** What one step shows. */
export interface Probed {
  layers: readonly LayerInfo[];
  facts: readonly ModelFacts[];
  steps: readonly StepRecord[];
  plan: { epochs?: number; stepsPerEpoch?: number };
}

/** Why a model could not be looked at. */
export class ProbeError extends Error {
  override readonly name = 'ProbeError';
}

/** The parts of the extension that make a probe. */
export interface ProbeParts {
  trainer: Pick<Trainer, 'tryInThread'>;
  registry: RunRegistry<ModelRun>;
}

/** A run of a trial that is none of the results: it is not kept. */
export const PREPARATION = { id: 'preparation', name: 'Preparation', trial: 0 } as const;

/** Trains one step of `model` with `texts` in the place of its files. Rejects with ProbeError. */
export async function probeModel(
  { trainer, registry }: ProbeParts,
  model: vscode.Uri,
  texts: ReadonlyMap<string, string>,
  options: Pick<AskedOptions, 'hyperparameters' | 'seed'> = {},
): Promise<Probed> {
  const file = vscode.Uri.file(model.fsPath);
  const run = await trainer.tryInThread(
    file,
    { name: 'first step', texts },
    { ...options, maxSteps: 1, show: false, experiment: PREPARATION },
  );
  await run.finished;
  const { layers, facts, steps, plan, error } = run;
  registry.remove(run);
  if (steps.length > 0) return { layers, facts, steps: [...steps], plan };
  throw new ProbeError(
    `The model could not be looked at: ${error?.message ?? 'it took no step'} Train it once by itself and try again.`,
  );
}
