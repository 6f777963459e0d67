// Every gradient that user code computes passes Engine.gradients, whatever it called. A computation
// remembers what the optimizer step that follows cannot see any more: the loss, and the activations
// and δ of the layers, whose data it retains.
import { unguarded, type Guard } from './guard';
import { engineOf, isVariable, type EngineLike } from './internals';
import type { Patches } from './patches';
import { retain, type Retained } from './retained';
import type { Tensor, TfNamespace } from './types';

/** One call of a layer inside a computation. */
export interface Capture<Owner> {
  owner: Owner;
  activation: Retained;
  /** δ; more than one where the gradient flowed back more than once, none where it never did. */
  deltas: Retained[];
  /** Rank of the first δ among those of all captures: the order of the backward pass. */
  deltaOrder?: number;
}

interface Computation<Owner> {
  /** Variables that gradients were computed for. */
  names: Set<string>;
  /** The gradients handed to the user's code. */
  gradients: WeakSet<Tensor>;
  loss: Retained | undefined;
  captures: Capture<Owner>[];
}

/** What an optimizer step takes over; the caller releases it. */
export interface TakenComputation<Owner> {
  loss: Retained | undefined;
  captures: Capture<Owner>[];
  /** The variables that each of the computations was for. */
  computed: string[][];
}

/** Computations whose gradients were not applied yet. More are kept only by code that never applies. */
const MAX_UNAPPLIED = 4;

/**
 * Told of a computation for the variables `names` among `xs`. What it returns, if anything, is called with
 * the loss while the tape of its forward pass is there.
 */
export type Look = (
  names: readonly string[],
  xs: readonly Tensor[],
) => ((loss: Tensor) => void) | undefined;

/** Watches gradient computations and hands them to the steps that apply them. */
export class GradientComputations<Owner> {
  readonly #tf: TfNamespace;
  readonly #samplesActivations: (variables: readonly string[]) => boolean;
  readonly #guard: Guard;
  readonly #look: Look | undefined;
  #unapplied: Computation<Owner>[] = [];
  #nextDelta = 0;
  /** The computation under way, while its activations are wanted. */
  #current: Computation<Owner> | undefined;
  /** Nested gradient computations: those inside a loss (e.g. a gradient penalty) are part of it. */
  #depth = 0;

  /**
   * `samplesActivations` says whether the step that applies these variables will record activations; `look` is
   * asked about every computation.
   */
  constructor(
    tf: TfNamespace,
    samplesActivations: (variables: readonly string[]) => boolean,
    guard: Guard = unguarded,
    look?: Look,
  ) {
    this.#tf = tf;
    this.#samplesActivations = samplesActivations;
    this.#guard = guard;
    this.#look = look;
  }

  install(patches: Patches): void {
    const engine = engineOf(this.#tf);
    patches.replace(engine, 'gradients', (original) => {
      const compute = original.bind(engine);
      return (...args) => this.#observe(compute, args);
    });
  }

  /** True while the output of a layer should be captured. */
  get capturing(): boolean {
    return this.#current !== undefined && this.#depth === 1;
  }

  /** Notes the output of a layer's call; what it returns collects δ. */
  capture(owner: Owner, output: Tensor): (delta: Tensor) => void {
    const capture: Capture<Owner> = { owner, activation: retain(this.#tf, output), deltas: [] };
    const computation = this.#current;
    computation?.captures.push(capture);
    return (delta) => {
      // A tape replayed after its computation was applied has no record to go to.
      if (computation !== this.#current) return;
      this.#guard(() => {
        capture.deltas.push(retain(this.#tf, delta));
        capture.deltaOrder ??= this.#nextDelta++;
      });
    };
  }

  /**
   * What belongs to a step that applies `gradients`: the computations that yielded these very tensors,
   * or, where the user transformed them (clipping, accumulation), those of the same variables. The
   * loss is that of the newest.
   */
  take(gradients: ReadonlyMap<string, Tensor>): TakenComputation<Owner> {
    const overlaps = (c: Computation<Owner>): boolean =>
      [...gradients.keys()].some((name) => c.names.has(name));
    const isSource = (c: Computation<Owner>): boolean =>
      [...gradients.values()].some((tensor) => c.gradients.has(tensor));
    const sources = this.#unapplied.filter(isSource);
    const taken = sources.length > 0 ? sources : this.#unapplied.filter(overlaps);
    const newest = taken.at(-1);
    const left: Computation<Owner>[] = [];
    this.#unapplied.forEach((c, i) => {
      if (taken.includes(c)) {
        if (c !== newest) c.loss?.release();
      } else if (newest !== undefined && overlaps(c) && i < this.#unapplied.indexOf(newest)) {
        dispose(c);
      } else {
        left.push(c);
      }
    });
    this.#unapplied = left;
    return {
      loss: newest?.loss,
      captures: taken.flatMap(({ captures }) => captures),
      computed: taken.map(({ names }) => [...names]),
    };
  }

  /** Forgets everything. */
  dispose(): void {
    this.#unapplied.forEach(dispose);
    this.#unapplied = [];
  }

  #observe(
    compute: EngineLike['gradients'],
    args: Parameters<EngineLike['gradients']>,
  ): ReturnType<EngineLike['gradients']> {
    const names = args[1].filter(isVariable).map(({ name }) => name);
    const observed = this.#depth === 0 && names.length > 0;
    if (!observed) return this.#nested(compute, args);
    const computation: Computation<Owner> = {
      names: new Set(names),
      gradients: new WeakSet(),
      loss: undefined,
      captures: [],
    };
    if (this.#samplesActivations(names)) this.#current = computation;
    let isDone = false;
    try {
      const look = this.#guard(() => this.#look?.(names, args[1]));
      const result = this.#nested(compute, look ? this.#lookedAt(args, look) : args);
      this.#guard(() => {
        if (result.value.size === 1) computation.loss = retain(this.#tf, result.value);
        for (const gradient of result.grads) if (gradient) computation.gradients.add(gradient);
        this.#unapplied.push(computation);
        if (this.#unapplied.length > MAX_UNAPPLIED) dispose(this.#unapplied.shift());
      });
      isDone = true;
      return result;
    } finally {
      // An error is not caught and thrown anew: whoever reports it would point here.
      if (!isDone) dispose(computation);
      this.#current = undefined;
    }
  }

  /** The same computation; `look` sees its loss while the tape is there. */
  #lookedAt(
    [f, ...rest]: Parameters<EngineLike['gradients']>,
    look: (loss: Tensor) => void,
  ): Parameters<EngineLike['gradients']> {
    const looked = (): Tensor => {
      const loss = f();
      this.#guard(() => look(loss));
      return loss;
    };
    return [looked, ...rest];
  }

  #nested(
    compute: EngineLike['gradients'],
    args: Parameters<EngineLike['gradients']>,
  ): ReturnType<EngineLike['gradients']> {
    this.#depth++;
    try {
      return compute(...args);
    } finally {
      this.#depth--;
    }
  }
}

function dispose(computation: Computation<unknown> | undefined): void {
  computation?.loss?.release();
  computation?.captures.forEach(releaseCapture);
}

/** Lets the tensors of a capture go. */
export function releaseCapture(capture: Capture<unknown>): void {
  capture.activation.release();
  for (const delta of capture.deltas) delta.release();
}
