// Round numbers along an axis.

/** Multiples of 1, 2 or 5 times a power of ten within [low, high], at most about `count` of them. */
export function linearTicks(low: number, high: number, count: number): number[] {
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span)) return Number.isFinite(low) ? [low] : [];
  const rough = span / Math.max(1, count);
  const decade = 10 ** Math.floor(Math.log10(rough));
  const step = decade * ([1, 2, 5].find((factor) => factor * decade >= rough) ?? 10);
  const ticks: number[] = [];
  // Counted, not added up: 0.1 + 0.2 is no tick.
  for (let i = Math.ceil(low / step); i * step <= high + step * 1e-9; i++) {
    ticks.push(Number((i * step).toPrecision(12)));
  }
  return ticks;
}

/**
 * Powers of ten within [low, high]; 2 and 5 times them too, where there are fewer than two; round numbers, where there
 * are still fewer than three.
 */
export function logTicks(low: number, high: number, count: number): number[] {
  const from = Math.floor(Math.log10(low));
  const to = Math.ceil(Math.log10(high));
  const within = (value: number): boolean =>
    value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
  const every = Math.max(1, Math.ceil((to - from) / Math.max(1, count)));
  const powers: number[] = [];
  const more: number[] = [];
  for (let e = from; e <= to; e++) {
    const power = Number(`1e${e}`);
    if (e % every === 0 && within(power)) powers.push(power);
    for (const factor of [1, 2, 5]) if (within(factor * power)) more.push(factor * power);
  }
  if (powers.length >= 2) return powers;
  return more.length >= 3 ? more : linearTicks(low, high, count);
}
