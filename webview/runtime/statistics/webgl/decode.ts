// From the words that the kernel wrote, one record per chunk, to the summary of a whole tensor: chunks
// are merged in float64 by the pairwise update of Chan, Golub and LeVeque (1979).
import { emptySummary } from '../../../../src/shared/core/summary';
import { OCTAVES, type TensorSummary } from '../../../../src/shared/core/stepRecord';
import { HISTOGRAM_WORDS, WORD, WORDS } from './record';

/** What the kernel found out about one tensor. */
export interface Decoded {
  summary: TensorSummary;
  /** L2 norm of the change against the tensor that was given beside it; 0 without one. */
  change: number;
}

const SIGN = 0x80000000;
const wordOfFloat = new Uint32Array(1);
const floatOfWord = new Float32Array(wordOfFloat.buffer);

function floatOf(word: number): number {
  wordOfFloat[0] = word;
  return floatOfWord[0] as number;
}

/** Words of a session, as integers and, the same memory, as floats. */
export interface Words {
  words: Uint32Array;
  floats: Float32Array;
}

/** The tensor whose chunks start at word `first`. */
export function decode({ words, floats }: Words, first: number, chunks: number): Decoded {
  const summary = emptySummary();
  const { negative, positive } = summary.histogram;
  let finite = 0;
  let mean = 0;
  let deviations = 0;
  let min = Infinity;
  let max = -Infinity;
  let changes = 0;
  for (let at = first; at < first + chunks * WORDS; at += WORDS) {
    const word = (index: number): number => words[at + index] as number;
    const float = (index: number): number => floats[at + index] as number;
    const zeros = word(WORD.zerosAndNans) & 0xffff;
    let n = zeros;
    for (let i = 0; i < HISTOGRAM_WORDS; i++) {
      const pair = words[at + i] as number;
      if (pair === 0) continue;
      const side = i < HISTOGRAM_WORDS / 2 ? positive : negative;
      const bucket = (2 * i) % OCTAVES;
      side[bucket] = (side[bucket] as number) + (pair & 0xffff);
      side[bucket + 1] = (side[bucket + 1] as number) + (pair >>> 16);
      n += (pair & 0xffff) + (pair >>> 16);
    }
    summary.zeros += zeros;
    summary.nans += word(WORD.zerosAndNans) >>> 16;
    summary.posInfs += word(WORD.infinities) & 0xffff;
    summary.negInfs += word(WORD.infinities) >>> 16;
    const changeSquares = float(WORD.changeSquares);
    if (changeSquares > 0) changes += changeSquares * 4 ** -(word(WORD.changeExponent) | 0);
    if (n === 0) continue;
    const unit = 2 ** -(word(WORD.exponent) | 0);
    const sum = float(WORD.sum);
    const chunkMean = (float(WORD.pivot) + sum / n) * unit;
    const squares = Math.max(0, float(WORD.squares) - (sum * sum) / n);
    const delta = chunkMean - mean;
    const total = finite + n;
    deviations += squares * unit * unit + delta * delta * ((finite * n) / total);
    mean += delta * (n / total);
    finite = total;
    // As integers, negative floats lie above positive ones where the sign bit counts as magnitude,
    // and among themselves the other way round than by value.
    const signed = word(WORD.largestSigned);
    const unsigned = word(WORD.largestUnsigned);
    const smallest = word(WORD.smallestUnsigned);
    max = Math.max(max, floatOf(signed >= SIGN ? smallest : signed));
    min = Math.min(min, floatOf(unsigned >= SIGN ? unsigned : smallest));
  }
  summary.count = finite + summary.nans + summary.posInfs + summary.negInfs;
  const change = Math.sqrt(changes);
  if (finite === 0) return { summary, change };
  // `+ 0` turns −0 into 0, as the reference does.
  summary.min = min + 0;
  summary.max = max + 0;
  summary.mean = mean + 0;
  summary.std = Math.sqrt(deviations / finite);
  summary.norm = Math.sqrt(deviations + finite * mean * mean);
  return { summary, change };
}
