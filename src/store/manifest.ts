// The manifest of a run on disk: what it was made of and how it stands, as JSON that people can read.
import type { ModelFacts } from '../shared/core/facts';
import type { Finding } from '../shared/core/finding';
import type { LayerInfo, Notice, RunError, RunState } from '../shared/core/run';
import type { ExperimentRef, HyperparameterValue, RunSummary } from '../shared/core/runSummary';
import type { TrainingOverrides } from '../shared/core/trainingOverrides';

/** Version of the layout of a run's folder. */
export const MANIFEST_VERSION = 1;

/** The model's source when the run began. */
export interface ModelSource {
  /** Workspace-relative path with forward slashes; absolute for a file outside of any workspace folder. */
  path: string;
  /** SHA-256 of the file's text as it was trained, hex. */
  sha256: string;
  /** The file's text as it was trained. */
  text?: string;
  /** Commit that was checked out; `dirty`: whether files of the repository had changed, where that is known. */
  git?: { commit: string; branch?: string; dirty?: boolean };
}

/** `manifest.json` of a run's folder. Replaced as a whole, never written in place. */
export interface RunManifest {
  version: typeof MANIFEST_VERSION;
  id: string;
  model: ModelSource;
  /** ISO 8601, UTC. */
  startedAt: string;
  endedAt?: string;
  seed: number;
  requestedBackend: string;
  backend: string;
  backendReason?: string;
  renderer?: string;
  runtime?: 'node';
  maxSteps?: number;
  /** As planned by the program. */
  epochs?: number;
  stepsPerEpoch?: number;
  hyperparameters: Readonly<Record<string, HyperparameterValue>>;
  /** What an experiment changed of the training. */
  training?: TrainingOverrides;
  versions: {
    gradientLens: string;
    tfjs?: string;
    vscode?: string;
    node?: string;
    platform: string;
  };
  experiment?: ExperimentRef;
  /** The run whose checkpoint it went on from. */
  resumedFrom?: { run: string; step: number };
  state: RunState;
  layers: readonly LayerInfo[];
  facts: readonly ModelFacts[];
  findings: readonly Finding[];
  notices: readonly Notice[];
  error?: RunError;
  /** What lists show, so that they need not read the steps. */
  summary: RunSummary;
}
