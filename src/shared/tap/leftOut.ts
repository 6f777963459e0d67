// Finds variables that a loss is computed with and that nobody trains: of a loop that hands its optimizer
// some of them only. Looks at the tape of single steps, far apart; other steps cost a count.
import { engineOf, isVariable, type TapeNode, type VariableLike } from './internals';
import type { RandomValues } from './randomValues';
import type { Tensor, TfNamespace } from './types';

/**
 * Gradient computations of one set of variables before its tape is looked at; after that, at twice as many
 * each time. The critic of a WGAN is trained for up to 100 steps before its generator takes the first.
 */
const FIRST_LOOK = 128;
/** Sets of variables that are counted. More come only from programs that build one model after another. */
const MAX_SETS = 64;

/** Variables that are left out, each with the trained ones that it shares a path of the loss with. */
export type LeftOut = ReadonlyMap<VariableLike, readonly VariableLike[]>;

/** Looks for variables that are left out of a training. */
export class LeftOutWatch {
  readonly #tf: TfNamespace;
  readonly #values: RandomValues;
  /** Computations so far, by set of variables. */
  readonly #counts = new Map<string, number>();
  readonly #found = new Map<VariableLike, readonly VariableLike[]>();
  #isNew = false;

  constructor(tf: TfNamespace, values: RandomValues) {
    this.#tf = tf;
    this.#values = values;
  }

  /**
   * Counts a computation of gradients for the variables `names`. What it returns, if anything, is to be
   * called with the loss while the tape of its forward pass is there.
   */
  look(names: readonly string[], xs: readonly Tensor[]): ((loss: Tensor) => void) | undefined {
    const key = `${names.length} ${names[0] ?? ''}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    if (this.#counts.size > MAX_SETS) {
      const [oldest = ''] = this.#counts.keys();
      this.#counts.delete(oldest);
    }
    const isDue = count >= FIRST_LOOK && (count & (count - 1)) === 0;
    if (!isDue) return undefined;
    return (loss) => {
      const tape = engineOf(this.#tf).state.activeTape ?? [];
      const trained = new Set(xs.filter(isVariable).filter((x) => !this.#values.isUntouched(x)));
      const isCandidate = (v: VariableLike): boolean => this.#values.isUntouched(v);
      for (const [variable, others] of leftOutOf(tape, loss, trained, isCandidate)) {
        if (this.#found.has(variable)) continue;
        this.#found.set(variable, others);
        this.#isNew = true;
      }
    };
  }

  /** What is left out so far; undefined where that is no news since the last call. */
  takeNews(): LeftOut | undefined {
    for (const variable of this.#found.keys()) {
      if (this.#values.isUntouched(variable)) continue;
      this.#found.delete(variable);
      this.#isNew = true;
    }
    if (!this.#isNew) return undefined;
    this.#isNew = false;
    return this.#found;
  }
}

/** What a tensor of a forward pass was computed of. */
interface Origin {
  variables: ReadonlySet<VariableLike>;
  /** Of variables alone: a kernel, or a kernel in another shape. */
  isParameter: boolean;
}

/**
 * Of the candidates that `loss` depends on, those on one path with a trained variable: the output of one is
 * computed on by the other. Nets beside each other that meet in the loss only (a target network, a
 * teacher, a fixed random target) are not on one path.
 */
export function leftOutOf(
  tape: readonly TapeNode[],
  loss: { id: number },
  trained: ReadonlySet<VariableLike>,
  isCandidate: (variable: VariableLike) => boolean,
): Map<VariableLike, VariableLike[]> {
  const origins = new Map<number, Origin>();
  const pairs = new Map<VariableLike, Set<VariableLike>>();
  const relate = (a: VariableLike, b: VariableLike): void => {
    if (trained.has(a) || !trained.has(b) || !isCandidate(a)) return;
    const partners = pairs.get(a) ?? new Set();
    pairs.set(a, partners.add(b));
  };
  for (const { inputs, outputs } of pathTo(tape, loss)) {
    const given = Object.values(inputs).map((input) => ({ input, ...originOf(input, origins) }));
    for (const { input, variables, isParameter } of given) {
      // A number made of weights alone is a penalty on them, which is but added to the loss.
      if (!isParameter || (input.size === 1 && !isVariable(input))) continue;
      for (const other of given) {
        if (other.input === input) continue;
        for (const a of variables) {
          for (const b of other.variables) {
            relate(a, b);
            relate(b, a);
          }
        }
      }
    }
    const origin: Origin = {
      variables: new Set(given.flatMap(({ variables }) => [...variables])),
      isParameter: given.length > 0 && given.every(({ isParameter }) => isParameter),
    };
    for (const { id } of outputs) origins.set(id, origin);
  }
  return new Map([...pairs].map(([variable, partners]) => [variable, [...partners]]));
}

const DATA: Origin = { variables: new Set(), isParameter: false };

function originOf(input: Tensor, origins: ReadonlyMap<number, Origin>): Origin {
  const known = origins.get(input.id);
  if (known) return known;
  return isVariable(input) ? { variables: new Set([input]), isParameter: true } : DATA;
}

/** The nodes that `loss` has a slope in, in the order of the forward pass. */
function pathTo(tape: readonly TapeNode[], loss: { id: number }): TapeNode[] {
  const needed = new Set([loss.id]);
  const path: TapeNode[] = [];
  for (let i = tape.length - 1; i >= 0; i--) {
    const node = tape[i];
    if (!node?.gradient || !node.outputs.some(({ id }) => needed.has(id))) continue;
    for (const { id } of Object.values(node.inputs)) needed.add(id);
    path.push(node);
  }
  return path.reverse();
}
