// The manifest of a run under way, and of one whose manifest was lost.
import { createHash } from 'node:crypto';
import type { TrainingRun } from '../run/trainingRun';
import type { RunHistory } from '../run/runHistory';
import { RecordSummarizer, tellFindings } from '../run/runSummarizer';
import type { ExperimentRef, RunSummary } from '../shared/core/runSummary';
import type { RunView } from '../shared/protocol/panel';
import { MANIFEST_VERSION, type ModelSource, type RunManifest } from './manifest';

/** Largest source that is kept with a run, characters: generated files may be far larger. */
const MAX_SOURCE = 1_000_000;

/** What is known of a run when it begins, and does not change. */
export interface RunOrigin {
  /** Milliseconds since 1970. */
  startedAt: number;
  model: ModelSource;
  /** `tfjs` is the source's to say. */
  versions: Omit<RunManifest['versions'], 'tfjs'>;
  experiment?: ExperimentRef;
  resumedFrom?: RunManifest['resumedFrom'];
}

/** A model's source as it is trained. */
export function modelSource(path: string, text: string, git?: ModelSource['git']): ModelSource {
  return {
    path,
    sha256: createHash('sha256').update(text, 'utf8').digest('hex'),
    ...(text.length <= MAX_SOURCE && { text }),
    ...(git && { git }),
  };
}

/** The manifest as it is now. `endedAt`: milliseconds since 1970, once it is over. */
export function manifestOf(
  run: TrainingRun<unknown>,
  origin: RunOrigin,
  summary: RunSummary,
  endedAt?: number,
): RunManifest {
  const { info, request, plan } = run;
  return {
    version: MANIFEST_VERSION,
    id: run.id,
    model: origin.model,
    startedAt: new Date(origin.startedAt).toISOString(),
    ...(endedAt !== undefined && { endedAt: new Date(endedAt).toISOString() }),
    seed: request.seed,
    requestedBackend: request.backend,
    backend: run.backend,
    ...(info.reason !== undefined && { backendReason: info.reason }),
    ...(info.renderer !== undefined && { renderer: info.renderer }),
    ...(info.runtime !== undefined && { runtime: info.runtime }),
    ...(request.maxSteps !== undefined && { maxSteps: request.maxSteps }),
    ...plan,
    hyperparameters: request.hyperparameters ?? {},
    ...(request.training && { training: request.training }),
    versions: {
      ...origin.versions,
      ...(info.tfjsVersion !== undefined && { tfjs: info.tfjsVersion }),
    },
    ...(origin.experiment && { experiment: origin.experiment }),
    ...(origin.resumedFrom && { resumedFrom: origin.resumedFrom }),
    state: run.state,
    layers: run.layers,
    facts: run.facts,
    findings: run.findings,
    notices: run.notices,
    ...(run.error && { error: run.error }),
    summary,
  };
}

/** What can be said of a run by its steps file alone. `startedAt`: milliseconds since 1970. */
export function recoveredManifest(
  id: string,
  startedAt: number,
  view: RunView,
  history: RunHistory,
): RunManifest {
  const records = new RecordSummarizer();
  for (const record of history.records) records.take(record);
  for (const { metrics } of history.epochs) records.takeMetrics(metrics);
  const { seed, backend, path, title, state, step, hyperparameters = {} } = view;
  const { layers, findings, notices } = view;
  return {
    version: MANIFEST_VERSION,
    id,
    // The text is not known any more: no file has this hash.
    model: { path, sha256: '' },
    startedAt: new Date(startedAt).toISOString(),
    seed,
    requestedBackend: view.requestedBackend ?? 'auto',
    backend,
    ...(view.backendReason !== undefined && { backendReason: view.backendReason }),
    ...(view.renderer !== undefined && { renderer: view.renderer }),
    ...(view.runtime !== undefined && { runtime: view.runtime }),
    ...(view.maxSteps !== undefined && { maxSteps: view.maxSteps }),
    ...(view.epochs !== undefined && { epochs: view.epochs }),
    ...(view.stepsPerEpoch !== undefined && { stepsPerEpoch: view.stepsPerEpoch }),
    hyperparameters,
    versions: { gradientLens: '', platform: '' },
    state,
    ...{ layers, facts: [], findings, notices },
    ...(view.error && { error: view.error }),
    summary: {
      ...{ id, origin: 'training', title, path, labels: {}, state, live: false, startedAt },
      ...{ seed, backend, hyperparameters, step },
      ...records.summary,
      ...tellFindings(findings),
      resumable: false,
    },
  };
}
