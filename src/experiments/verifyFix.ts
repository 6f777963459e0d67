// Trains a model with and without a fix, on the same seed and for the same number of steps, side by
// side, and says whether the fix cured what was found.
import * as vscode from 'vscode';
import type { ModelRun, TrainOptions } from '../api';
import type { Finding } from '../shared/core/finding';
import { isFinal, type BackendName } from '../shared/core/run';
import type { Trainer } from '../trainer';
import { judgeFix, type Trained, type Verdict } from './verdict';

/** Steps that both versions train: enough for the finding to come up, twice over. */
const MIN_STEPS = 200;
const MAX_STEPS = 2000;

export interface Verification {
  verdict: Verdict;
  steps: number;
}

/** Steps after which a finding that held is expected to have shown itself again. */
export function stepsFor({ firstStep }: Pick<Finding, 'firstStep'>, maxSteps = Infinity): number {
  return Math.min(maxSteps, MAX_STEPS, Math.max(MIN_STEPS, 2 * firstStep));
}

/** What the verdict looks at, up to `count` steps: a run may have gone on. */
function upTo(run: ModelRun, count: number): Trained {
  const steps = run.steps.filter(({ step }) => step <= count);
  const { state, findings, error } = run;
  return { state, findings, steps, ...(error && { error }) };
}

/** What trained the run: in Node, the program chooses the rest. */
function backendOf({ info, backend }: ModelRun): BackendName {
  return info.runtime === 'node' ? 'node' : (backend as BackendName);
}

/** Why a verification gave no verdict. */
export class VerificationCancelled extends Error {
  override readonly name = 'VerificationCancelled';
}

/**
 * Trains both versions and compares them; `texts` are those of the files that the fix changes, by
 * absolute path. A run that has taken the steps already is not trained again:
 * the same seed gives the same losses. Rejects with VerificationCancelled, or as `train` does.
 */
export async function verifyFix(
  trainer: Pick<Trainer, 'tryOut'>,
  run: ModelRun,
  finding: Finding,
  texts: ReadonlyMap<string, string>,
  progress: (message: string) => void,
  cancelled: vscode.CancellationToken,
): Promise<Verification> {
  const { seed, maxSteps, hyperparameters } = run.request;
  const steps = stepsFor(finding, maxSteps);
  const options: TrainOptions = {
    seed,
    maxSteps: steps,
    ...(run.backend !== '' && { backend: backendOf(run) }),
    ...(hyperparameters && { hyperparameters }),
  };
  const model = vscode.Uri.file(run.model.fsPath);
  const started: ModelRun[] = [];
  const subscription = cancelled.onCancellationRequested(() => {
    for (const one of started) void one.stop();
  });
  const assertWanted = (): void => {
    if (cancelled.isCancellationRequested) throw new VerificationCancelled();
  };
  const trainVersion = async (name: string, texts: ReadonlyMap<string, string>) => {
    assertWanted();
    const trial = await trainer.tryOut(model, { name, texts }, options);
    started.push(trial);
    const watch = trial.onDidStep(({ step }) => progress(`${name}: step ${step} of ${steps}`));
    await trial.finished;
    watch.dispose();
    assertWanted();
    return trial;
  };
  try {
    const isDone = run.currentStep >= steps || (isFinal(run.state) && run.state !== 'stopped');
    const without = isDone ? run : await trainVersion('without the fix', new Map());
    const withFix = await trainVersion('with the fix', texts);
    const verdict = judgeFix(finding.rule, steps, upTo(without, steps), upTo(withFix, steps));
    return { verdict, steps };
  } finally {
    subscription.dispose();
  }
}
