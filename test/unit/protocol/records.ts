// Step records for tests: every optional field, awkward numbers, seeded.
import { randomNormal, seededRandom, type Random } from '../../../src/shared/core/random';
import { summarize } from '../../../src/shared/core/summary';
import type {
  LayerRecord,
  StepRecord,
  TensorRecord,
  TensorSummary,
} from '../../../src/shared/core/stepRecord';

export function randomSummary(random: Random, size: number, scale = 1): TensorSummary {
  return summarize(Float32Array.from({ length: size }, () => scale * randomNormal(random)));
}

export function randomTensor(random: Random, size: number, gradientScale = 1e-3): TensorRecord {
  return {
    gradient: randomSummary(random, size, gradientScale),
    weight: randomSummary(random, size),
    updateRatio: random() * 1e-2,
  };
}

/** A record of `layers` dense layers with kernel and bias; activations on even steps. */
export function randomRecord(step: number, layers: number, seed = 1): StepRecord {
  const random = seededRandom(seed * 100_003 + step);
  const record: StepRecord = {
    step,
    epoch: 1 + Math.floor(step / 10),
    loss: 2 / step + 0.01 * random(),
    metrics: { acc: random() },
    learningRate: 0.01,
    seconds: step * 0.05,
    layers: {},
    tensors: {},
  };
  for (let i = 0; i < layers; i++) {
    const layer: LayerRecord = randomTensor(random, 650);
    if (step % 2 === 0) {
      layer.activation = randomSummary(random, 320);
      layer.activationGradient = randomSummary(random, 320, 1e-5);
      layer.deadUnits = random();
    }
    record.layers[`dense_${String(i)}`] = layer;
    record.tensors[`dense_${String(i)}/kernel`] = randomTensor(random, 640);
    record.tensors[`dense_${String(i)}/bias`] = randomTensor(random, 10);
  }
  return record;
}
