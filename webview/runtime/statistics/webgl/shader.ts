// The statistics kernel: a vertex shader whose every invocation summarizes one chunk of a tensor,
// read in place from the texture that tfjs keeps it in, into WORDS 32-bit words. Numerical notes:
// - Elements are classified, and the range is found, by their bits: compilers may assume that isnan()
//   is never true, and arithmetic may flush subnormal numbers to zero.
// - A first pass counts, and finds range and sum; a second sums deviations from the chunk's mean,
//   scaled by a power of two so that neither 1e-38 nor 1e38 leaves float32 when squared.
// - Chunks with NaN or ±Infinity, or so small that subnormal numbers matter, are visited again by
//   careful passes. These are loops of their own: a software rasterizer executes both sides of every
//   branch, but enters no loop that nobody runs. For the same reason there is one program per case.
// - Sums run over groups of 16 texels first, which keeps the rounding error of long sums small.
// - No division and no variable shift per element: both are serialized where vectors are emulated.
import { FIRST_OCTAVE, OCTAVES } from '../../../../src/shared/core/stepRecord';

/** How a tensor lies in its texture. Packed: RGBA texels of 2×2 blocks; masked: with odd edges. */
export type Layout = 'unpacked' | 'packed' | 'packed-masked';
export const LAYOUTS: readonly Layout[] = ['unpacked', 'packed', 'packed-masked'];

/** Two 16-bit bucket counters per word, positive octaves first. */
export const HISTOGRAM_WORDS = OCTAVES;

/** Words after the histogram, in order. Counters are pairs of 16 bits, low half first. */
export const WORD = {
  zerosAndNans: HISTOGRAM_WORDS,
  infinities: HISTOGRAM_WORDS + 1,
  /** Bits of the finite extremes; see `decode` for how three of them tell both ends. */
  largestSigned: HISTOGRAM_WORDS + 2,
  largestUnsigned: HISTOGRAM_WORDS + 3,
  smallestUnsigned: HISTOGRAM_WORDS + 4,
  /** Values were multiplied by 2 to this power before the moments were taken. */
  exponent: HISTOGRAM_WORDS + 5,
  pivot: HISTOGRAM_WORDS + 6,
  sum: HISTOGRAM_WORDS + 7,
  squares: HISTOGRAM_WORDS + 8,
  /** The sum of squared changes, each multiplied by 2 to the power of the exponent before. */
  changeExponent: HISTOGRAM_WORDS + 9,
  changeSquares: HISTOGRAM_WORDS + 10,
} as const;

/** Words per chunk, one of them spare. WebGL2 guarantees 64 transform feedback components. */
export const WORDS = HISTOGRAM_WORDS + 12;

/** Transform feedback outputs, four words each. */
export const OUTPUTS = Array.from({ length: WORDS / 4 }, (_, i) => `o${i}`);

/** Exponent field of a float32 in the first bucket. */
const FIRST_FIELD = 127 + FIRST_OCTAVE;

/** Counters of a chunk: the buckets, then zeros, then elements that are NaN, ±Infinity or padding. */
const ZEROS = 2 * OCTAVES;
const NOT_COUNTED = ZEROS + 1;

