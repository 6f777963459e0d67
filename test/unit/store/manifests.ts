// Manifests for tests of what reads them.
import type { RunSummary } from '../../../src/shared/core/runSummary';
import type { RunManifest } from '../../../src/store/manifest';
import { modelSource, type RunOrigin } from '../../../src/store/manifestOf';

/** What a recorded run is made of. */
export const sampleOrigin: RunOrigin = {
  startedAt: Date.UTC(2026, 0, 31, 15, 45, 2),
  model: modelSource('models/net.model.ts', 'export const model = 1;'),
  versions: { gradientLens: '0.1.0', platform: 'linux-x64' },
};

export const sampleRun = { title: 'net.model.ts', path: 'models/net.model.ts' };

/** A summary with something in every field. */
export function summaryFor(id: string, change: Partial<RunSummary> = {}): RunSummary {
  return {
    ...{ id, origin: 'training', ...sampleRun, labels: {} },
    ...{ state: 'completed', live: false, startedAt: 1000, seconds: 12.5, seed: 7, backend: 'cpu' },
    hyperparameters: { units: 16, act: 'relu', bias: true },
    ...{ step: 40, epoch: 4, firstLoss: 2.5, lastLoss: 0.25, bestLoss: { value: 0.25, step: 40 } },
    metrics: { acc: 0.9 },
    findings: { error: 0, warning: 1, information: 0 },
    worst: { rule: 'dead-units', severity: 'warning', message: '30 % of the units are dead.' },
    spark: [2.5, 1, NaN, 0.25],
    experiment: { id: 'sweep-1', name: 'Sweep of net.model.ts', trial: 3 },
    resumable: false,
    ...change,
  };
}

/** The manifest of a run; `change` is of its summary. */
export function manifestFor(id: string, change: Partial<RunSummary> = {}): RunManifest {
  const summary = summaryFor(id, change);
  return {
    version: 1,
    id,
    model: {
      path: sampleRun.path,
      sha256: 'ab'.repeat(32),
      text: 'export const model = 1;\n',
      git: { commit: 'c0ffee'.padEnd(40, '0'), branch: 'main', dirty: true },
    },
    startedAt: new Date(summary.startedAt).toISOString(),
    endedAt: new Date(summary.startedAt + 12_500).toISOString(),
    seed: 7,
    requestedBackend: 'auto',
    backend: 'cpu',
    maxSteps: 40,
    epochs: 4,
    stepsPerEpoch: 10,
    hyperparameters: summary.hyperparameters,
    versions: { gradientLens: '0.1.0', tfjs: '4.22.0', platform: 'linux-x64' },
    resumedFrom: { run: 'earlier', step: 20 },
    state: summary.state,
    layers: [
      { name: 'dense', className: 'Dense', line: 3, tensors: [{ name: 'kernel', shape: [4, 2] }] },
    ],
    facts: [],
    findings: [
      {
        rule: 'dead-units',
        severity: 'warning',
        layer: 'dense',
        ...{ firstStep: 3, lastStep: 40, closedStep: 40 },
        evidence: { measured: 0.3, threshold: 0.2, unit: 'share of units', window: 10 },
        message: '30 % of the units are dead.',
        remedies: [{ id: 'change-activation', title: 'LeakyReLU', values: { slope: 0.1 } }],
        reference: 'Maas et al. 2013',
      },
    ],
    notices: [{ code: 'software-webgl', message: 'Slow.' }],
    ...(summary.experiment && { experiment: summary.experiment }),
    summary,
  };
}
