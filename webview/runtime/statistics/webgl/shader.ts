// The statistics kernel: a vertex shader whose every invocation summarizes one chunk of a tensor,
// read in place from the texture that tfjs keeps it in, into WORDS 32-bit words. Numerical notes:
// - Elements are classified by their bits; compilers may assume that isnan() is never true.
// - Pass 1 counts, and finds range and sum; pass 2 sums deviations from the chunk's mean, scaled by a
//   power of two so that neither 1e-30 nor 1e30 leaves float32 when squared.
// - Sums run over groups of 16 first, which keeps the rounding error of long sums small.
import { FIRST_OCTAVE, OCTAVES } from '../../../../src/shared/core/stepRecord';

/** How a tensor lies in its texture. Packed: RGBA texels of 2×2 blocks; masked: with odd edges. */
export type Layout = 'unpacked' | 'packed' | 'packed-masked';
export const LAYOUTS: readonly Layout[] = ['unpacked', 'packed', 'packed-masked'];

/** Two 16-bit bucket counters per word, negative octaves first. */
export const HISTOGRAM_WORDS = OCTAVES;

/** Words after the histogram, in order. Counters are pairs of 16 bits, low half first. */
export const WORD = {
  zerosAndNans: HISTOGRAM_WORDS,
  infinities: HISTOGRAM_WORDS + 1,
  min: HISTOGRAM_WORDS + 2,
  max: HISTOGRAM_WORDS + 3,
  pivot: HISTOGRAM_WORDS + 4,
  scale: HISTOGRAM_WORDS + 5,
  sum: HISTOGRAM_WORDS + 6,
  squares: HISTOGRAM_WORDS + 7,
} as const;

/** Words per chunk. WebGL2 guarantees 64 transform feedback components. */
export const WORDS = HISTOGRAM_WORDS + 8;

/** Transform feedback outputs, four words each. */
export const OUTPUTS = Array.from({ length: WORDS / 4 }, (_, i) => `o${i}`);

/** Exponent field of a float32 in the first bucket. */
const FIRST_FIELD = 127 + FIRST_OCTAVE;

/** Largest finite float32. */
const LARGEST = '3.402823466e38';

/** Visits every texel of the chunk, in groups of 16 whose sums are added up. */
const overChunk = (visit: string): string => `
  for (int group = start; group < end; group += 16) {
    groupSum = 0.0;
    groupSquares = 0.0;
    int groupEnd = min(group + 16, end);
    for (int t = group; t < groupEnd; t++) {
      ${visit}
    }
    sum += groupSum;
    squares += groupSquares;
  }`;

/** Calls `visit(x)` for the elements of texel t. */
function visits(layout: Layout, visit: string): string {
  const fetch = `ivec2 at = ivec2(t % width, t / width);
      vec4 v = texelFetch(values, at, 0);
      if (subtract == 1) v -= texelFetch(subtrahend, at, 0);`;
  if (layout === 'unpacked') return `${fetch} ${visit}(v.x);`;
  if (layout === 'packed')
    return `${fetch} ${visit}(v.x); ${visit}(v.y); ${visit}(v.z); ${visit}(v.w);`;
  return `${fetch}
      bool noColumn = oddColumns == 1 && t % columns == columns - 1;
      bool noRow = oddRows == 1 && (t / columns) % rows == rows - 1;
      ${visit}(v.x);
      if (!noColumn) ${visit}(v.y);
      if (!noRow) ${visit}(v.z);
      if (!noColumn && !noRow) ${visit}(v.w);`;
}

/** Source of the vertex shader for one layout. */
export function vertexShader(layout: Layout): string {
  return `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
uniform sampler2D values;
uniform sampler2D subtrahend;
uniform int subtract; // 1: summarize values - subtrahend
uniform int width;   // texels per texture row
uniform int texels;  // texels that hold elements
uniform int chunk;   // texels per chunk
uniform int columns; // packed: 2x2 blocks per row of blocks
uniform int rows;    // packed: rows of blocks per matrix
uniform int oddColumns;
uniform int oddRows;
${OUTPUTS.map((name) => `flat out uvec4 ${name};`).join('\n')}
uint h[${HISTOGRAM_WORDS}];
uint zeros, nans, posInfs, negInfs, finite;
float low, high, pivot, scale, sum, squares, groupSum, groupSquares;

void count(float x) {
  uint bits = floatBitsToUint(x);
  uint field = (bits >> 23) & 255u;
  if (field == 255u) {
    if ((bits & 0x7fffffu) != 0u) nans++;
    else if ((bits >> 31) == 0u) posInfs++;
    else negInfs++;
    return;
  }
  finite++;
  low = min(low, x);
  high = max(high, x);
  groupSum += x * ${2 ** -12};
  if ((bits << 1) == 0u) {
    zeros++;
    return;
  }
  uint bucket = uint(clamp(int(field) - ${FIRST_FIELD}, 0, ${OCTAVES - 1}));
  if ((bits >> 31) == 0u) bucket += ${OCTAVES}u;
  h[bucket >> 1] += 1u << ((bucket & 1u) * 16u);
}

void deviate(float x) {
  if (((floatBitsToUint(x) >> 23) & 255u) == 255u) return;
  float d = x * scale - pivot * scale;
  groupSum += d;
  groupSquares += d * d;
}

void main() {
  int start = gl_VertexID * chunk;
  int end = min(start + chunk, texels);
  for (int i = 0; i < ${HISTOGRAM_WORDS}; i++) h[i] = 0u;
  zeros = nans = posInfs = negInfs = finite = 0u;
  low = ${LARGEST};
  high = -${LARGEST};
  sum = squares = 0.0;
  ${overChunk(visits(layout, 'count'))}
  pivot = finite == 0u ? 0.0 : clamp(sum / float(finite) * ${2 ** 12}.0, low, high);
  float largest = max(abs(low), abs(high));
  uint field = (floatBitsToUint(largest) >> 23) & 255u;
  scale = finite == 0u ? 1.0 : uintBitsToFloat(uint(clamp(254 - int(field), 1, 253)) << 23);
  sum = squares = 0.0;
  ${overChunk(visits(layout, 'deviate'))}
  ${OUTPUTS.slice(0, HISTOGRAM_WORDS / 4)
    .map((o, i) => `${o} = uvec4(h[${4 * i}], h[${4 * i + 1}], h[${4 * i + 2}], h[${4 * i + 3}]);`)
    .join('\n  ')}
  ${OUTPUTS[HISTOGRAM_WORDS / 4] ?? ''} = uvec4(zeros | (nans << 16), posInfs | (negInfs << 16),
    floatBitsToUint(low), floatBitsToUint(high));
  ${OUTPUTS[HISTOGRAM_WORDS / 4 + 1] ?? ''} = uvec4(floatBitsToUint(pivot), floatBitsToUint(scale),
    floatBitsToUint(sum), floatBitsToUint(squares));
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
