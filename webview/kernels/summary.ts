// Statistics on a heap of float32 tensors, four elements at a time. AssemblyScript, compiled to wasm with
// SIMD by scripts/kernels.mjs; it runs on the memory of tfjs's wasm backend, where the tensors are.
// Sums are float64: deviations of float32 numbers from one of them, and their squares, lose nothing there.

/** Exponent field of NaN and ±Infinity. */
const NON_FINITE: u32 = 0xff;

/** A count for each value of the upper nine bits: sign and exponent. */
const COUNTS: usize = 512;
const COUNTS_BYTES: usize = COUNTS * 4;

/** Neighbours mostly count alike, and an increment waits for the one before: one table per lane. */
const TABLES: usize = 4;
/** Below this many elements, clearing and adding up four tables costs more than the waiting. */
const WORTH_TABLES: usize = 512;

/** Where in the scratch memory the counts begin, after the moments. Bytes. */
const MOMENTS_BYTES: usize = 64;

/** Bytes of scratch memory that {@link summarize} needs, aligned to 16. */
export function scratchBytes(): usize {
  return MOMENTS_BYTES + COUNTS_BYTES * TABLES;
}

function count(table: usize, at: usize, lane: usize): void {
  const head = table + (((<usize>load<u16>(at + 4 * lane + 2)) >> 5) & 0x7fc);
  store<u32>(head, load<u32>(head) + 1);
}

/** The first finite element, or 0: mean far above deviation costs no digits when it is taken off. */
function pivotOf(values: usize, size: usize): f64 {
  for (let at = values, end = values + 4 * size; at < end; at += 4) {
    if (((load<u32>(at) >> 23) & NON_FINITE) !== NON_FINITE) return load<f32>(at);
  }
  return 0;
}

/**
 * Writes to `scratch`, as float64: the pivot p, Σ(x − p), Σ(x − p)², min, max; at 64 bytes from there, as
 * uint32, the number of elements for each value of sign and exponent. All but the counts mean nothing
 * where an element is not finite.
 */
export function summarize(values: usize, size: usize, scratch: usize): void {
  const tables: usize = size < WORTH_TABLES ? 1 : TABLES;
  const stride: usize = size < WORTH_TABLES ? 0 : COUNTS_BYTES;
  const counts = scratch + MOMENTS_BYTES;
  const counts1 = counts + stride;
  const counts2 = counts1 + stride;
  const counts3 = counts2 + stride;
  memory.fill(counts, 0, COUNTS_BYTES * tables);
  const pivot = pivotOf(values, size);
  const pivots = f64x2.splat(pivot);
  let sums = f64x2.splat(0);
  let otherSums = sums;
  let squares = sums;
  let otherSquares = sums;
  let mins = f32x4.splat(f32.MAX_VALUE);
  let maxs = f32x4.splat(-f32.MAX_VALUE);
  let at = values;
  for (const end = values + 4 * (size & ~3); at < end; at += 16) {
    const x = v128.load(at);
    mins = f32x4.pmin(mins, x);
    maxs = f32x4.pmax(maxs, x);
    const d = f64x2.sub(f64x2.promote_low_f32x4(x), pivots);
    const upper = v128.shuffle<u64>(x, x, 1, 0);
    const e = f64x2.sub(f64x2.promote_low_f32x4(upper), pivots);
    sums = f64x2.add(sums, d);
    otherSums = f64x2.add(otherSums, e);
    squares = f64x2.add(squares, f64x2.mul(d, d));
    otherSquares = f64x2.add(otherSquares, f64x2.mul(e, e));
    count(counts, at, 0);
    count(counts1, at, 1);
    count(counts2, at, 2);
    count(counts3, at, 3);
  }
  sums = f64x2.add(sums, otherSums);
  squares = f64x2.add(squares, otherSquares);
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  let square = f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
  let min = f32.MAX_VALUE;
  let max = -f32.MAX_VALUE;
  for (const end = values + 4 * size; at < end; at += 4) {
    const x = load<f32>(at);
    const d = <f64>x - pivot;
    if (x < min) min = x;
    if (x > max) max = x;
    sum += d;
    square += d * d;
    count(counts, at, 0);
  }
  min = smaller(min, smaller(smaller(f32x4.extract_lane(mins, 0), f32x4.extract_lane(mins, 1)), smaller(f32x4.extract_lane(mins, 2), f32x4.extract_lane(mins, 3)))); // prettier-ignore
  max = larger(max, larger(larger(f32x4.extract_lane(maxs, 0), f32x4.extract_lane(maxs, 1)), larger(f32x4.extract_lane(maxs, 2), f32x4.extract_lane(maxs, 3)))); // prettier-ignore
  if (tables === TABLES) {
    for (let i: usize = 0; i < COUNTS_BYTES; i += 16) {
      const low = i32x4.add(v128.load(counts + i), v128.load(counts1 + i));
      const high = i32x4.add(v128.load(counts2 + i), v128.load(counts3 + i));
      v128.store(counts + i, i32x4.add(low, high));
    }
  }
  store<f64>(scratch, pivot, 0);
  store<f64>(scratch, sum, 8);
  store<f64>(scratch, square, 16);
  store<f64>(scratch, min, 24);
  store<f64>(scratch, max, 32);
}

function smaller(a: f32, b: f32): f32 {
  return a < b ? a : b;
}

function larger(a: f32, b: f32): f32 {
  return a > b ? a : b;
}

/** Elements whose bits are `bits`. */
export function countBits(values: usize, size: usize, bits: u32): u32 {
  const wanted = i32x4.splat(bits);
  let found = i32x4.splat(0);
  let at = values;
  // Where lanes are equal they are −1.
  for (const end = values + 4 * (size & ~3); at < end; at += 16) {
    found = i32x4.sub(found, i32x4.eq(v128.load(at), wanted));
  }
  let total: u32 = i32x4.extract_lane(found, 0) + i32x4.extract_lane(found, 1);
  total += i32x4.extract_lane(found, 2) + i32x4.extract_lane(found, 3);
  for (const end = values + 4 * size; at < end; at += 4) {
    if (load<u32>(at) === bits) total++;
  }
  return total;
}

/** Σ(a − b)², each difference rounded to float32; not finite where a difference is not. */
export function squaredChange(a: usize, b: usize, size: usize): f64 {
  let sums = f64x2.splat(0);
  let otherSums = sums;
  const end = a + 4 * (size & ~3);
  for (; a < end; a += 16) {
    const change = f32x4.sub(v128.load(a), v128.load(b));
    const d = f64x2.promote_low_f32x4(change);
    const e = f64x2.promote_low_f32x4(v128.shuffle<u64>(change, change, 1, 0));
    sums = f64x2.add(sums, f64x2.mul(d, d));
    otherSums = f64x2.add(otherSums, f64x2.mul(e, e));
    b += 16;
  }
  sums = f64x2.add(sums, otherSums);
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  for (const last = end + 4 * (size & 3); a < last; a += 4) {
    const change = <f64>(load<f32>(a) - load<f32>(b));
    sum += change * change;
    b += 4;
  }
  return sum;
}
