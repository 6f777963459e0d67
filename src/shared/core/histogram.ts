// The octave histogram: one bucket per power of two of |x| and sign, the same edges for every
// tensor, step, run and backend, so that any two histograms can be added or compared.
import { FIRST_OCTAVE, OCTAVES, type OctaveHistogram } from './stepRecord';

const scratch = new Float64Array(1);
const scratchWords = new Uint32Array(scratch.buffer);
/** Index of the word that holds sign and exponent: 1 on little-endian machines. */
const highWord = (() => {
  scratch[0] = 1;
  return scratchWords[1] === 0x3ff00000 ? 1 : 0;
})();

/** Bias of the float64 exponent. */
const BIAS64 = 1023;

/**
 * Bucket (0 … {@link OCTAVES} − 1) of a finite x ≠ 0, read from its exponent bits: exact, whereas
 * `Math.floor(Math.log2(x))` is off by one just below some powers of two. End buckets are open.
 */
export function octaveOf(x: number): number {
  scratch[0] = x;
  const exponent = (((scratchWords[highWord] ?? 0) >>> 20) & 0x7ff) - BIAS64;
  const bucket = exponent - FIRST_OCTAVE;
  return bucket < 0 ? 0 : bucket >= OCTAVES ? OCTAVES - 1 : bucket;
}

/** Lower edge 2^(bucket + {@link FIRST_OCTAVE}) of a bucket; `octaveEdge(i + 1)` is its upper edge. */
export function octaveEdge(bucket: number): number {
  return 2 ** (bucket + FIRST_OCTAVE);
}

/** A histogram without a count. */
export function emptyHistogram(): OctaveHistogram {
  return {
    negative: new Array<number>(OCTAVES).fill(0),
    positive: new Array<number>(OCTAVES).fill(0),
  };
}

/** Adds the counts of `source` to `target`. */
export function addHistogram(target: OctaveHistogram, source: OctaveHistogram): void {
  for (let i = 0; i < OCTAVES; i++) {
    target.negative[i] = (target.negative[i] ?? 0) + (source.negative[i] ?? 0);
    target.positive[i] = (target.positive[i] ?? 0) + (source.positive[i] ?? 0);
  }
}

/** Number of elements counted in the buckets (zeros and non-finite values are not among them). */
export function histogramTotal(histogram: OctaveHistogram): number {
  let total = 0;
  for (let i = 0; i < OCTAVES; i++) {
    total += (histogram.negative[i] ?? 0) + (histogram.positive[i] ?? 0);
  }
  return total;
}
