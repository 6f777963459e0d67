// Smoothing of noisy curves for the eye; the raw values stay visible beneath.

/**
 * Exponential moving average, debiased: the n-th output is Σ βⁿ⁻ⁱ xᵢ / Σ βⁿ⁻ⁱ, so early values are
 * not pulled towards zero (Kingma & Ba 2014, §3). Values that are not finite give NaN and leave the
 * average as it was.
 * @param weight β, 0 (no smoothing) up to, not including, 1.
 */
export function smooth(values: ArrayLike<number>, weight: number): Float64Array {
  const smoothed = new Float64Array(values.length);
  let sum = 0;
  let weights = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN;
    if (!Number.isFinite(value)) {
      smoothed[i] = NaN;
      continue;
    }
    sum = sum * weight + value * (1 - weight);
    weights = weights * weight + (1 - weight);
    smoothed[i] = sum / weights;
  }
  return smoothed;
}
