// From formulas to a function of WebAssembly: one pass over a variable, four elements at a time and then the rest
// one by one. WebAssembly rounds every operation and never contracts two, so the bits are those of tfjs's kernels.
import { fold, type Expression, type Formulas, type OperationName } from '../formula';
import type { Names } from '../recipe';
import {
  F32,
  F32X4,
  F32X4_SPLAT,
  f32Const,
  I32_ADD,
  I32_AND,
  I32_GE_U,
  i32Const,
  localGet,
  localSet,
  loopUntil,
  moduleOf,
  TYPE,
  type Code,
  type Lanes,
} from './binary';

/**
 * Takes the length in bytes, the addresses of the inputs, those of the outputs, and the numbers. Outputs overlap
 * nothing.
 */
export type CompiledUpdate = (...values: number[]) => void;

const OPERATIONS: Record<OperationName, (lanes: Lanes) => Code> = {
  sum: ({ add }) => add,
  difference: ({ sub }) => sub,
  product: ({ mul }) => mul,
  quotient: ({ div }) => div,
  larger: ({ max }) => max,
  root: ({ sqrt }) => sqrt,
  magnitude: ({ abs }) => abs,
};

/** The length, which is the first parameter. */
const BYTES = 0;

/** Throws where WebAssembly with SIMD cannot be compiled, or cannot use the memory. */
export function compileUpdate(
  formulas: Formulas,
  names: Names,
  memory: WebAssembly.Memory,
): CompiledUpdate {
  const module = new WebAssembly.Module(binaryOf(formulas, names) as BufferSource);
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return exports['update'] as CompiledUpdate;
}

function binaryOf(formulas: Formulas, { inputs, numbers, outputs }: Names): Uint8Array {
  const parameters: number[] = [TYPE.i32];
  const locals: number[] = [];
  const parameter = (type: number): number => parameters.push(type) - 1;
  const addresses = inputs.map(() => parameter(TYPE.i32));
  const targets = outputs.map(() => parameter(TYPE.i32));
  const scalars = numbers.map(() => parameter(TYPE.f32));
  const local = (type: number): number => parameters.length + locals.push(type) - 1;
  const at = local(TYPE.i32);
  const whole = local(TYPE.i32);
  const splats = numbers.map(() => local(TYPE.v128));

  const place = (address: number): Code => [...localGet(address), ...localGet(at), ...I32_ADD];
  /** The pass from `at` on, to the offset in the local `end`. */
  const pass = (lanes: Lanes, numberLocals: readonly number[], end: number): Code => {
    const known = new Map(numbers.map((name, i) => [name, numberLocals[i] ?? 0]));
    const named = (name: string): number => {
      const index = known.get(name);
      if (index === undefined)
        throw new RangeError(`The formula uses "${name}" before it is known.`);
      return index;
    };
    const define = (name: string, value: Code): Code => {
      const index = local(lanes.type);
      known.set(name, index);
      return [...value, ...localSet(index)];
    };
    const constant = (value: number): Code =>
      lanes === F32 ? f32Const(value) : [...f32Const(value), ...F32X4_SPLAT];
    const valueOf = (expression: Expression): Code =>
      fold<Code>(
        expression,
        (leaf) => (typeof leaf === 'string' ? localGet(named(leaf)) : constant(leaf)),
        (name, operands) => [...operands.flat(), ...OPERATIONS[name](lanes)],
      );
    const loads = inputs.map((name, i) =>
      define(name, [...place(addresses[i] ?? 0), ...lanes.load]),
    );
    const values = formulas.map(([name, value]) => define(name, valueOf(value)));
    const stores = outputs.map((name, i) => [
      ...place(targets[i] ?? 0),
      ...localGet(named(name)),
      ...lanes.store,
    ]);
    const advance = [...localGet(at), ...i32Const(lanes.size), ...I32_ADD, ...localSet(at)];
    return loopUntil(
      [...localGet(at), ...localGet(end), ...I32_GE_U],
      [...loads, ...values, ...stores, advance].flat(),
    );
  };

  const body = [
    ...[...localGet(BYTES), ...i32Const(-F32X4.size), ...I32_AND, ...localSet(whole)],
    ...splats.flatMap((splat, i) => [
      ...localGet(scalars[i] ?? 0),
      ...F32X4_SPLAT,
      ...localSet(splat),
    ]),
    ...pass(F32X4, splats, whole),
    ...pass(F32, scalars, BYTES),
  ];
  return moduleOf({ parameters, locals, body }, 'update');
}
