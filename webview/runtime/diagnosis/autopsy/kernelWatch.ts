// Watches every kernel that tfjs runs while a step is computed again: which result was the first that is
// not finite, and which values come of it. A mask of −Infinity that the next operation takes away, say,
// is no cause; only the origin of what ends in the loss or in a gradient is.
import type { Stage } from '../../../../src/shared/core/autopsy';
import { Patches } from '../../../../src/shared/tap/patches';
import type { Tensor, TfNamespace } from '../../../../src/shared/tap/types';
import { layerPrototypeOf } from '../../../../src/shared/tap/internals';
import { isContainer, type LayerLike } from '../internals';
import { isFinite, scan, type Scan } from './scan';

/** An operation: where it belongs, and what it was given. */
export interface Operation {
  kernel: string;
  stage: Stage;
  layer?: LayerLike;
  operands: readonly Scan[];
  /** Its stack is text only once it is asked for. */
  error: Error;
  /** One of its operands is a constant of the program that is not finite. */
  hasBadConstant: boolean;
  /** In the backward pass: the operation whose derivative it computes. */
  derivativeOf?: Operation;
}

/** Where values that are not finite came from. */
export interface Origin {
  result: Scan;
  /** Absent where a value was not computed: data, a weight, a constant. */
  operation?: Operation;
  /** What {@link KernelWatch.name} called it. */
  source?: string;
}

/** Values of a tensor's data. */
interface Seen {
  scan: Scan;
  origin?: Origin;
}

type Operands = Readonly<Record<string, Tensor | Tensor[] | undefined>> | null | undefined;

/** The parts of the engine that a watch looks into. */
interface WatchedEngine {
  runKernel(name: string, inputs: Operands, attrs?: object): Tensor | Tensor[];
  addTapeNode(name: string, inputs: Operands, ...rest: unknown[]): void;
  state: { activeTape: { gradient?: (dys: Tensor[]) => Record<string, () => Tensor> }[] };
}

/** Milliseconds after which a watch gives up. */
const PATIENCE = 20_000;

/** One watch, for one computation. */
export class KernelWatch {
  /** The stage that the computation is in. */
  stage: Stage = 'forward';
  /** Frames at the end of each operation's stack that are not of the computation. */
  outerFrames = 0;
  readonly #tf: TfNamespace;
  readonly #patches = new Patches();
  readonly #data = new WeakMap<object, Seen>();
  readonly #names = new WeakMap<object, string>();
  /** Layers that are being called, outermost first. */
  readonly #calls: LayerLike[] = [];
  #derivativeOf: Operation | undefined;
  #until = 0;

  constructor(tf: TfNamespace) {
    this.#tf = tf;
  }

  /** Names the data of a tensor that is given, not computed. */
  name(tensor: Tensor, source: string): void {
    this.#names.set(tensor.dataId, source);
  }

  /** Values of a tensor, and where they came from if they are not finite. */
  of(tensor: Tensor): Seen {
    let seen = this.#data.get(tensor.dataId);
    if (!seen) {
      const result = scan(tensor.dataSync());
      const source = this.#names.get(tensor.dataId);
      const origin: Origin = { result, ...(source !== undefined && { source }) };
      seen = isFinite(result) ? { scan: result } : { scan: result, origin };
      this.#data.set(tensor.dataId, seen);
    }
    return seen;
  }

  /** Runs `compute` under the watch. */
  run<T>(compute: () => T): T {
    this.#until = performance.now() + PATIENCE;
    const limit = Error.stackTraceLimit;
    // A custom loss lies beneath dozens of frames of tfjs.
    Error.stackTraceLimit = 200;
    this.outerFrames = framesOf(new Error()).length;
    try {
      this.#install();
      return compute();
    } finally {
      this.#patches.restore();
      Error.stackTraceLimit = limit;
    }
  }

  #install(): void {
    const engine = this.#tf.engine() as unknown as WatchedEngine;
    this.#patches.replace(engine, 'runKernel', (original) => (name, inputs, attrs) => {
      const result = original.call(engine, name, inputs, attrs);
      this.#look(name, inputs, result);
      return result;
    });
    this.#patches.replace(engine, 'addTapeNode', (original) => (name, inputs, ...rest) => {
      original.call(engine, name, inputs, ...rest);
      this.#follow(engine, name, inputs);
    });
    const prototype = layerPrototypeOf(this.#tf);
    if (!prototype) return;
    const calls = this.#calls;
    this.#patches.replace(prototype, 'apply', (original) => {
      return function apply(this: LayerLike, inputs: unknown, kwargs?: unknown): unknown {
        if (isContainer(this)) return original.call(this as never, inputs, kwargs);
        calls.push(this);
        try {
          return original.call(this as never, inputs, kwargs);
        } finally {
          calls.pop();
        }
      };
    });
  }

  /** Notes the result of a kernel. */
  #look(kernel: string, inputs: Operands, result: Tensor | Tensor[]): void {
    if (performance.now() > this.#until) throw new Error('The step takes too long to look at.');
    const operands = floats(inputs);
    for (const output of [result].flat()) {
      if (output.dtype !== 'float32') continue;
      const found = scan(output.dataSync());
      const seen: Seen = { scan: found };
      if (!isFinite(found)) {
        // The first operand that is not finite passes it on; a constant is told with its first use.
        const from = operands
          .map((operand) => this.of(operand).origin)
          .find((origin) => origin?.operation ?? origin?.source);
        seen.origin = from ?? { result: found, operation: this.#operation(kernel, operands) };
      }
      this.#data.set(output.dataId, seen);
    }
  }

  /** The derivative of what was just recorded will be computed on its behalf. */
  #follow(engine: WatchedEngine, kernel: string, inputs: Operands): void {
    const node = engine.state.activeTape.at(-1);
    const gradient = node?.gradient;
    if (!node || !gradient) return;
    const operation = this.#operation(kernel, floats(inputs));
    const within = <T>(compute: () => T): T => {
      const before = this.#derivativeOf;
      this.#derivativeOf = operation;
      try {
        return compute();
      } finally {
        this.#derivativeOf = before;
      }
    };
    node.gradient = (dys) => {
      const parts = within(() => gradient(dys));
      return Object.fromEntries(
        Object.entries(parts).map(([name, part]) => [name, () => within(part)]),
      );
    };
  }

  #operation(kernel: string, operands: readonly Tensor[]): Operation {
    const [layer] = this.#calls;
    const derivativeOf = this.#derivativeOf;
    const scans = operands.map((operand) => this.of(operand).scan);
    return {
      kernel,
      stage: this.stage,
      ...(layer && { layer }),
      operands: scans,
      hasBadConstant: !scans.every(isFinite),
      error: new Error(),
      ...(derivativeOf && { derivativeOf }),
    };
  }
}

/** The frames of an error's stack as V8 writes them, innermost first. */
export function framesOf({ stack = '' }: Error): string[] {
  return stack.split('\n').filter((line) => /^\s+at /.test(line));
}

function floats(inputs: Operands): Tensor[] {
  return Object.values(inputs ?? {})
    .flat()
    .filter((tensor): tensor is Tensor => tensor?.dtype === 'float32');
}
