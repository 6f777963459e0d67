// Numbers as the command line writes them: three significant digits, and as narrow as they can be.

const INTEGER = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `0.213`, `31.4`, `1.24e-6`, `NaN`, `-Infinity`; `–` where there is none. */
export function shortNumber(value: number | undefined, digits = 3): string {
  if (value === undefined) return '–';
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 1e-3 || size >= 1e5) return value.toExponential(digits - 1).replace('e+', 'e');
  return size >= 1000 ? INTEGER.format(value) : value.toPrecision(digits);
}

/** `12,345` */
export function count(value: number): string {
  return INTEGER.format(value);
}

/** `3 errors`, `1 error` */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** A share of 1 in percent; what is not quite 0 or 1 never reads as such. */
export function percent(share: number | undefined): string {
  if (share === undefined) return '–';
  const value = share * 100;
  if (value > 0 && value < 1) return '<1%';
  return value > 99 && value < 100 ? '>99%' : `${Math.round(value)}%`;
}

/** `0.8 s`, `12 s`, `3:07`, `1:02:45` */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const tail = two(whole % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${tail}` : `${minutes}:${tail}`;
}
