// The words that tags are made of: which data a number is of, and which tensor of a layer.

/** Which data a number was measured on. */
export type Split = 'train' | 'validation';

const TRAINING = /^(train|training|trn|fit)$/i;
const VALIDATION = /^(val|valid|validation|dev|eval|evaluation|test|testing)$/i;

/** The data that a word names, if any. */
export function splitOf(word: string): Split | undefined {
  if (TRAINING.test(word)) return 'train';
  return VALIDATION.test(word) ? 'validation' : undefined;
}

/** A tag without the words that name its data, and which data these are. */
export function withoutSplit(tag: string): { rest: string; split: Split | undefined } {
  let split: Split | undefined;
  const keep = (word: string): boolean => {
    const found = splitOf(word);
    split ??= found;
    return found === undefined;
  };
  const segments = tag.split('/').filter(keep);
  const rest = segments.map((segment) => {
    const words = segment.split(/([_\s-])/);
    // `train_loss`, `loss_train`: only at either end, so that `latest_value` keeps its words.
    if (words.length >= 3 && !keep(words[0] ?? '')) words.splice(0, 2);
    if (words.length >= 3 && !keep(words.at(-1) ?? '')) words.splice(-2, 2);
    return words.join('');
  });
  return { rest: rest.join('/'), split };
}

/** Last part of the name of a trained tensor: Keras, PyTorch, Flax and Sonnet. */
const PARAMETER =
  /^(kernel|weights?|bias|gamma|beta|scale|offset|embeddings?|w|b|(recurrent|depthwise|pointwise)_kernel|recurrent_bias|(weight|bias)_[ih]h_l\d+(_reverse)?|in_proj_(weight|bias)|alpha)$/i;
/** Of rank 1 whatever the layer. */
const VECTOR =
  /^(bias|beta|gamma|scale|offset|b|recurrent_bias|bias_[ih]h_l\d+(_reverse)?|in_proj_bias|alpha)$/i;
/** Kept by layers, but not trained. */
const UNTRAINED = /(moving_mean|moving_variance|running_mean|running_var|num_batches_tracked)/i;

/** A tensor, and the layer that it belongs to by its name. */
export interface NamedTensor {
  layer: string;
  /** Name of the tensor, layer included. */
  tensor: string;
  /** By its last word; undefined where that is none of the usual. */
  rank: 'vector' | 'matrix' | undefined;
}

/** Splits a tensor's name at its last part, where that is one of the usual; undefined for what is not trained. */
export function nameTensor(name: string): NamedTensor | undefined {
  if (UNTRAINED.test(name)) return undefined;
  // Keras 3 ends its tags with /histogram, TensorFlow variables with :0, Keras 2 replaces that by _0.
  const tensor = name.replace(/\/histogram$/, '').replace(/:\d+$/, '');
  const at = Math.max(tensor.lastIndexOf('/'), tensor.lastIndexOf('.'));
  const last = tensor.slice(at + 1).replace(/_\d+$/, '');
  const whole = tensor.slice(at + 1);
  const parameter = PARAMETER.test(whole) ? whole : PARAMETER.test(last) ? last : undefined;
  if (parameter === undefined || at <= 0) {
    const rank = parameter !== undefined && VECTOR.test(parameter) ? 'vector' : undefined;
    return tensor === '' ? undefined : { layer: tensor, tensor, rank };
  }
  return {
    layer: tensor.slice(0, at),
    tensor: tensor.slice(0, at + 1) + parameter,
    rank: VECTOR.test(parameter) ? 'vector' : 'matrix',
  };
}
