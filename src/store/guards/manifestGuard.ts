// The guard of a run's manifest.
import { number, text, count, Fields, LIMITS, Malformed } from '../../shared/protocol/checks';
import { modelFacts } from '../../shared/protocol/factsGuard';
import { trainingOverrides } from '../../shared/protocol/overridesGuard';
import { MANIFEST_VERSION, type ModelSource, type RunManifest } from '../manifest';
import {
  finding,
  hyperparameters,
  layerInfo,
  MAX_ENTRIES,
  notice,
  optional,
  runError,
  STATES,
} from './runParts';
import { experimentRef, runSummary } from './summaryGuard';

/** Characters of a model's source that are believed. */
const MAX_SOURCE = 5_000_000;

function git(value: unknown, at: string): NonNullable<ModelSource['git']> {
  const fields = new Fields(value, at);
  return {
    commit: fields.text('commit'),
    ...optional(fields, 'branch', text),
    ...(fields.has('dirty') && { dirty: fields.get('dirty') === true }),
  };
}

function modelSource(value: unknown, at: string): ModelSource {
  const fields = new Fields(value, at);
  return {
    path: fields.text('path'),
    sha256: fields.text('sha256'),
    ...(fields.has('text') && { text: fields.text('text', MAX_SOURCE) }),
    ...optional(fields, 'git', git),
  };
}

/** A manifest, checked and copied. Throws `Malformed`. */
export function runManifest(value: unknown): RunManifest {
  const fields = new Fields(value, 'manifest');
  if (fields.get('version') !== MANIFEST_VERSION) {
    throw new Malformed(`manifest.version is not ${MANIFEST_VERSION}`);
  }
  const versions = fields.nested('versions');
  const version = (name: string) => optional(versions, name, text);
  return {
    version: MANIFEST_VERSION,
    id: fields.text('id'),
    model: modelSource(fields.get('model'), fields.path('model')),
    startedAt: fields.text('startedAt'),
    ...optional(fields, 'endedAt', text),
    seed: fields.number('seed'),
    requestedBackend: fields.text('requestedBackend'),
    backend: fields.text('backend'),
    ...optional(fields, 'backendReason', (reason, at) => text(reason, at, LIMITS.text)),
    ...optional(fields, 'renderer', text),
    ...(fields.get('runtime') === 'node' && { runtime: 'node' as const }),
    ...optional(fields, 'maxSteps', number),
    hyperparameters: hyperparameters(fields.get('hyperparameters'), fields.path('hyperparameters')),
    ...(fields.has('training') && { training: trainingOverrides(fields.nested('training')) }),
    versions: {
      gradientLens: versions.text('gradientLens'),
      ...version('tfjs'),
      ...version('vscode'),
      ...version('node'),
      platform: versions.text('platform'),
    },
    ...optional(fields, 'experiment', experimentRef),
    ...optional(fields, 'resumedFrom', (from, at) => {
      const resumed = new Fields(from, at);
      return { run: resumed.text('run'), step: resumed.count('step') };
    }),
    state: fields.oneOf('state', STATES),
    ...optional(fields, 'epochs', count),
    ...optional(fields, 'stepsPerEpoch', count),
    layers: fields.list('layers', LIMITS.layers, layerInfo),
    facts: fields.list('facts', LIMITS.tensors, modelFacts),
    findings: fields.list('findings', MAX_ENTRIES, finding),
    notices: fields.list('notices', MAX_ENTRIES, notice),
    ...optional(fields, 'error', runError),
    summary: runSummary(fields.get('summary'), fields.path('summary')),
  };
}
