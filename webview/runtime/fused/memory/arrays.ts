// Formulas over arrays of float32. Each operation is a loop that rounds by storing, as the cpu backend does.
import { fold, type Expression, type Formulas, type OperationName } from '../formula';
import type { Names } from '../recipe';

/** Elements at a time: a dozen arrays of them stay in the first cache. */
const STRETCH = 1024;

type Loop = (out: Float32Array, a: Float32Array, b: Float32Array, count: number) => void;

const at = (values: Float32Array, i: number): number => values[i] as number;

const LOOPS: Record<OperationName, Loop> = {
  sum: (out, a, b, count) => {
    for (let i = 0; i < count; i++) out[i] = at(a, i) + at(b, i);
  },
  difference: (out, a, b, count) => {
    for (let i = 0; i < count; i++) out[i] = at(a, i) - at(b, i);
  },
  product: (out, a, b, count) => {
    for (let i = 0; i < count; i++) out[i] = at(a, i) * at(b, i);
  },
  quotient: (out, a, b, count) => {
    for (let i = 0; i < count; i++) out[i] = at(a, i) / at(b, i);
  },
  larger: (out, a, b, count) => {
    for (let i = 0; i < count; i++) out[i] = Math.max(at(a, i), at(b, i));
  },
  root: (out, a, _, count) => {
    for (let i = 0; i < count; i++) out[i] = Math.sqrt(at(a, i));
  },
  magnitude: (out, a, _, count) => {
    for (let i = 0; i < count; i++) out[i] = Math.abs(at(a, i));
  },
};

/** An operation on registers. */
interface Instruction {
  loop: Loop;
  out: number;
  a: number;
  b: number;
}

/** Formulas made ready: every name and every intermediate result has a register of `STRETCH` elements. */
export class ArrayFormulas {
  readonly #instructions: Instruction[] = [];
  readonly #registers: Float32Array[] = [];
  readonly #named = new Map<string, number>();
  readonly #names: Names;

  constructor(formulas: Formulas, names: Names) {
    this.#names = names;
    for (const name of [...names.inputs, ...names.numbers]) this.#named.set(name, this.#register());
    for (const [name, value] of formulas) this.#named.set(name, this.#compile(value));
  }

  /** Values of the numbers, for the runs that follow. */
  setNumbers(values: readonly number[]): void {
    this.#names.numbers.forEach((name, i) => this.#of(name).fill(values[i] ?? NaN));
  }

  /** Computes `outputs` from `inputs`, all of one length, in the order of their names. */
  run(inputs: readonly Float32Array[], outputs: readonly Float32Array[]): void {
    const size = outputs[0]?.length ?? 0;
    for (let from = 0; from < size; from += STRETCH) {
      const to = Math.min(from + STRETCH, size);
      inputs.forEach((values, i) => {
        this.#of(this.#names.inputs[i] ?? '').set(values.subarray(from, to));
      });
      for (const { loop, out, a, b } of this.#instructions) {
        loop(this.#at(out), this.#at(a), this.#at(b), to - from);
      }
      outputs.forEach((values, i) => {
        values.set(this.#of(this.#names.outputs[i] ?? '').subarray(0, to - from), from);
      });
    }
  }

  /** The register that will hold the value of an expression. */
  #compile(expression: Expression): number {
    return fold(
      expression,
      (value) => (typeof value === 'number' ? this.#register(value) : this.#index(value)),
      (name, [a = 0, b = a]) => {
        const out = this.#register();
        this.#instructions.push({ loop: LOOPS[name], out, a, b });
        return out;
      },
    );
  }

  #register(value = 0): number {
    return this.#registers.push(new Float32Array(STRETCH).fill(value)) - 1;
  }

  #index(name: string): number {
    const index = this.#named.get(name);
    if (index === undefined) throw new RangeError(`The formula uses "${name}" before it is known.`);
    return index;
  }

  #at(index: number): Float32Array {
    return this.#registers[index] as Float32Array;
  }

  #of(name: string): Float32Array {
    return this.#at(this.#index(name));
  }
}