/** Chunks below 2^(this − 127) are lifted: above, subnormal numbers are below every rounding error. */
const TINY_FIELD = 40;

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
  for (int i = 0; i <= ${NOT_COUNTED}; i++) h[i] = 0u;
  ${whole} largestSigned = ${whole}(${-(2 ** 31) + 1});
  ${natural} largestUnsigned = ${natural}(0u);
  ${natural} smallestUnsigned = ${natural}(0xffffffffu);
  ${real} sum = ${real}(0.0);
  ${ifChanged(`${real} largestChange = ${real}(0.0);
  ${natural} differing = ${natural}(0u);`)}
  ${startMask}
  ${overChunk(
    'true',
    `${real} groupSum = ${real}(0.0);`,
    `${load}
      ${natural} bits = floatBitsToUint(v);
      ${natural} magnitude = bits & ${natural}(0x7fffffffu);
      ${natural} sign = bits >> 31;
      ${natural} bucket = ${bucketOf(natural, 'magnitude', 'sign')};
      ${each((l) => `bucket${l} = magnitude${l} == 0u ? ${ZEROS}u : bucket${l};`)}
      ${ifMasked(each((l) => (l === '.x' ? '' : `bucket${l} = keep${l} == 0.0 ? ${NOT_COUNTED}u : bucket${l};`)))}
      groupSum += v * ${2 ** -12}${ifMasked(' * keep')};
      largestSigned = max(largestSigned, ${whole}(bits));
      largestUnsigned = max(largestUnsigned, bits);
      smallestUnsigned = min(smallestUnsigned, bits);
      ${each((l) => `h[bucket${l}]++;`)}
      ${ifChanged(`${real} old = ${fetch('before')};
      ${real} change = abs(v - old);
      ${ifMasked('change *= keep;')}
      ${each((l) => `change${l} = floatBitsToUint(change${l}) < ${INFINITE} ? change${l} : 0.0;`)}
      largestChange = max(largestChange, change);
      differing |= bits ^ floatBitsToUint(old);`)}`,
    'sum += groupSum;',
  )}
  int signedEnd = ${reduce('max', 'largestSigned')};
  uint unsignedEnd = ${reduce('max', 'largestUnsigned')};
  uint nearEnd = ${reduce('min', 'smallestUnsigned')};

  bool infinite = signedEnd >= int(${INFINITE}) || unsignedEnd >= ${MINUS_INFINITE};
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

  uint finite = 0u;
  for (int i = 0; i <= ${ZEROS}; i++) finite += h[i];
  float count = float(max(finite, 1u));
  uint farthest = max(uint(max(signedEnd, 0)), unsignedEnd < 0x80000000u ? 0u : unsignedEnd - 0x80000000u);
  bool tiny = farthest < ${TINY_FIELD}u << 23;
  bool careful = infinite || (tiny && farthest != 0u);
  float largest = tiny ? lift(uintBitsToFloat(farthest)) : uintBitsToFloat(farthest);
  int exponent = farthest == 0u ? 0 : clamp(127 - int(floatBitsToUint(largest) >> 23), -126, 126);
  float scale = powerOfTwo(exponent);
  float pivot = careful ? 0.0 : (${total('sum')}) / count * scale * ${(2 ** 12).toFixed(1)};
  ${real} squares = ${real}(0.0);
  sum = ${real}(0.0);
  ${ifChanged(`float farthestChange = ${reduce('max', 'largestChange')};
  bool tinyChange = floatBitsToUint(farthestChange) < ${TINY_FIELD}u << 23;
  int changeExponent = tinyChange ? 0 : clamp(127 - int(floatBitsToUint(farthestChange) >> 23), -126, 126);
  float changeScale = powerOfTwo(changeExponent);
  ${real} changes = ${real}(0.0);`)}
  ${startMask}
  ${overChunk(
    changed ? 'true' : '!careful',
    `${real} groupSum = ${real}(0.0);
    ${real} groupSquares = ${real}(0.0);
    ${ifChanged(`${real} groupChanges = ${real}(0.0);`)}`,
    `${load}
      ${real} d = v * scale - ${real}(pivot);
      ${ifMasked('d *= keep;')}
      groupSum += d;
      groupSquares += d * d;
      ${ifChanged(`${real} change = v - ${fetch('before')};
      ${ifMasked('change *= keep;')}
      ${each((l) => `change${l} = abs(change${l}) <= farthestChange ? change${l} * changeScale : 0.0;`)}
      groupChanges += change * change;`)}`,
    `sum += groupSum;
    squares += groupSquares;
    ${ifChanged('changes += groupChanges;')}`,
  )}

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
  ${ifChanged(
    overElements(
      `tinyChange && (${lanes.map((l) => `differing${l}`).join(' | ')}) != 0u`,
      `${real} old = ${fetch('before')};`,
      `float change = lift(v${lane}) - lift(old${lane});
        if ((floatBitsToUint(change) & 0x7fffffffu) < ${INFINITE}) changes${lane} += change * change;`,
    ),
  )}

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
    ${changed ? `uint(tinyChange ? ${LIFT_EXPONENT} : changeExponent), floatBitsToUint(${total('changes')})` : '0u, 0u'}, 0u);
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
