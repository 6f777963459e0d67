// What it takes to go on with a run that has ended: from what lies of it on disk to the options of a new run.
import type { Uri } from 'vscode';
import { TrainError } from './api';
import type { ResumableRun } from './platform/resumableRun';
import { recordsUpTo } from './run/past';
import { planResume, type MoreTraining, type ResumeEnd } from './run/resumePlan';
import type { HyperparameterValue } from './shared/core/runSummary';
import type { RequestedBackend, StartOptions } from './shared/protocol/runtime';
import type { ResumedRun } from './sources/webview/resumption';
import type { Trial } from './trial';
import type { AskedOptions, ResumeSetup } from './trainOptions';
import { hasOwnTfjs } from './trainingSources';

/** How a run is to go on. */
export interface ResumeOptions extends MoreTraining {
  /** Where the file has changed: train the text of then, or the file as it is. */
  source?: 'stored' | 'current';
  /** Present for a trial of an experiment, which goes on in a thread of its own. */
  trial?: Trial;
  show?: boolean;
  paused?: boolean;
}

const ENDED: Record<ResumeEnd, string> = {
  steps: 'It has taken all steps that it was to take. Say how many more.',
  epochs: 'It has trained all of its epochs. Say how many more.',
  'early-stopping': 'It stopped early, as it no longer improved. Say how many more epochs.',
  program:
    'Its program came to its end by itself. Have it train for longer, and train it again: the same seed gives the same steps up to here.',
};

/** The model and the options of the run that goes on. Throws TrainError where `found` cannot go on so. */
export function resumeRequest(
  found: ResumableRun,
  options: ResumeOptions,
): { model: Uri; options: AskedOptions } {
  const { manifest, checkpoint, run, model } = found;
  const refuse = (code: TrainError['code'], why: string): never => {
    throw new TrainError(code, `The run cannot go on: ${why}`);
  };
  if (isProcess(found)) {
    refuse(
      'not-resumable',
      'it trained in a process of Node, whose state cannot be kept. Restart it.',
    );
  }
  const plan = planResume(run, options);
  if (!plan) return refuse('nothing-left', ENDED[found.ended ?? 'program']);
  const origin = run.checkpoint?.origin;
  const { hyperparameters, seed, training, epsilon } = checkpoint?.context ?? {
    ...{ hyperparameters: manifest.hyperparameters, seed: manifest.seed },
    ...{ training: manifest.training, epsilon: undefined },
  };
  const changes = origin?.changes ?? [];
  const start: ResumeSetup['start'] = {
    ...(plan.epochs !== undefined && { epochs: plan.epochs }),
    ...(!checkpoint && { recordFrom: plan.step }),
    ...chosenOf(found),
    ...(epsilon && { epsilon }),
    ...(changes.length > 0 && { debug: { changes } }),
  };
  return {
    model,
    options: {
      seed,
      hyperparameters: { ...(hyperparameters as Record<string, HyperparameterValue>) },
      ...(plan.maxSteps !== undefined && { maxSteps: plan.maxSteps }),
      ...(training && { training }),
      ...(manifest.experiment && { experiment: manifest.experiment }),
      ...(options.show !== undefined && { show: options.show }),
      ...(options.paused !== undefined && { paused: options.paused }),
      resume: {
        resumed: pastOf(found, plan.step),
        ...(checkpoint && {
          context: {
            ...checkpoint.context,
            ...(plan.epochs !== undefined && { epochs: plan.epochs }),
          },
        }),
        ...{ backend: backendOf(found), requestedBackend: manifest.requestedBackend, start },
        ...(manifest.runtime && { runtime: manifest.runtime }),
        texts: textsOf(found, options.source),
      },
    },
  };
}

/** A process of Node is nothing that we could put into a state. Trials of experiments train in threads instead. */
function isProcess({ manifest, recognition, model }: ResumableRun): boolean {
  return (
    manifest.runtime === 'node' &&
    recognition.kind === 'program' &&
    (recognition.needsNode !== undefined || hasOwnTfjs(model.fsPath))
  );
}

function pastOf({ id, manifest, history, checkpoint }: ResumableRun, step: number): ResumedRun {
  const { layers, facts, backend, renderer, startedAt, summary } = manifest;
  const when = new Date(startedAt).toLocaleString(undefined, {
    ...{ dateStyle: 'medium', timeStyle: 'short' },
  });
  return {
    past: { run: id, step, layers, facts, ...recordsUpTo(history, step) },
    ...(checkpoint && { checkpoint: checkpoint.bytes, bundle: checkpoint.context.bundle }),
    ...{ backend, ...(renderer !== undefined && { renderer }) },
    words: `the run of ${summary.title} of ${when}`,
  };
}

/** The backend to ask for, so that the one of then trains. */
function backendOf({ manifest, run }: ResumableRun): RequestedBackend {
  const backend = run.checkpoint?.origin?.backend ?? manifest.backend;
  const known = (['webgl', 'wasm', 'cpu'] as const).find((name) => name === backend);
  // tfjs-node is found by a thread itself.
  if (known === undefined) return 'auto';
  return run.checkpoint?.origin?.builtOn === undefined ? known : 'auto';
}

/** What is built before the backend is chosen has to be built where it was. */
function chosenOf({ run }: ResumableRun): Pick<StartOptions, 'chosen'> {
  const { backend, builtOn } = run.checkpoint?.origin ?? {};
  if (builtOn === undefined || (backend !== 'webgl' && backend !== 'wasm')) return {};
  return { chosen: backend };
}

/** The text that was trained, in the place of a file that has changed. */
function textsOf(
  { manifest, isChanged, model }: ResumableRun,
  source: ResumeOptions['source'],
): ReadonlyMap<string, string> {
  const { text } = manifest.model;
  if (!isChanged || source === 'current') return new Map();
  if (source === 'stored' && text !== undefined) return new Map([[model.fsPath, text]]);
  throw new TrainError(
    'model-changed',
    source === 'stored'
      ? 'The run cannot go on with its file as it was: the text was not kept. Resume with the file as it is, or train it again.'
      : 'The file has changed since the run trained it. Resume with the file as it was then, or as it is now.',
  );
}
