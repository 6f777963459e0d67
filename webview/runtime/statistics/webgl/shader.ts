// The statistics kernel: a vertex shader whose every invocation summarizes one chunk of a tensor,
// read in place from the texture that tfjs keeps it in, into WORDS 32-bit words. Numerical notes:
// - Elements are classified, and the range is found, by their bits: compilers may assume that isnan()
//   is never true, and arithmetic may flush subnormal numbers to zero.
// - One pass counts, and finds range, sum and sum of squares. Only where it cannot be exact do others
//   follow: about the chunk's mean where that is far above the deviations, and scaled by a power of two
//   where a square of 1e-38 or 1e38 would leave float32.
// - Chunks with NaN or ±Infinity, or so small that subnormal numbers matter, are visited by careful
//   passes. All these are loops of their own: a software rasterizer executes both sides of every
//   branch, but enters no loop that nobody runs. For the same reason there is one program per case.
// - Sums run over groups of 16 texels first, which keeps the rounding error of long sums small.
// - No division and no variable shift per element: both are serialized where vectors are emulated.
// - The counters start at zero: WebGL, unlike OpenGL, initializes all variables to zero.
import { FIRST_OCTAVE, OCTAVES } from '../../../../src/shared/core/stepRecord';
import { HISTOGRAM_WORDS, OUTPUTS } from './record';

/** How a tensor lies in its texture. Packed: RGBA texels of 2×2 blocks; masked: with odd edges. */
export type Layout = 'unpacked' | 'packed' | 'packed-masked';
export const LAYOUTS: readonly Layout[] = ['unpacked', 'packed', 'packed-masked'];

/** Exponent field of a float32 in the first bucket. */
const FIRST_FIELD = 127 + FIRST_OCTAVE;

/** Counters of a chunk: the buckets, then zeros, then elements that are NaN, ±Infinity or padding. */
const ZEROS = 2 * OCTAVES;
const NOT_COUNTED = ZEROS + 1;

/** Chunks below 2^(this − 127) are lifted: above, subnormal numbers are below every rounding error. */
const TINY_FIELD = 40;

/**
 * The first pass takes squares of what is 2^this times as large, which is exact: so they neither
 * overflow nor lose digits that matter while a chunk's largest magnitude is in the range below.
 */
const PLAIN_EXPONENT = 30;
/**
 * 2^-76: a square that underflows, below 2^-126, is then less than 2^-34 of the largest one, so that
 * all of them together, at most 2^13, are less than 2^-20 of the sum. 2^20: the square of a sum is
 * below 2^127. Exponent fields of float32.
 */
const PLAIN_FROM = 127 - 76;
const PLAIN_TO = 127 + 20;
const PLAIN_SCALE = (2 ** PLAIN_EXPONENT).toFixed(1);
const PLAIN_SQUARE = (2 ** (2 * PLAIN_EXPONENT)).toFixed(1);

/** Deviations are taken about the mean where it is more than twice the standard deviation. */
const FAR_MEAN = 0.8;

/** What lifting multiplies by, and what it makes of the smallest subnormal number. */
const LIFT_EXPONENT = 100;
const LIFT = (2 ** LIFT_EXPONENT).toFixed(1);
const LIFTED_SMALLEST = 2 ** (LIFT_EXPONENT - 149);

/** Bits of Infinity; above are NaNs, below finite numbers. */
const INFINITE = '0x7f800000u';
const MINUS_INFINITE = '0xff800000u';

/** Visits every texel of the chunk, in groups of 16; no texel where `condition` is false. */
const overChunk = (condition: string, before: string, visit: string, after: string): string => `
  row = start / size.x;
  column = start - row * size.x;
  last = ${condition} ? end : start;
  for (int group = start; group < last; group += 16) {
    ${before}
    int groupEnd = min(group + 16, last);
    for (int t = group; t < groupEnd; t++) {
      ivec2 at = ivec2(column, row);
      column++;
      bool wrap = column == size.x;
      column = wrap ? 0 : column;
      row = wrap ? row + 1 : row;
      ${visit}
    }
    ${after}
  }`;

/** Before a loop over masked texels: where in a matrix the first one lies. */
const START_MASK = `
  blockRow = start / shape.x;
  block = start - blockRow * shape.x;
  blockRow %= shape.y;`;

