// From the words that the kernel wrote, one record per chunk, to the summary of a whole tensor: chunks
// are merged in float64 by the pairwise update of Chan, Golub and LeVeque (1979).
import { emptySummary } from '../../../../src/shared/core/summary';
import { OCTAVES, type TensorSummary } from '../../../../src/shared/core/stepRecord';
import { HISTOGRAM_WORDS, WORD, WORDS } from './shader';

/** Summary of the tensor whose chunks start at word `first`. */
export function decodeSummary(words: Uint32Array, first: number, chunks: number): TensorSummary {
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  const word = (index: number): number => words[index] ?? 0;
  const float = (index: number): number => floats[index] ?? 0;
  const buckets = new Float64Array(2 * OCTAVES);
  const summary = emptySummary();
  let finite = 0;
  let mean = 0;
  let deviations = 0;
  let min = Infinity;
  let max = -Infinity;
  for (let c = 0; c < chunks; c++) {
    const at = first + c * WORDS;
    let nonZeros = 0;
    for (let i = 0; i < HISTOGRAM_WORDS; i++) {
      const pair = word(at + i);
      if (pair === 0) continue;
      buckets[2 * i] = (buckets[2 * i] ?? 0) + (pair & 0xffff);
      buckets[2 * i + 1] = (buckets[2 * i + 1] ?? 0) + (pair >>> 16);
      nonZeros += (pair & 0xffff) + (pair >>> 16);
    }
    const zeros = word(at + WORD.zerosAndNans) & 0xffff;
    summary.zeros += zeros;
    summary.nans += word(at + WORD.zerosAndNans) >>> 16;
    summary.posInfs += word(at + WORD.infinities) & 0xffff;
    summary.negInfs += word(at + WORD.infinities) >>> 16;
    const n = nonZeros + zeros;
    if (n === 0) continue;
    const scale = float(at + WORD.scale);
    const sum = float(at + WORD.sum);
    const chunkMean = float(at + WORD.pivot) + sum / scale / n;
    const squares = Math.max(0, float(at + WORD.squares) - (sum * sum) / n);
    const delta = chunkMean - mean;
    const total = finite + n;
    deviations += squares / scale / scale + delta * delta * ((finite * n) / total);
    mean += delta * (n / total);
    finite = total;
    min = Math.min(min, float(at + WORD.min));
    max = Math.max(max, float(at + WORD.max));
  }
  summary.count = finite + summary.nans + summary.posInfs + summary.negInfs;
  for (let i = 0; i < OCTAVES; i++) {
    summary.histogram.negative[i] = buckets[i] ?? 0;
    summary.histogram.positive[i] = buckets[OCTAVES + i] ?? 0;
  }
  if (finite === 0) return summary;
  // `+ 0` turns −0 into 0, as the reference does.
  summary.min = min + 0;
  summary.max = max + 0;
  summary.mean = mean + 0;
  summary.std = Math.sqrt(deviations / finite);
  summary.norm = Math.sqrt(deviations + finite * mean * mean);
  return summary;
}
