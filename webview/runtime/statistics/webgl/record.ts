// The record that the kernel writes for every chunk of a tensor: WORDS 32-bit words, the histogram first.
import { OCTAVES } from '../../../../src/shared/core/stepRecord';

/** Two 16-bit bucket counters per word, positive octaves first. */
export const HISTOGRAM_WORDS = OCTAVES;

/** Words after the histogram, in order. Counters are pairs of 16 bits, low half first. */
export const WORD = {
  zerosAndNans: HISTOGRAM_WORDS,
  infinities: HISTOGRAM_WORDS + 1,
  /** Bits of the finite extremes; see `decode` for how three of them tell both ends. */
  largestSigned: HISTOGRAM_WORDS + 2,
  largestUnsigned: HISTOGRAM_WORDS + 3,
  smallestUnsigned: HISTOGRAM_WORDS + 4,
  /** Values were multiplied by 2 to this power before the moments were taken. */
  exponent: HISTOGRAM_WORDS + 5,
  pivot: HISTOGRAM_WORDS + 6,
  sum: HISTOGRAM_WORDS + 7,
  squares: HISTOGRAM_WORDS + 8,
  /** The sum of squared changes, each multiplied by 2 to the power of the exponent before. */
  changeExponent: HISTOGRAM_WORDS + 9,
  changeSquares: HISTOGRAM_WORDS + 10,
} as const;

/** Words per chunk, one of them spare. WebGL2 guarantees 64 transform feedback components. */
export const WORDS = HISTOGRAM_WORDS + 12;

/** Transform feedback outputs, four words each. */
export const OUTPUTS = Array.from({ length: WORDS / 4 }, (_, i) => `o${i}`);
