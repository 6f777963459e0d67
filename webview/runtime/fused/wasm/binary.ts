// Just enough of the binary format of WebAssembly (https://webassembly.github.io/spec/core/binary/) for a module of
// one function on a memory that it imports. Names of instructions are those of the specification.

/** Bytes of code. */
export type Code = readonly number[];

export const TYPE = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
const EMPTY = 0x40;

/** Unsigned LEB128. */
export function unsigned(value: number): Code {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

/** Signed LEB128, of an integer of 32 bits. */
function signed(value: number): Code {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(isLast ? low : low | 0x80);
    if (isLast) return bytes;
  }
}

const simd = (operation: number): Code => [0xfd, ...unsigned(operation)];

export const localGet = (index: number): Code => [0x20, ...unsigned(index)];
export const localSet = (index: number): Code => [0x21, ...unsigned(index)];
export const i32Const = (value: number): Code => [0x41, ...signed(value)];
export const I32_GE_U: Code = [0x4f];
export const I32_ADD: Code = [0x6a];
export const I32_AND: Code = [0x71];
export const f32Const = (value: number): Code => [
  0x43,
  ...new Uint8Array(Float32Array.of(value).buffer),
];

/** Repeats `body` until `end`, which is asked before each turn, leaves something that is not 0. */
export const loopUntil = (end: Code, body: Code): Code => [
  ...[0x02, EMPTY, 0x03, EMPTY],
  ...end,
  ...[0x0d, 1],
  ...body,
  ...[0x0c, 0, 0x0b, 0x0b],
];

/** Of one number, or of four at a time. Alignment is only a hint. */
export interface Lanes {
  type: number;
  /** Bytes. */
  size: number;
  load: Code;
  store: Code;
  abs: Code;
  sqrt: Code;
  add: Code;
  sub: Code;
  mul: Code;
  div: Code;
  max: Code;
}

export const F32: Lanes = {
  type: TYPE.f32,
  size: 4,
  load: [0x2a, 2, 0],
  store: [0x38, 2, 0],
  ...{ abs: [0x8b], sqrt: [0x91], add: [0x92], sub: [0x93], mul: [0x94], div: [0x95], max: [0x97] },
};

export const F32X4: Lanes = {
  type: TYPE.v128,
  size: 16,
  load: [...simd(0), 2, 0],
  store: [...simd(11), 2, 0],
  ...{ abs: simd(0xe0), sqrt: simd(0xe3), add: simd(0xe4), sub: simd(0xe5), mul: simd(0xe6) },
  ...{ div: simd(0xe7), max: simd(0xe9) },
};

/** Four times the same. */
export const F32X4_SPLAT: Code = simd(0x13);

/** A function without a result. */
export interface Function {
  parameters: readonly number[];
  locals: readonly number[];
  body: Code;
}

const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
const name = (text: string): Code => [text.length, ...new TextEncoder().encode(text)];

/** A module that imports the memory `env.memory` and exports its one function by `exported`. */
export function moduleOf({ parameters, locals, body }: Function, exported: string): Uint8Array {
  const code = [...unsigned(locals.length), ...locals.flatMap((type) => [1, type]), ...body, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, ...unsigned(parameters.length), ...parameters, 0]),
    ...section(2, [1, ...name('env'), ...name('memory'), 2, 0, 0]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name(exported), 0, 0]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ]);
}
