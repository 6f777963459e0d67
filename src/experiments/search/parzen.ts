// Densities of the Parzen estimator: a mixture of normal distributions over [0, 1], or weights of choices.
// Each has one part that is spread over everything, so that nothing is ever ruled out.
import { randomInteger, randomNormal, type Random } from '../../shared/core/random';

/** A density that can be drawn from. */
export interface Density {
  /** A place: in [0, 1], or the index of a choice. */
  draw(random: Random): number;
  /** Logarithm of the density at a place. */
  log(place: number): number;
}

/** A kernel is never narrower than one part in this many, or in as many as there are trials. */
const FINEST = 100;
/** Kernel of the prior: in the middle, as wide as the interval. */
const PRIOR = { center: 0.5, width: 1 };

/** Φ, by the approximation 7.1.26 of Abramowitz & Stegun for erf (error below 1.5e-7). */
export function normalCdf(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))); // prettier-ignore
  const erf = 1 - series * Math.exp(-z * z);
  return x < 0 ? (1 - erf) / 2 : (1 + erf) / 2;
}

interface Kernel {
  center: number;
  width: number;
  /** Part of the normal distribution that lies in [0, 1]. */
  mass: number;
}

/**
 * One truncated normal kernel per observation and one for the prior, all of the same weight. The width of a kernel
 * is the larger distance to its neighbours (section 4.1 of the paper), clipped from below.
 */
export class ParzenDensity implements Density {
  private readonly kernels: readonly Kernel[];

  constructor(places: readonly number[]) {
    const kernels = [...places.map((center) => ({ center, width: 0 })), { ...PRIOR }];
    const sorted = kernels.toSorted((a, b) => a.center - b.center);
    const narrowest = 1 / Math.min(FINEST, 1 + kernels.length);
    sorted.forEach((kernel, i) => {
      if (kernel.width > 0) return;
      const left = kernel.center - (sorted[i - 1]?.center ?? 0);
      const right = (sorted[i + 1]?.center ?? 1) - kernel.center;
      kernel.width = Math.min(1, Math.max(narrowest, left, right));
    });
    this.kernels = kernels.map(({ center, width }) => ({
      ...{ center, width },
      mass: normalCdf((1 - center) / width) - normalCdf(-center / width),
    }));
  }

  draw(random: Random): number {
    const { center, width } = this.kernels[randomInteger(random, this.kernels.length)] ?? PRIOR;
    for (;;) {
      const place = center + width * randomNormal(random);
      if (place >= 0 && place <= 1) return place;
    }
  }

  log(place: number): number {
    let sum = 0;
    for (const { center, width, mass } of this.kernels) {
      const z = (place - center) / width;
      sum += Math.exp(-0.5 * z * z) / (width * mass);
    }
    return Math.log(sum / (this.kernels.length * Math.sqrt(2 * Math.PI)));
  }
}

/** Choices by how often they were taken, each once more than it was (section 4.1: the counts plus the prior). */
export class ChoiceDensity implements Density {
  private readonly weights: readonly number[];
  private readonly total: number;

  constructor(indices: readonly number[], count: number) {
    const weights = Array.from({ length: count }, () => 1);
    for (const index of indices) {
      const weight = weights[index];
      if (weight !== undefined) weights[index] = weight + 1;
    }
    this.weights = weights;
    this.total = weights.reduce((sum, weight) => sum + weight, 0);
  }

  draw(random: Random): number {
    let left = random() * this.total;
    for (const [index, weight] of this.weights.entries()) {
      left -= weight;
      if (left < 0) return index;
    }
    return this.weights.length - 1;
  }

  log(place: number): number {
    return Math.log((this.weights[place] ?? 0) / this.total);
  }
}
