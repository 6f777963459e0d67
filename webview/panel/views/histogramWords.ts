// A histogram in words, for those who do not see it.
import { octaveEdge } from '../../../src/shared/core/histogram';
import { OCTAVES, type TensorSummary } from '../../../src/shared/core/stepRecord';
import { formatCount, formatShare, formatValue } from '../../../src/shared/charts/format';

/** Share of the elements that the range in the sentence leaves out on either side. */
const OUTER_SHARE = 0.05;

/** `90% of the magnitudes between 1.9e-6 and 0.00391; 3.1% zero; 12 not finite`. */
export function histogramWords(summary: TensorSummary): string {
  const { histogram, count, zeros, nans, posInfs, negInfs } = summary;
  const magnitudes = Array.from(
    { length: OCTAVES },
    (_, i) => (histogram.negative[i] ?? 0) + (histogram.positive[i] ?? 0),
  );
  const total = magnitudes.reduce((sum, n) => sum + n, 0);
  const parts: string[] = [];
  if (total > 0) {
    let seen = 0;
    let low = -1;
    let high = OCTAVES - 1;
    for (let i = 0; i < OCTAVES; i++) {
      seen += magnitudes[i] ?? 0;
      if (low < 0 && seen > total * OUTER_SHARE) low = i;
      if (seen >= total * (1 - OUTER_SHARE)) {
        high = i;
        break;
      }
    }
    parts.push(
      `most magnitudes between ${formatValue(octaveEdge(Math.max(0, low)))} and ${formatValue(octaveEdge(high + 1))}`,
    );
  }
  if (count > 0) parts.push(`${formatShare(zeros / count)} zero`);
  const nonFinite = nans + posInfs + negInfs;
  if (nonFinite > 0) parts.push(`${formatCount(nonFinite)} not finite`);
  return parts.join('; ');
}
