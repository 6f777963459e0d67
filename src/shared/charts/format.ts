// Numbers as the page writes them: short, aligned, and never hiding a zero, a NaN or an infinity.

const INTEGER = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** Below this magnitude, and from {@link LARGE} on, numbers are written with an exponent. */
const SMALL = 1e-3;
const LARGE = 1e5;

/** Three significant digits: `0.213`, `31.4`, `1.24e-6`, `−3.00e+8`, `NaN`, `−∞`. */
export function formatValue(value: number, digits = 3): string {
  if (Number.isNaN(value)) return 'NaN';
  const sign = value < 0 ? '−' : '';
  const magnitude = Math.abs(value);
  if (magnitude === Infinity) return `${sign}∞`;
  if (magnitude === 0) return '0';
  if (magnitude < SMALL || magnitude >= LARGE) {
    return sign + magnitude.toExponential(digits - 1).replace('e+', 'e');
  }
  const whole = Math.floor(magnitude);
  if (Number.isInteger(magnitude)) return sign + INTEGER.format(whole);
  if (magnitude >= 10 ** digits) return sign + INTEGER.format(magnitude);
  return sign + magnitude.toPrecision(digits);
}

/** For what a source does not know: a log of another program may lack it. */
export const UNKNOWN = '–';

/** As {@link formatValue}; {@link UNKNOWN} for NaN, by which summaries say that a number is not known. */
export function formatKnown(value: number): string {
  return Number.isNaN(value) ? UNKNOWN : formatValue(value);
}

/** As {@link formatValue}, without zeros that carry nothing: for chosen numbers, like `0.001`. */
export function formatRound(value: number): string {
  return formatValue(value)
    .replace(/(\.\d*?)0+(?=e|$)/, '$1')
    .replace(/\.(?=e|$)/, '');
}

/** Update ratios live around 1e-3: one notation below 0.01, so that they compare at a glance. */
export function formatRatio(value: number): string {
  if (Number.isNaN(value)) return UNKNOWN;
  return value !== 0 && Math.abs(value) < 0.01 ? value.toExponential(1) : formatValue(value, 2);
}

/** Whole numbers with separators: `12,345`. */
export function formatCount(value: number): string {
  return Number.isFinite(value) ? INTEGER.format(value) : formatValue(value);
}

/** Short counts for narrow columns: `432`, `1.2k`, `3.4M`. */
export function formatShort(value: number): string {
  if (value < 1000) return String(value);
  for (const [limit, unit] of [
    [1e6, 'k'],
    [1e9, 'M'],
  ] as const) {
    if (value < limit * 0.9995) {
      const scaled = (value / limit) * 1000;
      return `${scaled.toFixed(scaled < 9.95 ? 1 : 0)}${unit}`;
    }
  }
  return `${(value / 1e9).toFixed(1)}G`;
}

/** A share of 1 as a percentage; a share that is not quite 0 or 1 never reads as such. */
export function formatShare(share: number): string {
  if (!Number.isFinite(share)) return '–';
  const percent = share * 100;
  if (percent === 0) return '0%';
  if (percent < 0.1) return '<0.1%';
  if (percent === 100) return '100%';
  if (percent > 99.9) return '>99.9%';
  return `${percent.toFixed(percent < 10 ? 1 : 0)}%`;
}

/** A power of ten as axes write it: `1e-6`, `0.01`, `1`, `100`. */
export function formatDecade(exponent: number): string {
  if (exponent === 0) return '1';
  if (exponent === 1) return '10';
  return `1e${exponent}`;
}

/** Last part of a path with forward slashes. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `3 problems`, `1 problem`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
