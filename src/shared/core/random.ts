// Seeded random numbers: the same seed gives the same sequence on every machine and backend.

/** Draws numbers in [0, 1), as Math.random does. */
export type Random = () => number;

/** One step of SplitMix32, used to spread a small seed over the whole state. */
function splitMix32(state: number): { state: number; value: number } {
  const next = (state + 0x9e3779b9) | 0;
  let z = next ^ (next >>> 16);
  z = Math.imul(z, 0x21f0aaad);
  z ^= z >>> 15;
  z = Math.imul(z, 0x735a2d97);
  return { state: next, value: (z ^ (z >>> 15)) >>> 0 };
}

/**
 * xoshiro128** (Blackman and Vigna, 2018) seeded by SplitMix32; each number carries 53 random bits,
 * as Math.random's do. Any finite number is a seed; its fraction counts too.
 */
export function seededRandom(seed: number): Random {
  const words = new Uint32Array(new Float64Array([seed]).buffer);
  // Small integers are the seeds that people type: fold both words so that none maps to another.
  let mixed = splitMix32((words[0] ?? 0) ^ Math.imul(words[1] ?? 0, 0x85ebca6b));
  const state = new Uint32Array(4);
  for (let i = 0; i < 4; i++) {
    mixed = splitMix32(mixed.state ^ mixed.value);
    state[i] = mixed.value;
  }
  let [a, b, c, d] = [state[0] ?? 1, state[1] ?? 0, state[2] ?? 0, state[3] ?? 0];
  if ((a | b | c | d) === 0) a = 1; // The all-zero state is the one fixed point.
  const next32 = (): number => {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  return () => ((next32() >>> 5) * 67108864 + (next32() >>> 6)) / 9007199254740992;
}

/** An integer in [0, limit). */
export function randomInteger(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

/** A sample of the standard normal distribution (Box–Muller). */
export function randomNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Shuffles in place (Fisher–Yates), over `[from, to)` only where given. */
export function shuffle(
  values: Uint32Array | Int32Array | unknown[],
  random: Random,
  from = 0,
  to = values.length,
): void {
  const list = values as unknown[];
  for (let i = to - 1; i > from; i--) {
    const j = from + randomInteger(random, i - from + 1);
    const held = list[i];
    list[i] = list[j];
    list[j] = held;
  }
}

/** A random order of 0 … length − 1. */
export function permutation(length: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length }, (_, i) => i);
  shuffle(order, random);
  return order;
}
