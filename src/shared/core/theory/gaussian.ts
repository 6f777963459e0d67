// Means over the standard normal distribution, to about 12 digits, also of functions with kinks or with
// a transition that is narrow beside 1: composite Gauss–Legendre over panels that end at the kinks.

/** Positive nodes and their weights of the Gauss–Legendre rule with 8 nodes on [−1, 1]. */
const NODES = [
  [0.1834346424956498, 0.362683783378362],
  [0.525532409916329, 0.3137066458778873],
  [0.7966664774136267, 0.2223810344533745],
  [0.9602898564975363, 0.1012285362903763],
] as const;

/** Beyond this the density is below 1e-18. */
const REACH = 9;

const DENSITY = 1 / Math.sqrt(2 * Math.PI);

/**
 * ∫ f(√q·x) Dx with Dx the standard Gaussian measure: the mean of f over N(0, q). `kinks` are the
 * arguments of f at which it is not smooth. Panels shrink towards 0 down to the scale 1/√q, on which
 * functions of an argument of order 1 change.
 */
export function gaussianMean(
  f: (z: number) => number,
  q: number,
  kinks: readonly number[] = [],
): number {
  const scale = Math.sqrt(q);
  const edges = new Set<number>();
  for (let x = -REACH; x <= REACH; x++) edges.add(x);
  for (let x = 1 / (4 * scale); x < REACH; x *= 2) edges.add(x).add(-x);
  for (const kink of kinks) if (Math.abs(kink) < REACH * scale) edges.add(kink / scale);
  const sorted = [...edges].sort((a, b) => a - b);
  const at = (x: number): number => f(scale * x) * Math.exp((-x * x) / 2);
  let sum = 0;
  for (let i = 1; i < sorted.length; i++) {
    const [low, high] = [sorted[i - 1] ?? 0, sorted[i] ?? 0];
    const [middle, half] = [(low + high) / 2, (high - low) / 2];
    let panel = 0;
    for (const [node, weight] of NODES) {
      panel += weight * (at(middle - half * node) + at(middle + half * node));
    }
    sum += panel * half;
  }
  return sum * DENSITY;
}
