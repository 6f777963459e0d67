// Where activation functions are flat. A unit whose function is flat on nearly all samples passes on no
// gradient: it is dead where the flat part is the lower bound of a rectifier, saturated elsewhere.

/** Limits beyond which a value lies on a flat part. A limit that is absent is never passed. */
export interface Limits {
  /** Dead at or below. */
  dead?: number;
  /** Saturated at or below, and at or above. */
  low?: number;
  high?: number;
}

/** Limits of a function, of what goes in, and of what comes out where that alone is seen. */
export interface FlatParts {
  input: Limits;
  output?: Limits;
}

/**
 * Flat: the slope is below 1 % of the largest one. Glorot and Bengio 2010 (section 3) measure saturation
 * by how near outputs are to the asymptotes; a hundredth of the gradient per layer is beyond what any
 * depth of useful net survives, and far from what healthy units reach (|z| of 1 to 3).
 * sigmoid: 4·σ(z)·(1−σ(z)) = 0.01 at |z| = 5.99, where σ is 0.0025 off; tanh: 1−tanh²(z) = 0.01 at
 * |z| = 2.99; softsign: (1+|z|)⁻² = 0.01 at |z| = 9; elu and softplus: their slopes are eᶻ and about eᶻ
 * below; selu: 1.673·eᶻ; swish, mish and gelu: their slopes lie within ±0.01 below.
 */
const FLAT: Readonly<Record<string, FlatParts>> = {
  relu: { input: { dead: 0 }, output: { dead: 0 } },
  relu6: { input: { dead: 0, high: 6 }, output: { dead: 0, high: 6 } },
  thresholdedRelu: { input: { dead: 1 }, output: { dead: 0 } },
  elu: { input: { dead: -4.6 } },
  selu: { input: { dead: -5.12 } },
  softplus: { input: { dead: -4.6 } },
  swish: { input: { dead: -6.3 } },
  mish: { input: { dead: -6.3 } },
  gelu: { input: { dead: -3.1 } },
  gelu_new: { input: { dead: -3.1 } },
  sigmoid: { input: { low: -5.99, high: 5.99 }, output: { low: 0.0025, high: 0.9975 } },
  hardSigmoid: { input: { low: -2.5, high: 2.5 }, output: { low: 0, high: 1 } },
  tanh: { input: { low: -2.99, high: 2.99 }, output: { low: -0.995, high: 0.995 } },
  softsign: { input: { low: -9, high: 9 }, output: { low: -0.9, high: 0.9 } },
  // Its slopes p·(1−p) depend on all inputs together, so outputs tell; not of a layer that ends the model.
  softmax: { input: {}, output: { low: 0.0025, high: 0.9975 } },
};

/** Where the function of that name is flat; undefined for one that is not, or is not known. */
export function flatPartsOf(activation: string | undefined): FlatParts | undefined {
  return activation === undefined ? undefined : FLAT[activation];
}