/** Finds out which lanes of a texel are padding, and puts the first element in their place. */
const MASK = `
      bool noColumn = block == lastColumn;
      bool noRow = blockRow == lastRow;
      block++;
      bool next = block == shape.x;
      block = next ? 0 : block;
      blockRow = next ? blockRow + 1 : blockRow;
      blockRow = blockRow == shape.y ? 0 : blockRow;
      vec4 keep = vec4(1.0, noColumn ? 0.0 : 1.0, noRow ? 0.0 : 1.0, 1.0);
      keep.w = keep.y * keep.z;
      v.y = noColumn ? v.x : v.y;
      v.z = noRow ? v.x : v.z;
      v.w = keep.w == 0.0 ? v.x : v.w;`;

/** Bucket of a finite element that is not zero; negative ones follow the positive ones. */
const bucketOf = (type: string, magnitude: string, sign: string): string =>
  `min(max(${magnitude} >> 23, ${type}(${FIRST_FIELD}u)), ${type}(${FIRST_FIELD + OCTAVES - 1}u))
        - ${type}(${FIRST_FIELD}u) + (${sign} << 5) + (${sign} << 4)`;

/** Two neighbouring counters in one word. */
const pair = (i: number): string => `h[${i}] | (h[${i + 1}] << 16)`;

