// One pass of samples through a model, on which every layer is seen: its output, what goes into its
// activation function and, on the way back, δ.
import { engineOf } from '../../../../src/shared/tap/internals';
import { Patches } from '../../../../src/shared/tap/patches';
import { retain, type Retained } from '../../../../src/shared/tap/retained';
import type { Tensor, TfNamespace } from '../../../../src/shared/tap/types';
import { classNameOf, type ActivationLike, type LayerLike, type ModelLike } from '../internals';
import { activationNameOf } from '../layerFacts';
import { flatPartsOf } from './activations';

/** Classes that are nothing but an activation function: what they take is the pre-activation. */
const ACTIVATION_LAYERS = new Set(['ReLU', 'ELU', 'ThresholdedReLU', 'Softmax']);

/** What was seen of one layer. The tensors are kept until released. */
export interface SeenLayer {
  layer: LayerLike;
  output: Retained;
  input?: Retained;
  delta?: Retained;
}

/** What was seen of a pass. */
export interface Pass {
  layers: SeenLayer[];
  /** Share of the samples, and of their mean loss: a scalar of the tidy around. */
  loss: Tensor;
}

/** Lets the tensors of a pass go. */
export function releasePass({ layers }: Pass): void {
  for (const { output, input, delta } of layers) {
    output.release();
    input?.release();
    delta?.release();
  }
}

/** What a pass is made with. */
export interface PassOptions {
  inputs: Tensor[];
  labels: readonly Tensor[];
  /** These samples as a share of the probe's: δ is that of the mean over all of them. */
  share: number;
  isBackward: boolean;
}

/**
 * Sends `inputs` through `model`, and back from the loss against `labels` where `isBackward` says so.
 * Dropout is off. Batch normalization works as in training on the way back, because δ of a training
 * passes through it so. To be called in a tidy, and where variables cannot be assigned.
 */
export function runPass(
  tf: TfNamespace,
  model: ModelLike,
  layers: readonly LayerLike[],
  { inputs, labels, share, isBackward }: PassOptions,
): Pass {
  const patches = new Patches();
  const seen = new Map<LayerLike, SeenLayer>();
  const dummy = tf.scalar(0);
  try {
    for (const layer of layers) watch(tf, patches, seen, layer, isBackward ? dummy : undefined);
    const loss = (): Tensor => {
      const outputs = model.call(inputs, { training: isBackward });
      const mean = meanLoss(tf, model, labels, Array.isArray(outputs) ? outputs : [outputs]);
      return share === 1 ? mean : tf.mul(mean, share);
    };
    const total = isBackward ? engineOf(tf).gradients(loss, [dummy]).value : loss();
    return { layers: [...seen.values()], loss: total };
  } catch (error) {
    releasePass({ layers: [...seen.values()], loss: dummy });
    if (isBackward) releaseTape(tf);
    throw error;
  } finally {
    patches.restore();
  }
}

/** What a pass that fails leaves behind: tfjs keeps the tensors saved for a way back that never comes. */
function releaseTape(tf: TfNamespace): void {
  const { state } = tf.engine() as unknown as {
    state: { gradientDepth: number; activeTape: { saved?: Tensor[] }[] | null };
  };
  if (state.gradientDepth > 0) return;
  for (const { saved } of state.activeTape ?? []) saved?.forEach((tensor) => tensor.dispose());
  state.activeTape = null;
}

/** Mean over the samples, as training takes it, without regularization. */
function meanLoss(
  tf: TfNamespace,
  model: ModelLike,
  labels: readonly Tensor[],
  outputs: readonly Tensor[],
): Tensor {
  const losses = model.lossFunctions.map((lossFunction, i) =>
    tf.mean(lossFunction(labels[i] as Tensor, outputs[i] as Tensor)),
  );
  return tf.addN(losses);
}

function watch(
  tf: TfNamespace,
  patches: Patches,
  seen: Map<LayerLike, SeenLayer>,
  layer: LayerLike,
  dummy: Tensor | undefined,
): void {
  const className = classNameOf(layer);
  const isTraining = dummy !== undefined && className === 'BatchNormalization';
  let into: Retained | undefined;
  const see = (tensor: Tensor): void => {
    if (!seen.has(layer)) into ??= retain(tf, tensor);
  };
  const { activation } = layer;
  if (activation && layer.cell === undefined && flatPartsOf(activationNameOf(layer))) {
    // By another name, because tfjs computes a few functions together with the layer, unseen.
    const observed: ActivationLike = {
      getClassName: () => 'observed',
      apply(x, ...rest) {
        see(x);
        return activation.apply(x, ...rest);
      },
    };
    patches.replace(layer, 'activation', () => observed);
  }
  patches.replace(layer, 'call', (original) => {
    return function call(this: LayerLike, inputs, kwargs) {
      const [first] = Array.isArray(inputs) ? inputs : [inputs];
      if (first && ACTIVATION_LAYERS.has(className)) see(first);
      const output = original.call(this, inputs, { ...kwargs, training: isTraining });
      // Of a layer that is called several times, the first call stands for all.
      if (!(output instanceof tf.Tensor) || output.dtype !== 'float32' || seen.has(layer)) {
        into?.release();
        into = undefined;
        return output;
      }
      const one: SeenLayer = { layer, output: retain(tf, output), ...(into && { input: into }) };
      into = undefined;
      seen.set(layer, one);
      return dummy ? withDelta(tf, output, dummy, one) : output;
    };
  });
}

/**
 * The same data, whose gradient is noted on its way back. It depends on `dummy` too: the gradient of the
 * loss with respect to that passes all outputs, but needs those of no weights.
 */
function withDelta(tf: TfNamespace, output: Tensor, dummy: Tensor, one: SeenLayer): Tensor {
  const identity = tf.customGrad((...given) => {
    const x = given[0] as Tensor;
    const gradFunc = (dy: Tensor): Tensor[] => {
      one.delta ??= retain(tf, dy);
      return [dy, tf.zerosLike(dummy)];
    };
    return { value: x.clone(), gradFunc };
  });
  return identity(output, dummy);
}
