// The parts of tfjs that the tap relies on and whose published types hide or lack them. Verified
// against tfjs 4.22; every use of an internal of tfjs in the tap goes through these shapes.
import type { Tensor, TfNamespace } from './types';

/** A tf.Variable, as gradients and optimizers see it. */
export interface VariableLike extends Tensor {
  name: string;
  trainable: boolean;
}

/** Gradients as `Optimizer.applyGradients` takes them. Unused variables may be null. */
export type NamedGradients =
  | Readonly<Record<string, Tensor | null | undefined>>
  | readonly { name: string; tensor: Tensor | null | undefined }[];

/** An optimizer of any class; `learningRate` is a number in every class of tfjs. */
export interface OptimizerLike {
  applyGradients(gradients: NamedGradients): unknown;
  computeGradients(...args: unknown[]): unknown;
  minimize(...args: unknown[]): unknown;
  learningRate?: unknown;
}

/** A class of the namespace, e.g. tf.AdamOptimizer. */
export type ClassLike = (abstract new (...args: never[]) => object) & { prototype: object };

/** What `tf.layers` calls an activation: an object that names its class (`relu`, `sigmoid`, …). */
interface ActivationLike {
  getClassName?(): string;
}

/** A tf.layers layer, its cells and containers included. */
export interface LayerLike {
  name: string;
  getClassName(): string;
  apply(inputs: unknown, kwargs?: unknown): unknown;
  build(inputShape: unknown): void;
  addWeight(...args: unknown[]): { read(): VariableLike };
  _callHook: unknown;
  activation?: ActivationLike;
  weights: readonly { read(): VariableLike }[];
  /** Set by RNN. */
  cell?: LayerLike;
  /** Set by StackedRNNCells. */
  cells?: readonly LayerLike[];
  /** Set by wrappers, e.g. TimeDistributed. */
  layer?: LayerLike;
  /** Set by Bidirectional. */
  forwardLayer?: LayerLike;
  backwardLayer?: LayerLike;
}

/** Result of `Engine.gradients`. A gradient is null where the value does not depend on the input. */
export interface GradientsResult {
  value: Tensor;
  grads: (Tensor | null | undefined)[];
}

/** An operation of a forward pass, as the engine notes it for the backward pass. */
export interface TapeNode {
  inputs: Readonly<Record<string, Tensor>>;
  outputs: readonly Tensor[];
  /** Absent where the operation has no gradient. */
  gradient?: unknown;
}

/** The engine behind the namespace. Every way to compute gradients ends in its `gradients`. */
export interface EngineLike {
  readonly registeredVariables: Readonly<Record<string, VariableLike | undefined>>;
  gradients(
    f: () => Tensor,
    xs: Tensor[],
    dy?: Tensor | null,
    allowNoGradients?: boolean,
  ): GradientsResult;
  makeVariable(value: Tensor, trainable?: boolean, name?: string, dtype?: string): VariableLike;
  isTapeOn(): boolean;
  makeTensor(...args: unknown[]): Tensor;
  /** `activeTape` is there while gradients are computed; an operation `add` runs in a scope `add__op`. */
  readonly state: {
    activeTape?: readonly TapeNode[] | null;
    activeScope?: { name: string } | null;
  };
}

/** The engine of a namespace. */
export function engineOf(tf: TfNamespace): EngineLike {
  return tf.engine();
}

/** `Layer.prototype`, or undefined in a build of tfjs without layers. */
export function layerPrototypeOf(tf: TfNamespace): LayerLike | undefined {
  const { layers } = tf as { layers?: { Layer?: { prototype: unknown } } };
  return layers?.Layer?.prototype as LayerLike | undefined;
}

/** True for anything with the two fields that make a tensor a tf.Variable. */
export function isVariable(tensor: Tensor): tensor is VariableLike {
  return 'assign' in tensor && 'trainable' in tensor;
}

/** Name of the layer's activation function; that of its cell or wrapped layer where it has none. */
export function activationOf(layer: LayerLike): string | undefined {
  const own = layer.activation?.getClassName?.();
  if (own !== undefined) return own;
  const inner = layer.cell ?? layer.layer ?? layer.forwardLayer ?? layer.cells?.[0];
  return inner === undefined ? undefined : activationOf(inner);
}

/** True where `outer` runs `inner` as a part of itself: as its cell, or as the layer it wraps. */
export function isPartOf(inner: LayerLike, outer: LayerLike): boolean {
  return (
    outer.cell === inner ||
    outer.layer === inner ||
    outer.forwardLayer === inner ||
    outer.backwardLayer === inner ||
    (Array.isArray(outer.cells) && outer.cells.includes(inner))
  );
}
