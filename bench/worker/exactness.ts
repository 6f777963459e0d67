// Exactness of what is recorded: gradients, weights and updates of real training steps, and tensors
// of values that break careless arithmetic, against the two-pass reference.
import type { Variable } from '@tensorflow/tfjs';
import type { StepRecord } from '../../src/shared/core/stepRecord';
import type { Tensor, TfNamespace } from '../../src/shared/tap/types';
import { createStatistics } from '../../webview/runtime/statistics';
import type { ContestantOptions, Exactness } from '../contestant';
import { seededRandom } from '../../src/shared/core/random';
import { Batches } from './data';
import { NET } from './nets';
import { compiledModel, hookGradients } from './plain';
import { PROGRAM } from './programs';
import { Comparison } from './reference';
import { installRuntime } from './runtime';

interface Seen {
  gradient: Float32Array;
  weight: Float32Array;
}

/** Trains `steps` steps with the tap and compares every record with the tensors themselves. */
export async function recordsExactness(
  tf: TfNamespace,
  options: ContestantOptions,
  steps: number,
): Promise<Exactness> {
  const records: StepRecord[] = [];
  const { flush } = installRuntime(
    tf,
    { everySteps: 1, activationEverySteps: 1 },
    { onRecords: (some) => records.push(...some) },
  );
  const model = compiledModel(options);
  const trained = model.trainableWeights.map((weight) => weight.read() as unknown as Variable);
  const variables = new Map(trained.map((variable) => [variable.name, variable]));
  /** A copy of the values that leaves the tensor where it lies: reading would move it to the CPU. */
  const copyOf = (tensor: Tensor): Float32Array =>
    tf.tidy(() => tf.mul(tensor, 1).dataSync().slice() as Float32Array);
  const weights = (): Map<string, Float32Array> =>
    new Map([...variables].map(([name, variable]) => [name, copyOf(variable)]));
  const seen: Map<string, Seen>[] = [];
  // The tap has queued its reading of the tensors when this is called.
  hookGradients(model, (gradients) => {
    const after = weights();
    const step = new Map<string, Seen>();
    for (const { name, tensor } of gradients) {
      const weight = after.get(name);
      if (weight) step.set(name, { gradient: copyOf(tensor), weight });
    }
    seen.push(step);
  });
  let before = weights();
  await PROGRAM.trainOnBatch(tf, model, new Batches(tf, NET[options.net]))(steps);
  flush();
  const comparison = new Comparison();
  if (records.length !== steps) comparison.mismatches.push(`${records.length} records`);
  records.forEach((record, i) => {
    const tensors = seen[i] ?? new Map<string, Seen>();
    if (Object.keys(record.tensors).length !== variables.size) {
      comparison.mismatches.push(`step ${record.step}: not every tensor was recorded`);
    }
    for (const [name, { gradient, weight }] of tensors) {
      const recorded = record.tensors[name];
      if (recorded === undefined) continue;
      comparison.add(`${name} gradient`, recorded.gradient, gradient);
      comparison.add(`${name} weight`, recorded.weight, weight);
      const old = before.get(name) ?? weight;
      const norm = Math.sqrt(weight.reduce((sum, w, k) => sum + (w - (old[k] ?? 0)) ** 2, 0));
      const ratio = norm === 0 ? 0 : norm / Math.sqrt(weight.reduce((sum, w) => sum + w * w, 0));
      comparison.near(`${name} update ratio`, recorded.updateRatio, ratio);
    }
    before = new Map([...tensors].map(([name, { weight }]) => [name, weight]));
  });
  const { tensors, worst, mismatches } = comparison;
  return { tensors, worst, mismatches };
}

/** Normal float32 numbers, zeros and non-finite ones; subnormals are the unit tests' matter. */
function adversarialValues(): Record<string, number[]> {
  const random = seededRandom(3);
  const n = Array.from({ length: 3000 }, () => random() * 2 - 1);
  return {
    noise: n,
    tiny: n.map((v) => Math.sign(v) * (1.2e-38 + Math.abs(v) * 1e-37)),
    huge: n.map((v) => v * 1e38),
    'all magnitudes': n.map((v, i) => v * 2 ** ((i % 160) - 90)),
    'one huge outlier': n.map((v, i) => (i === 1234 ? 1e6 : v)),
    'mean far above std': n.map((v) => 1000 + v * 0.01),
    'zeros of both signs': n.map((v, i) => (i % 3 === 0 ? v : i % 3 === 1 ? 0 : -0)),
    'non-finite mix': n.map((v, i) => [v, NaN, Infinity, -Infinity][i % 4] ?? v),
    'one element': [-3.5],
    'one NaN': [NaN],
    empty: [],
  };
}

interface TextureBackend {
  texData: { get(id: object): { isPacked?: boolean } };
  uploadToGPU(id: object): void;
}

/** Summarizes adversarial tensors in every layout that the backend has. */
export function adversarialExactness(tf: TfNamespace): Exactness {
  const layouts = tf.getBackend() === 'webgl' ? ['unpacked', 'packed', 'in memory'] : ['in memory'];
  const statistics = createStatistics(tf);
  const comparison = new Comparison();
  for (const layout of layouts) {
    const cases = Object.entries(adversarialValues()).map(([name, numbers]) => {
      const values = Float32Array.from(numbers);
      const tensor = tf.tensor(values, numbers.length === 3000 ? [75, 40] : [numbers.length]);
      if (layout !== 'in memory' && numbers.length > 0) {
        const backend = tf.backend() as unknown as TextureBackend;
        backend.texData.get(tensor.dataId).isPacked = layout === 'packed';
        backend.uploadToGPU(tensor.dataId);
      }
      return { name: `${name} (${layout})`, values, tensor };
    });
    const pending = statistics.measure(cases.map(({ tensor }) => tensor));
    tf.dispose(cases.map(({ tensor }) => tensor));
    pending.take().forEach((summary, i) => {
      const { name, values } = cases[i] ?? { name: `tensor ${i}`, values: [] };
      comparison.add(name, summary, values);
    });
  }
  statistics.dispose();
  const { tensors, worst, mismatches } = comparison;
  return { tensors, worst, mismatches };
}
