// `synthetic.*`: small data sets made by formula, the same for the same seed.
import type {
  synthetic as SyntheticSets,
  SyntheticClassesOptions,
  SyntheticOptions,
} from '../../../npm';
import { randomNormal, seededRandom, type Random } from '../../../src/shared/core/random';
import type { TfNamespace } from '../../../src/shared/tap/types';
import type { Split } from './batchSource';
import { optionError } from './dataError';
import { checkEncoding, ClassRows } from './labels';
import { FloatRows, type Rows } from './rows';
import { LazySamples } from './samples';
import { splitOrder } from './splitOrder';

/** Writes one sample's features into `out`. `label` is its class, or where its target goes. */
type ClassSample = (random: Random, label: number, noise: () => number) => number[];

/** The namespace `synthetic` over a tf instance. */
export function syntheticSets(tf: TfNamespace): typeof SyntheticSets {
  const classes = (
    options: SyntheticClassesOptions,
    classCount: number,
    noise: number,
    prepare: (random: Random) => ClassSample,
  ): Split => {
    const encoding = options.labels ?? 'one-hot';
    checkEncoding(encoding);
    const labels = Uint8Array.from({ length: sampleCount(options) }, (_, i) => i % classCount);
    const random = seededRandom(options.seed ?? 1);
    const sample = prepare(random);
    const spread = options.noise ?? noise;
    const rows = Array.from(labels, (label) =>
      sample(random, label, () => spread * randomNormal(random)),
    );
    return splitOf(tf, options, floatRows(rows), new ClassRows(labels, classCount, encoding));
  };

  const regression = (
    options: SyntheticOptions,
    noise: number,
    prepare: (random: Random) => (random: Random) => { x: number[]; y: number },
  ): Split => {
    const random = seededRandom(options.seed ?? 1);
    const sample = prepare(random);
    const spread = options.noise ?? noise;
    const samples = Array.from({ length: sampleCount(options) }, () => {
      const { x, y } = sample(random);
      return { x, y: y + spread * randomNormal(random) };
    });
    return splitOf(
      tf,
      options,
      floatRows(samples.map(({ x }) => x)),
      floatRows(samples.map(({ y }) => [y])),
    );
  };

  return {
    blobs: (options = {}) => {
      const classCount = count('classes', options.classes ?? 3, 2);
      const features = count('features', options.features ?? 2, 1);
      return classes(options, classCount, 1, (random) => {
        // Centres 4 deviations out in random directions: apart from each other, but not always far.
        const centres = Array.from({ length: classCount }, () =>
          Array.from({ length: features }, () => 4 * randomNormal(random)),
        );
        return (_, label, noise) => (centres[label] ?? []).map((x) => x + noise());
      });
    },
    spirals: (options = {}) => {
      const classCount = count('classes', options.classes ?? 2, 2);
      const turns = options.turns ?? 1.5;
      return classes(options, classCount, 0.05, () => (random, label, noise) => {
        const radius = Math.sqrt(random());
        const angle = 2 * Math.PI * (turns * radius + label / classCount);
        return [radius * Math.cos(angle) + noise(), radius * Math.sin(angle) + noise()];
      });
    },
    circles: (options = {}) =>
      classes(options, 2, 0.05, () => (random, label, noise) => {
        const radius = label === 0 ? 0.5 : 1;
        const angle = 2 * Math.PI * random();
        return [radius * Math.cos(angle) + noise(), radius * Math.sin(angle) + noise()];
      }),
    xor: (options = {}) =>
      classes(options, 2, 0.2, () => (random, label, noise) => {
        const x = random() < 0.5 ? -1 : 1;
        const y = label === 1 ? -x : x;
        return [x + noise(), y + noise()];
      }),
    linear: (options = {}) => {
      const features = count('features', options.features ?? 1, 1);
      return regression(options, 0.1, (random) => {
        const weights = Array.from({ length: features }, () => randomNormal(random));
        const bias = randomNormal(random);
        return (draw) => {
          const x = weights.map(() => randomNormal(draw));
          return { x, y: x.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), bias) };
        };
      });
    },
    sine: (options = {}) =>
      regression(options, 0.1, () => (random) => {
        const x = 2 * random() - 1;
        return { x: [x], y: Math.sin(2 * Math.PI * x) };
      }),
  };
}

function sampleCount(options: SyntheticOptions): number {
  return count('samples', options.samples ?? 1000, 4);
}

function count(name: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw optionError(`${name}: ${value} is not possible`, `Use a whole number from ${least} on.`);
}

function floatRows(rows: number[][]): FloatRows {
  return new FloatRows(Float32Array.from(rows.flat()), rows.length, [rows[0]?.length ?? 0]);
}

function splitOf(tf: TfNamespace, options: SyntheticOptions, features: Rows, labels: Rows): Split {
  const table = { tf, features, labels };
  const order = splitOrder(labels.count, options.validationShare ?? 0.2, options.seed ?? 1);
  return {
    train: new LazySamples(table, order.train),
    validation: new LazySamples(table, order.validation),
  };
}
