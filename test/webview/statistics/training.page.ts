// Runs in Chromium: training programs with and without the tap, on a backend of the test's choice.
import * as tfjs from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import { installTap } from '../../../src/shared/tap/index';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { createStatistics } from '../../../webview/runtime/statistics/index';
import { PROGRAMS, withSeed } from '../../unit/tap/programs';
import { expose } from '../harness/page';

const SEED = 21;

interface Outcome {
  plain: number[];
  tapped: number[];
  records: StepRecord[];
  layers: string[];
  /** tf.memory().numDataBuffers after each step. */
  numDataBuffers: number[];
  /** Most steps that were on their way at once. */
  maxPending: number;
}

async function start(backend: string): Promise<void> {
  setWasmPaths('/');
  tfjs.env().set('SOFTWARE_WEBGL_ENABLED', true);
  await tfjs.setBackend(backend);
  await tfjs.ready();
  // As the runtime does: tfjs 4.22 uses 1e-4 on WebGL (tensorflow/tfjs#6980), 1e-7 elsewhere.
  tfjs.backend().epsilon = () => 1e-7;
}

/** Runs a program without and with the tap. */
async function train(name: string, steps: number): Promise<Outcome> {
  const program = PROGRAMS[name]!;
  const namespace = (): TfNamespace => ({ ...tfjs });
  const plain = await withSeed(SEED, () => program(namespace(), steps));
  const tf = namespace();
  const statistics = createStatistics(tf);
  const outcome: Outcome = {
    plain,
    tapped: [],
    records: [],
    layers: [],
    numDataBuffers: [],
    maxPending: 0,
  };
  const tap = installTap(tf, {
    statistics,
    sampling: { everySteps: 1, activationEverySteps: 1 },
    captureSite: () => ({}),
    onRecords: (records) => outcome.records.push(...records),
    onLayers: (layers) => (outcome.layers = layers.map((layer) => layer.name)),
    onStep: () => {
      outcome.numDataBuffers.push(tfjs.memory().numDataBuffers);
      outcome.maxPending = Math.max(outcome.maxPending, tap.pending);
    },
    now: () => performance.now() / 1000,
  });
  try {
    outcome.tapped = await withSeed(SEED, () => program(tf, steps));
    tap.flush();
  } finally {
    tap.uninstall();
    statistics.dispose();
  }
  return outcome;
}

expose({ start, train });
