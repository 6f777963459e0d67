// Trains the trials of a sweep: as ordinary runs, each in a thread of its own; on webgl one after the other in a
// panel that they share.
import type * as vscode from 'vscode';
import type { ModelRun } from '../../api';
import { recognise } from '../../model/recognise';
import type { Finding, Severity } from '../../shared/core/finding';
import { isFinal } from '../../shared/core/run';
import type { AskedOptions } from '../../trainOptions';
import type { Trainer } from '../../trainer';
import { textNow } from '../../surfaces/trainedTexts';
import { ObjectiveWatch } from '../runner/objective';
import type { RunFacts, Training, TrainingEnd, TrainingRequest } from '../runner/trial';
import type { ExperimentSpec } from '../spec/experimentSpec';
import type { Report } from '../stopping/median';
import { waysOf } from './assignment';
import { VariantError, type Variants } from './variants';

/** What the trials of one sweep have in common. */
export interface TrialParts {
  trainer: Pick<Trainer, 'tryInThread'>;
  spec: ExperimentSpec;
  model: vscode.Uri;
  variants: Variants;
  /** Of the experiment. */
  id: string;
  name: string;
  /** Told of tfjs's own count of the tensors of a trial, bytes. */
  onMemory: (bytes: number) => void;
}

const GRAVITY: readonly Severity[] = ['error', 'warning', 'information'];

/** The first of the gravest findings that hold. */
function worstOf(findings: readonly Finding[]): RunFacts['worst'] {
  const open = findings.filter(({ closedStep }) => closedStep === undefined);
  const severity = GRAVITY.find((one) => open.some((finding) => finding.severity === one));
  const worst = open.find((finding) => finding.severity === severity);
  return worst && { severity: worst.severity, message: worst.message };
}

/** Starts the training of one trial with one seed. */
export async function startTraining(parts: TrialParts, asked: TrainingRequest): Promise<Training> {
  try {
    return new TrialRun(parts, await begin(parts, asked), asked);
  } catch (error) {
    // A value that cannot be written concerns its trial alone.
    if (error instanceof VariantError) return failedTraining(error.message);
    throw error;
  }
}

async function begin(
  { trainer, spec, model, variants, id, name }: TrialParts,
  { trial, assignment, seed, amount, of }: TrainingRequest,
): Promise<ModelRun> {
  const found = recognise(model.fsPath, textNow(model.fsPath) ?? '');
  const { hyperparameters, training, edits, varied } = waysOf(assignment, found);
  const texts = edits.length > 0 ? await variants.texts(edits) : new Map<string, string>();
  const isModule = found.kind === 'experiment';
  const { unit } = spec.budget;
  const options: AskedOptions = {
    ...{ seed, show: false, hyperparameters, varied, experiment: { id, name, trial } },
    ...(spec.backend !== 'auto' && { backend: spec.backend }),
    ...(unit === 'steps' && { maxSteps: amount }),
    training: {
      ...training,
      ...(unit === 'steps' && training.schedule && { scheduleSteps: of }),
      ...(unit === 'epochs' &&
        isModule && { epochs: training.epochs ?? of, stopAfterEpoch: amount }),
    },
  };
  const one = `${name} · trial ${trial}${spec.seeds.length > 1 ? ` · seed ${seed}` : ''}`;
  // Runs of one name share a panel, and follow one another.
  const trialName = spec.backend === 'webgl' ? name : one;
  return trainer.tryInThread(model, { name: trialName, texts }, options);
}

/** One run of a trial. */
class TrialRun implements Training {
  readonly ended: Promise<TrainingEnd>;
  private readonly watch: ObjectiveWatch;
  private readonly subscriptions: { dispose(): void }[];
  private listener: (report: Report) => void = () => undefined;
  /** Reports of the time before there was a listener. */
  private early: Report[] | undefined = [];
  private isOver = false;
  private bestLoss: number | undefined;
  private kept: RunFacts | undefined;

  constructor(
    parts: TrialParts,
    private readonly run: ModelRun,
    { amount }: TrainingRequest,
  ) {
    const { unit } = parts.spec.budget;
    this.watch = new ObjectiveWatch(run, parts.spec.objective, { unit, amount }, (report) => {
      if (this.early) this.early.push(report);
      else this.listener(report);
    });
    this.subscriptions = [
      run.onDidStep(({ loss = NaN }) => {
        if (loss < (this.bestLoss ?? Infinity)) this.bestLoss = loss;
      }),
      // A program trains as many epochs as it likes.
      run.onDidEndEpoch(({ epoch }) => {
        if (unit !== 'epochs' || epoch < amount || isFinal(run.state)) return;
        this.isOver = true;
        void run.stop();
      }),
    ];
    this.ended = run.finished.then(() => {
      parts.onMemory(run.memory?.numBytes ?? 0);
      return this.end();
    });
  }

  facts(): RunFacts {
    return this.kept ?? this.look();
  }

  onReport(listener: (report: Report) => void): void {
    this.listener = listener;
    const { early = [] } = this;
    this.early = undefined;
    early.forEach(listener);
  }

  stop(): void {
    if (!isFinal(this.run.state)) void this.run.stop();
  }

  release(): void {
    this.kept = this.look();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private look(): RunFacts {
    const { id, currentStep: step, steps, findings } = this.run;
    const lastLoss = steps.at(-1)?.loss;
    const worst = worstOf(findings);
    return {
      ...{ id, step },
      ...(lastLoss !== undefined && { lastLoss }),
      ...(this.bestLoss !== undefined && { bestLoss: this.bestLoss }),
      ...(worst && { worst }),
    };
  }

  private end(): TrainingEnd {
    const { state, error, currentStep } = this.run;
    this.watch.finish(currentStep);
    if (state === 'failed') {
      return { state, message: error?.message ?? 'The training failed without a reason.' };
    }
    const { problem } = this.watch;
    const ended = state === 'stopped' && !this.isOver ? 'stopped' : 'completed';
    return { state: ended, ...(problem !== undefined && { problem }) };
  }
}

/** A training that never began. */
function failedTraining(message: string): Training {
  return {
    facts: () => ({ id: '', step: 0 }),
    onReport: () => undefined,
    stop: () => undefined,
    ended: Promise.resolve({ state: 'failed', message }),
    release: () => undefined,
  };
}
