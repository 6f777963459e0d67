// What an initializer of tfjs is meant to draw, and what it does draw: the variance of a weight by the
// initializer's formula. Glorot and Bengio 2010, He et al. 2015, LeCun et al. 1998.
import type { InitializerFacts, LayerFacts } from '../facts';
import type { TensorSummary } from '../stepRecord';
import { finiteCount } from '../summary';

/**
 * Variance of a standard normal distribution cut off at ±2. Keras divides by it, tfjs 4.22 does not:
 * https://github.com/tensorflow/tfjs/issues/8594.
 */
export const TRUNCATED_VARIANCE = 0.7737413;

/** The scaling by fans that an initializer stands for. */
export interface VarianceScaling {
  scale: number;
  mode: 'fanIn' | 'fanOut' | 'fanAvg';
  distribution: 'normal' | 'uniform';
}

const MODES = { Glorot: [1, 'fanAvg'], He: [2, 'fanIn'], LeCun: [1, 'fanIn'] } as const;

/** The variance scaling behind `HeNormal`, `GlorotUniform`, `VarianceScaling`, …; else undefined. */
export function varianceScaling({
  className,
  config,
}: InitializerFacts): VarianceScaling | undefined {
  const named = /^(Glorot|He|LeCun)(Normal|Uniform)$/i.exec(className);
  if (!named && className !== 'VarianceScaling') return undefined;
  const family = (Object.keys(MODES) as (keyof typeof MODES)[]).find(
    (name) => name.toLowerCase() === named?.[1]?.toLowerCase(),
  );
  const [scale, mode] = family ? MODES[family] : [1, 'fanIn' as const];
  const given = config['mode'];
  const isNormal = named
    ? named[2]?.toLowerCase() === 'normal'
    : (config['distribution'] ?? 'normal') === 'normal';
  return {
    scale: typeof config['scale'] === 'number' ? config['scale'] : scale,
    mode: given === 'fanIn' || given === 'fanOut' || given === 'fanAvg' ? given : mode,
    distribution: isNormal ? 'normal' : 'uniform',
  };
}

/** The name a user gives: `heNormal`, or `varianceScaling` where it is none of the known ones. */
export function commonName({ scale, mode, distribution }: VarianceScaling): string {
  const ending = distribution === 'normal' ? 'Normal' : 'Uniform';
  if (mode === 'fanAvg' && scale === 1) return `glorot${ending}`;
  if (mode === 'fanIn' && scale === 2) return `he${ending}`;
  if (mode === 'fanIn' && scale === 1) return `leCun${ending}`;
  return 'varianceScaling';
}

/** Variance of a weight by the formula: what Keras draws too. Undefined where no fans are known. */
export function intendedVariance(
  { scale, mode }: VarianceScaling,
  { fanIn, fanOut }: Pick<LayerFacts, 'fanIn' | 'fanOut'>,
): number | undefined {
  if (fanIn === undefined || fanOut === undefined) return undefined;
  const fans = { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2 };
  return scale / Math.max(1, fans[mode]);
}

/** Mean square of the finite elements. */
export function meanSquare(summary: TensorSummary): number {
  const n = finiteCount(summary);
  return n > 0 ? summary.norm ** 2 / n : 0;
}

/** All elements are the same number: the layer's units start as copies of each other. */
export function isConstant(summary: TensorSummary): boolean {
  return summary.count > 1 && finiteCount(summary) === summary.count && summary.min === summary.max;
}

/** Initializers that draw each weight at random with mean zero (orthogonal ones nearly so). */
const RANDOM = /^(VarianceScaling|Orthogonal|RandomNormal|RandomUniform|TruncatedNormal)$/;

/** True where theory for random weights applies to the layer's kernel as it was found. */
export function isRandomlyInitialized({
  kernelInitializer,
  initialKernel,
  fanIn,
}: LayerFacts): boolean {
  if (!initialKernel || fanIn === undefined || !(initialKernel.std > 0)) return false;
  if (finiteCount(initialKernel) < initialKernel.count) return false;
  if (kernelInitializer) {
    const isKnown =
      RANDOM.test(kernelInitializer.className) || varianceScaling(kernelInitializer) !== undefined;
    if (!isKnown) return false;
  }
  // A common mean m adds m·Σx to every unit, which outweighs the random part from √fanIn·|m| ≈ std on.
  // What the mean of that many draws deviates by chance is no mean.
  const chance = (4 * initialKernel.std) / Math.sqrt(initialKernel.count);
  return (
    Math.abs(initialKernel.mean) < Math.max(chance, (0.3 * initialKernel.std) / Math.sqrt(fanIn))
  );
}
