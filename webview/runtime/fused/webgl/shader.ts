// The program of a recipe: one fragment per 2×2 block of the weight computes all new tensors at once,
// into as many render targets. Every function rounds as the separate operation of tfjs does:
// - `exact` passes a result through its bits. The mask of all ones comes as a uniform, so no compiler
//   can see that nothing changes, and none can contract a product and a sum into one rounding.
// - `quotient` gives 1 where both are equal, as tfjs's division does.
import { fold, type Expression } from '../formula';
import { namesOf, type Recipe } from '../recipe';

/**
 * How an input lies: every element alike; in the blocks of the weight; in the blocks of another shape,
 * as reshapes share data; or one element per texel, row by row.
 */
export const PLACE = { constant: 0, packed: 1, reshaped: 2, unpacked: 3 } as const;

/** The first inputs, gradient and weight, may lie in any way. */
const ANY_PLACE = 2;

/** Rows of the uniform `geometry` before those of the inputs. */
export const GEOMETRY_ROWS = 2;

/** Slots are made by updates, packed; gradients and initial weights lie as their operations left them. */
function load(name: string, i: number): string {
  const place = `values_${name}, geometry[${GEOMETRY_ROWS + i}], block`;
  return `vec4 ${name} = ${i < ANY_PLACE ? `loadAny(${place}, elements)` : `loadBlock(${place})`};`;
}

/** An expression in GLSL, of type vec4. */
function glsl(expression: Expression): string {
  return fold(
    expression,
    (value) => (typeof value === 'string' ? value : `vec4(${numeral(value)})`),
    (name, operands) => `${name}(${operands.join(', ')})`,
  );
}

/** A float of GLSL has a point or an exponent; toString gives every digit that counts. */
function numeral(value: number): string {
  const digits = String(value);
  return /[.e]/.test(digits) ? digits : `${digits}.0`;
}

/** A triangle that covers the target, drawn without any attribute. */
export const VERTEX_SHADER = `#version 300 es
void main() {
  gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0, 0.0, 1.0);
}
`;

/** Source of the fragment shader. */
export function fragmentShader(recipe: Recipe): string {
  const { inputs, numbers, outputs } = namesOf(recipe);
  return `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
${inputs.map((name) => `uniform sampler2D values_${name};`).join('\n')}
${numbers.map((name) => `uniform float number_${name};`).join('\n')}
uniform uint allOnes;
// Of the weight: texels per texture row, blocks per row of blocks, rows of blocks, then columns and
// rows of elements. Of each input: place, texels per texture row, then the constant's bits, or
// columns and rows of the shape that it is packed by.
uniform ivec4 geometry[${GEOMETRY_ROWS + inputs.length}];
${outputs.map((name, i) => `layout(location = ${i}) out vec4 target_${name};`).join('\n')}

vec4 exact(vec4 x) { return uintBitsToFloat(floatBitsToUint(x) & uvec4(allOnes)); }
vec4 sum(vec4 a, vec4 b) { return exact(a + b); }
vec4 difference(vec4 a, vec4 b) { return exact(a - b); }
vec4 product(vec4 a, vec4 b) { return exact(a * b); }
vec4 quotient(vec4 a, vec4 b) { return exact(mix(a / b, vec4(1.0), equal(a, b))); }
vec4 root(vec4 x) { return exact(sqrt(x)); }
vec4 magnitude(vec4 x) { return abs(x); }
bool isNaN(float x) { return (floatBitsToUint(x) & 0x7fffffffu) > 0x7f800000u; }
float larger(float a, float b) { return isNaN(a) || isNaN(b) ? a + b : max(a, b); }
vec4 larger(vec4 a, vec4 b) {
  return exact(vec4(larger(a.x, b.x), larger(a.y, b.y), larger(a.z, b.z), larger(a.w, b.w)));
}

float element(sampler2D values, ivec4 place, int index) {
  int width = place.y;
  if (place.x == ${PLACE.unpacked}) return texelFetch(values, ivec2(index % width, index / width), 0).r;
  int column = index % place.z;
  int line = index / place.z;
  int row = line % place.w;
  int blockRow = line / place.w * ((place.w + 1) / 2) + row / 2;
  int block = blockRow * ((place.z + 1) / 2) + column / 2;
  return texelFetch(values, ivec2(block % width, block / width), 0)[2 * (row % 2) + column % 2];
}

vec4 loadBlock(sampler2D values, ivec4 place, int block) {
  if (place.x == ${PLACE.constant}) return vec4(intBitsToFloat(place.z));
  return texelFetch(values, ivec2(block % place.y, block / place.y), 0);
}

vec4 loadAny(sampler2D values, ivec4 place, int block, ivec4 elements) {
  if (place.x <= ${PLACE.packed}) return loadBlock(values, place, block);
  vec4 result;
  for (int i = 0; i < 4; i++) result[i] = element(values, place, elements[i]);
  return result;
}

void main() {
  int block = int(gl_FragCoord.y) * geometry[0].x + int(gl_FragCoord.x);
  int blockRow = block / geometry[0].y;
  int column = 2 * (block % geometry[0].y);
  int row = 2 * (blockRow % geometry[0].z);
  int columns = geometry[1].x;
  int rows = geometry[1].y;
  int first = (blockRow / geometry[0].z * rows + row) * columns + column;
  ivec4 elements = first + ivec4(0, 1, columns, columns + 1);
  ${inputs.map(load).join('\n  ')}
  ${numbers.map((name) => `vec4 ${name} = vec4(number_${name});`).join('\n  ')}
  ${recipe.formulas.map(([name, value]) => `vec4 ${name} = ${glsl(value)};`).join('\n  ')}
  // tfjs counts on zeros where a block sticks out of the tensor.
  bool right = column + 1 >= columns;
  bool below = row + 1 >= rows;
  bvec4 outside = bvec4(false, right, below, right || below);
  ${outputs.map((name) => `target_${name} = mix(${name}, vec4(0.0), outside);`).join('\n  ')}
}
`;
}
