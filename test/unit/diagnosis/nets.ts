// Trains small real nets on tfjs's cpu backend under the real tap, and has the engine look on.
// Everything is seeded: weights, data, order of batches.
import * as tfjs from '@tensorflow/tfjs';
import { Diagnosis } from '../../../src/shared/core/diagnosis/engine';
import type { Rule } from '../../../src/shared/core/diagnosis/rule';
import type { Finding } from '../../../src/shared/core/finding';
import { randomNormal, seededRandom, type Random } from '../../../src/shared/core/random';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import { installTap } from '../../../src/shared/tap';
import type { ModelFacts } from '../../../src/shared/core/facts';
import { watchModels } from '../../../webview/runtime/diagnosis';
import { createTypedArrayStatistics } from '../../../webview/runtime/statistics/typedArray';

/** A plain, mutable copy of the namespace, as the tap asks for. */
export const tf = { ...tfjs };

/** Reads every tensor and summarizes it in float64. */
const reading = createTypedArrayStatistics((tensor) => tensor.dataSync());

/** A batch of a task. */
export interface Batch {
  xs: tfjs.Tensor;
  ys: tfjs.Tensor;
}

/** A net in training: what is tried in one test. */
export interface Trial {
  steps: number;
  seed: number;
  model(seed: () => number): tfjs.LayersModel;
  batch(random: Random, step: number): Batch;
  optimizer(): tfjs.Optimizer;
  loss: string;
  /** Rules that are asked; all where absent. */
  rules?: readonly Rule[];
}

export interface Outcome {
  findings: readonly Finding[];
  losses: number[];
  records: StepRecord[];
  /** Microseconds of the engine per step and layer. */
  cost: number;
}

/** Trains under tap and watch, and returns what the engine found. */
export async function train(trial: Trial): Promise<Outcome> {
  await tf.setBackend('cpu');
  const records: StepRecord[] = [];
  const diagnosis = new Diagnosis(trial.rules);
  /** What reaches the engine, in its order. */
  const events: (() => void)[] = [];
  const facts: ModelFacts[] = [];
  const tap = installTap<{ at: number }>(tf, {
    statistics: reading,
    sampling: { everySteps: 1, activationEverySteps: 1 },
    captureSite: () => ({ at: 0 }),
    onRecords: (list) => {
      for (const record of watch.complete(list)) {
        records.push(record);
        events.push(() => void diagnosis.observe(record));
      }
    },
    onLayers: (layers) => void diagnosis.setLayers(layers),
    onStep: () => undefined,
    now: () => 0,
  });
  const watch = watchModels(tf, tap, {
    statistics: reading,
    probe: 'auto',
    onFacts: (known) => {
      facts.push(known);
      const all = [...facts];
      events.push(() => diagnosis.setFacts(all));
    },
    onGiveUp: (reason) => {
      throw new Error(reason);
    },
  });
  try {
    let layerSeed = trial.seed * 1000;
    const model = trial.model(() => ++layerSeed);
    model.compile({ optimizer: trial.optimizer(), loss: trial.loss });
    const random = seededRandom(trial.seed);
    for (let step = 1; step <= trial.steps; step++) {
      const { xs, ys } = trial.batch(random, step);
      await model.trainOnBatch(xs, ys);
      tf.dispose([xs, ys]);
    }
    tap.flush();
    model.dispose();
  } finally {
    watch.uninstall();
    tap.uninstall();
  }
  const begin = performance.now();
  for (const event of events) event();
  const layers = Object.keys(records[0]?.layers ?? {}).length;
  return {
    findings: diagnosis.findings,
    losses: records.map((record) => record.loss ?? NaN),
    records,
    cost: ((performance.now() - begin) * 1000) / Math.max(1, records.length * layers),
  };
}

/** Options of {@link denseNet}. */
export interface DenseNet {
  inputs: number;
  units: number;
  depth: number;
  outputs: number;
  activation: 'sigmoid' | 'tanh' | 'relu' | 'elu' | 'linear';
  initializer?: (
    seed: number,
  ) => NonNullable<Parameters<typeof tfjs.layers.dense>[0]['kernelInitializer']>;
  outputActivation?: 'softmax' | 'sigmoid' | 'linear';
  residual?: boolean;
  batchNormalization?: boolean;
}

export const heUniform = (seed: number) => tf.initializers.heUniform({ seed });
export const glorotUniform = (seed: number) => tf.initializers.glorotUniform({ seed });