/** Source of the vertex shader for one layout; `changed`: with the tensor as it was before. */
export function vertexShader(layout: Layout, changed: boolean): string {
  const packed = layout !== 'unpacked';
  const masked = layout === 'packed-masked';
  const [real, natural, whole] = packed ? ['vec4', 'uvec4', 'ivec4'] : ['float', 'uint', 'int'];
  const lanes = packed ? ['.x', '.y', '.z', '.w'] : [''];
  const fetch = (sampler: string): string => `texelFetch(${sampler}, at, 0)${packed ? '' : '.x'}`;
  const each = (statement: (lane: string) => string): string =>
    lanes.map(statement).join('\n      ');
  const total = (name: string): string => lanes.map((lane) => name + lane).join(' + ');
  const reduce = (f: string, name: string): string =>
    lanes.map((lane) => name + lane).reduce((a, b) => `${f}(${a}, ${b})`);
  const ifMasked = (code: string): string => (masked ? code : '');
  const ifChanged = (code: string): string => (changed ? code : '');
  const startMask = ifMasked(START_MASK);
  const load = `${real} v = ${fetch('values')};
      ${ifMasked(MASK)}`;
  /** Visits every element: slow, in little code. */
  const overElements = (condition: string, prepare: string, visit: string): string =>
    startMask +
    overChunk(
      condition,
      '',
      `${load}
      ${prepare}
      for (int lane = 0; lane < ${lanes.length}; lane++) {
        ${ifMasked('if (keep[lane] == 0.0) continue;')}
        ${visit}
      }`,
      '',
    );
  const lane = packed ? '[lane]' : '';
  return `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
uniform sampler2D values;
uniform sampler2D before;
uniform ivec4 size;  // texels per texture row; texels that hold elements; texels per chunk
uniform ivec4 shape; // masked: 2x2 blocks per row of blocks; rows of blocks; 1: columns, rows are odd
${OUTPUTS.map((name) => `flat out uvec4 ${name};`).join('\n')}
uint h[${NOT_COUNTED + 1}];

float lift(float x) {
  uint magnitude = floatBitsToUint(x) & 0x7fffffffu;
  float lifted = float(magnitude) * ${LIFTED_SMALLEST};
  if (floatBitsToUint(x) != magnitude) lifted = -lifted;
  return magnitude < 0x800000u ? lifted : x * ${LIFT};
}

float powerOfTwo(int exponent) {
  return uintBitsToFloat(uint(exponent + 127) << 23);
}

void main() {
  int start = gl_VertexID * size.z;
  int end = min(start + size.z, size.y);
  int row, column, last;
  ${ifMasked(`int block, blockRow;
  int lastColumn = shape.z == 1 ? shape.x - 1 : -1;
  int lastRow = shape.w == 1 ? shape.y - 1 : -1;`)}
  
  ${whole} largestSigned = ${whole}(${-(2 ** 31) + 1});
  ${natural} largestUnsigned = ${natural}(0u);
  ${natural} smallestUnsigned = ${natural}(0xffffffffu);
  ${real} sum = ${real}(0.0);
  ${real} squares = ${real}(0.0);
  ${ifChanged(`${natural} largestChange = ${natural}(0u);
  ${real} changes = ${real}(0.0);
  ${natural} differing = ${natural}(0u);`)}
  ${startMask}
  ${overChunk(
    'true',
    `${real} groupSum = ${real}(0.0);
    ${real} groupSquares = ${real}(0.0);
    ${ifChanged(`${real} groupChanges = ${real}(0.0);`)}`,
    `${load}
      ${natural} bits = floatBitsToUint(v);
      ${natural} magnitude = bits & ${natural}(0x7fffffffu);
      ${natural} sign = bits >> 31;
      ${natural} bucket = ${bucketOf(natural, 'magnitude', 'sign')};
      ${each((l) => `bucket${l} = magnitude${l} == 0u ? ${ZEROS}u : bucket${l};`)}
      ${ifMasked(each((l) => (l === '.x' ? '' : `bucket${l} = keep${l} == 0.0 ? ${NOT_COUNTED}u : bucket${l};`)))}
      groupSum += v${ifMasked(' * keep')};
      groupSquares += v * ${PLAIN_SQUARE} * v${ifMasked(' * keep')};
      largestSigned = max(largestSigned, ${whole}(bits));
      largestUnsigned = max(largestUnsigned, bits);
      smallestUnsigned = min(smallestUnsigned, bits);
      ${each((l) => `h[bucket${l}]++;`)}
      ${ifChanged(`${real} old = ${fetch('before')};
      ${real} change = v - old;
      ${ifMasked(each((l) => `change${l} = keep${l} == 0.0 ? 0.0 : change${l};`))}
      largestChange = max(largestChange, floatBitsToUint(change) & 0x7fffffffu);
      groupChanges += change * ${PLAIN_SQUARE} * change;
      differing |= ${masked ? 'uvec4(keep) * ' : ''}(bits ^ floatBitsToUint(old));`)}`,
    `sum += groupSum;
    squares += groupSquares;
    ${ifChanged('changes += groupChanges;')}`,
  )}
  int signedEnd = ${reduce('max', 'largestSigned')};
  uint unsignedEnd = ${reduce('max', 'largestUnsigned')};
  uint nearEnd = ${reduce('min', 'smallestUnsigned')};

  bool infinite = signedEnd >= int(${INFINITE}) || unsignedEnd >= ${MINUS_INFINITE};
  uint padding = h[${NOT_COUNTED}];
  uint nans = 0u;
  uint posInfs = 0u;
  uint negInfs = 0u;
  last = infinite ? ${NOT_COUNTED} : 0;
  for (int i = 0; i < last; i++) h[i] = 0u;
  signedEnd = infinite ? ${-(2 ** 31) + 1} : signedEnd;
  unsignedEnd = infinite ? 0u : unsignedEnd;
  nearEnd = infinite ? 0xffffffffu : nearEnd;
  ${overElements(
    'infinite',
    '',
    `uint bits = floatBitsToUint(v${lane});
        uint magnitude = bits & 0x7fffffffu;
        if (magnitude > ${INFINITE}) nans++;
        else if (bits == ${INFINITE}) posInfs++;
        else if (bits == ${MINUS_INFINITE}) negInfs++;
        else {
          uint bucket = ${bucketOf('uint', 'magnitude', '(bits >> 31)')};
          h[magnitude == 0u ? ${ZEROS}u : bucket]++;
          signedEnd = max(signedEnd, int(bits));
          unsignedEnd = max(unsignedEnd, bits);
          nearEnd = min(nearEnd, bits);
        }`,
  )}

  uint finite = uint(${lanes.length} * (end - start)) - padding - nans - posInfs - negInfs;
  float count = float(max(finite, 1u));
  uint farthest = max(uint(max(signedEnd, 0)), unsignedEnd < 0x80000000u ? 0u : unsignedEnd - 0x80000000u);
  bool tiny = farthest < ${TINY_FIELD}u << 23;
  bool careful = infinite || (tiny && farthest != 0u);
  float largest = tiny ? lift(uintBitsToFloat(farthest)) : uintBitsToFloat(farthest);
  int exponent = clamp(127 - int(floatBitsToUint(largest) >> 23), -126, 126);
  float scale = powerOfTwo(exponent);
  float plainSum = (${total('sum')}) * ${PLAIN_SCALE};
  bool isFar = plainSum * plainSum > ${FAR_MEAN} * count * (${total('squares')});
  bool plain = farthest >= ${PLAIN_FROM}u << 23 && farthest < ${PLAIN_TO}u << 23 && !isFar;
  plain = !careful && (plain || farthest == 0u);
  exponent = plain ? ${PLAIN_EXPONENT} : exponent;
  sum *= ${PLAIN_SCALE};
  float pivot = 0.0;
  for (int pass = plain || careful ? 2 : 0; pass < 2; pass++) {
    sum = squares = ${real}(0.0);
    ${startMask}
    ${overChunk(
      'true',
      `${real} groupSum = ${real}(0.0);
    ${real} groupSquares = ${real}(0.0);`,
      `${load}
      ${real} d = v * scale - ${real}(pivot);
      ${ifMasked('d *= keep;')}
      groupSum += d;
      groupSquares += d * d;`,
      `sum += groupSum;
    squares += groupSquares;`,
    )}
    pivot = pass == 0 ? (${total('sum')}) / count : pivot;
  }

  for (int pass = careful ? 0 : 2; pass < 2; pass++) {
    sum = squares = ${real}(0.0);
    ${overElements(
      'careful',
      '',
      `float x = tiny ? lift(v${lane}) : v${lane};
        float d = (floatBitsToUint(x) & 0x7fffffffu) < ${INFINITE} ? x * scale - pivot : 0.0;
        sum${lane} += d;
        squares${lane} += d * d;`,
    )}
    if (pass == 0) pivot = (${total('sum')}) / count;
  }
  ${ifChanged(`uint farthestChange = ${reduce('max', 'largestChange')};
  bool tinyChange = farthestChange < ${PLAIN_FROM}u << 23;
  int changeExponent = ${PLAIN_EXPONENT};
  bool again = tinyChange ? (${lanes.map((l) => `differing${l}`).join(' | ')}) != 0u : farthestChange >= ${PLAIN_TO}u << 23;
  farthestChange = 0u;
  for (int pass = again ? 0 : 2; pass < 2; pass++) {
    changeExponent = pass == 0 ? 0 : clamp(127 - int(farthestChange >> 23), -126, 126);
    float changeScale = powerOfTwo(changeExponent);
    changes = ${real}(0.0);
    ${overElements(
      'true',
      `${real} old = ${fetch('before')};`,
      `float change = tinyChange ? lift(v${lane}) - lift(old${lane}) : v${lane} - old${lane};
        uint magnitude = floatBitsToUint(change) & 0x7fffffffu;
        if (magnitude < ${INFINITE}) {
          farthestChange = max(farthestChange, magnitude);
          change *= changeScale;
          changes${lane} += change * change;
        }`,
    )}
  }
  changeExponent += again && tinyChange ? ${LIFT_EXPONENT} : 0;`)}

  ${OUTPUTS.slice(0, HISTOGRAM_WORDS / 4)
    .map(
      (output, i) =>
        `${output} = uvec4(${[0, 1, 2, 3].map((k) => pair(8 * i + 2 * k)).join(', ')});`,
    )
    .join('\n  ')}
  ${OUTPUTS[HISTOGRAM_WORDS / 4] ?? ''} = uvec4(h[${ZEROS}] | (nans << 16), posInfs | (negInfs << 16),
    uint(signedEnd), unsignedEnd);
  ${OUTPUTS[HISTOGRAM_WORDS / 4 + 1] ?? ''} = uvec4(nearEnd, uint(tiny ? exponent + ${LIFT_EXPONENT} : exponent),
    floatBitsToUint(pivot), floatBitsToUint(${total('sum')}));
  ${OUTPUTS[HISTOGRAM_WORDS / 4 + 2] ?? ''} = uvec4(floatBitsToUint(${total('squares')}),
    ${changed ? `uint(changeExponent), floatBitsToUint(${total('changes')})` : '0u, 0u'}, 0u);
  gl_Position = vec4(0.0);
}
`;
}

/** Nothing is rasterized, but a program needs a fragment shader. */
export const FRAGMENT_SHADER = `#version 300 es
precision highp float;
out vec4 color;
void main() { color = vec4(0.0); }
`;
