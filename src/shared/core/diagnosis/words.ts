// Numbers in messages: short, and the same everywhere.

/** Two significant digits: 0.24, 3.1e-9, 12, 4.2e5. */
export function short(value: number): string {
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return String(value);
  const magnitude = Math.abs(value);
  if (magnitude >= 0.01 && magnitude < 1000) return String(Number(value.toPrecision(2)));
  return value.toExponential(1).replace('e+', 'e').replace('.0e', 'e');
}

/** `×0.24`. */
export function times(factor: number): string {
  return `×${short(factor)}`;
}

/** A share as `41 %`. */
export function percent(share: number): string {
  return `${short(share * 100)} %`;
}