/** A net of dense layers; `residual` adds each hidden layer to its input. */
export function denseNet(options: DenseNet): (seed: () => number) => tfjs.LayersModel {
  const { initializer = glorotUniform } = options;
  return (seed) => {
    const input = tf.input({ shape: [options.inputs] });
    let x: tfjs.SymbolicTensor = input;
    for (let i = 0; i < options.depth; i++) {
      const before = x;
      x = tf.layers
        .dense({
          name: `hidden_${String(i + 1)}_${String(seed())}`,
          units: options.units,
          activation: options.activation,
          kernelInitializer: initializer(seed()),
        })
        .apply(x) as tfjs.SymbolicTensor;
      if (options.batchNormalization) {
        x = tf.layers.batchNormalization().apply(x) as tfjs.SymbolicTensor;
      }
      if (options.residual && i > 0) {
        x = tf.layers.add().apply([before, x]) as tfjs.SymbolicTensor;
      }
    }
    const output = tf.layers
      .dense({
        name: `output_${String(seed())}`,
        units: options.outputs,
        activation: options.outputActivation ?? 'linear',
        kernelInitializer: glorotUniform(seed()),
      })
      .apply(x) as tfjs.SymbolicTensor;
    return tf.model({ inputs: input, outputs: output });
  };
}

/** Classes as Gaussian blobs around fixed centres. */
export function blobs(inputs: number, classes: number, size: number, spread = 1) {
  const centreRandom = seededRandom(99);
  const centres = Array.from({ length: classes }, () =>
    Array.from({ length: inputs }, () => 1.5 * randomNormal(centreRandom)),
  );
  return (random: Random): Batch => {
    const xs = new Float32Array(size * inputs);
    const labels = new Int32Array(size);
    for (let i = 0; i < size; i++) {
      const label = Math.floor(random() * classes);
      labels[i] = label;
      for (let j = 0; j < inputs; j++) {
        xs[i * inputs + j] = centres[label]![j]! + spread * randomNormal(random);
      }
    }
    return {
      xs: tf.tensor2d(xs, [size, inputs]),
      ys: tf.tidy(() => tf.oneHot(tf.tensor1d(labels, 'int32'), classes).toFloat()),
    };
  };
}

/** A linear target with noise, scaled and shifted. */
export function linearTarget(inputs: number, size: number, scale = 1, noise = 0.1, shift = 0) {
  const weightRandom = seededRandom(5);
  const weights = Array.from({ length: inputs }, () => randomNormal(weightRandom));
  return (random: Random): Batch => {
    const xs = new Float32Array(size * inputs);
    const ys = new Float32Array(size);
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let j = 0; j < inputs; j++) {
        const x = randomNormal(random);
        xs[i * inputs + j] = x;
        sum += x * weights[j]!;
      }
      ys[i] = scale * (sum + noise * randomNormal(random)) + shift;
    }
    return { xs: tf.tensor2d(xs, [size, inputs]), ys: tf.tensor2d(ys, [size, 1]) };
  };
}

/** Normal weights of a given standard deviation, whatever the layer's size. */
export const normalWeights = (stddev: number) => (seed: number) =>
  tf.initializers.randomNormal({ stddev, seed });

/** Two convolutions with ReLU and pooling, then a classifier, on 8×8 images. */
export function convNet(): (seed: () => number) => tfjs.LayersModel {
  return (seed) =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({
          inputShape: [8, 8, 1],
          filters: 6,
          kernelSize: 3,
          activation: 'relu',
          kernelInitializer: heUniform(seed()),
        }),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.conv2d({
          filters: 8,
          kernelSize: 2,
          activation: 'relu',
          kernelInitializer: heUniform(seed()),
        }),
        tf.layers.flatten(),
        tf.layers.dense({
          units: 16,
          activation: 'relu',
          kernelInitializer: heUniform(seed()),
        }),
        tf.layers.dense({
          units: 4,
          activation: 'softmax',
          kernelInitializer: glorotUniform(seed()),
        }),
      ],
    });
}

/** 8×8 images with a bright bar in one of four places. */
export function images(size: number) {
  return (random: Random): Batch => {
    const xs = new Float32Array(size * 64);
    const labels = new Int32Array(size);
    for (let i = 0; i < size; i++) {
      const label = Math.floor(random() * 4);
      labels[i] = label;
      for (let p = 0; p < 64; p++) {
        const place = label < 2 ? Math.floor(p / 8) : p % 8;
        const isBar = Math.floor(place / 4) === label % 2;
        xs[i * 64 + p] = (isBar ? 0.7 : 0.2) + 0.2 * randomNormal(random);
      }
    }
    return {
      xs: tf.tensor4d(xs, [size, 8, 8, 1]),
      ys: tf.tidy(() => tf.oneHot(tf.tensor1d(labels, 'int32'), 4).toFloat()),
    };
  };
}
