// Halts the program in its debugger, on its own stack, at the step at which its numbers go wrong. A quick
// look at one step: what is found here is no finding, whose rules see the whole run.
import type { StepRecord, TensorSummary } from '../../src/shared/core/stepRecord';
import { nonFiniteCount } from '../../src/shared/core/summary';
import type { NodeStart } from '../../src/shared/protocol/node';

export type BreakKind = NodeStart['breakOn'][number];

/** A gradient this many times the usual one of the run explodes. */
const EXPLOSION = 100;

/** Steps before there is a usual gradient. */
const USUAL_STEPS = 5;

/** A layer whose gradient (RMS) is less than this part of the largest layer's gets none. */
const VANISHED = 1e-6;

/** Steps in a row for which a gradient has to be that small. */
const VANISHED_STEPS = 3;

/** The root mean square of a gradient. */
const sizeOf = ({ norm, count }: TensorSummary): number => norm / Math.sqrt(Math.max(1, count));

/** Says of each step whether, and why, the program should halt; once, until all is sound again. */
export class BreakConditions {
  readonly #kinds: ReadonlySet<BreakKind>;
  readonly #standing = new Set<BreakKind>();
  #steps = 0;
  /** Mean of the gradient norms so far, those of the explosion left out. */
  #usual = 0;
  #vanishedSteps = 0;

  constructor(kinds: readonly BreakKind[]) {
    this.#kinds = new Set(kinds);
  }

  get isEmpty(): boolean {
    return this.#kinds.size === 0;
  }

  /** The first condition that a step meets anew. */
  meet(record: StepRecord): BreakKind | undefined {
    const met: Record<BreakKind, boolean> = {
      'non-finite': isBroken(record),
      'exploding-gradient': this.#explodes(record),
      'vanishing-gradient': this.#vanishes(record),
    };
    let first: BreakKind | undefined;
    for (const kind of this.#kinds) {
      if (!met[kind]) this.#standing.delete(kind);
      else if (!this.#standing.has(kind)) {
        this.#standing.add(kind);
        first ??= kind;
      }
    }
    return first;
  }

  #explodes({ layers }: StepRecord): boolean {
    const norm = Math.hypot(...Object.values(layers).map(({ gradient }) => gradient.norm));
    if (this.#steps >= USUAL_STEPS && norm > EXPLOSION * this.#usual) return true;
    this.#steps += 1;
    this.#usual += (norm - this.#usual) / this.#steps;
    return false;
  }

  #vanishes({ layers }: StepRecord): boolean {
    const sizes = Object.values(layers).map(({ gradient }) => sizeOf(gradient));
    const largest = Math.max(0, ...sizes);
    const isSmall = largest > 0 && sizes.some((size) => size < VANISHED * largest);
    this.#vanishedSteps = isSmall ? this.#vanishedSteps + 1 : 0;
    return this.#vanishedSteps >= VANISHED_STEPS;
  }
}

/** Why a step that meets a condition calls for a look, in words: `the loss is NaN at step 4`. */
export function reasonOf(kind: BreakKind, { step, loss, layers }: StepRecord): string {
  const at = `at step ${step}`;
  if (kind === 'exploding-gradient') return `the gradient explodes ${at}`;
  const entries = Object.entries(layers);
  if (kind === 'vanishing-gradient') {
    const sizes = entries.map(([name, { gradient }]) => ({ name, size: sizeOf(gradient) }));
    const [least] = sizes.sort((a, b) => a.size - b.size);
    return `next to no gradient reaches ${least?.name ?? 'a layer'} ${at}`;
  }
  if (loss !== undefined && !Number.isFinite(loss)) return `the loss is ${String(loss)} ${at}`;
  const broken = entries.find(([, { gradient }]) => nonFiniteCount(gradient) > 0);
  if (broken) return `the gradient of ${broken[0]} is not finite ${at}`;
  const other = entries.find(([, { weight }]) => nonFiniteCount(weight) > 0);
  return `the weights of ${other?.[0] ?? 'a layer'} are not finite ${at}`;
}

function isBroken({ loss, layers }: StepRecord): boolean {
  if (loss !== undefined && !Number.isFinite(loss)) return true;
  return Object.values(layers).some(
    ({ gradient, weight }) => nonFiniteCount(gradient) + nonFiniteCount(weight) > 0,
  );
}
