// The activation functions of tfjs as theory needs them: value, slope, and where they have kinks.
// Named as tfjs names them; leaky ReLU, which is a layer there, by its class.

/** An elementwise function, its derivative, and the arguments at which the derivative jumps. */
export interface ActivationFunction {
  value: (z: number) => number;
  slope: (z: number) => number;
  kinks: readonly number[];
}

/** Klambauer et al. 2017, “Self-Normalizing Neural Networks”. */
const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const softplus = (z: number): number => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
const density = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/** Φ(z) to 1e-7: Abramowitz and Stegun 1964, 7.1.26. */
function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const poly =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const upper = (poly * Math.exp(-x * x)) / 2;
  return z >= 0 ? 1 - upper : upper;
}

/** Linear with slope 1 above and `alpha` below zero. */
function rectifier(alpha: number): ActivationFunction {
  return {
    value: (z) => (z > 0 ? z : alpha * z),
    slope: (z) => (z > 0 ? 1 : alpha),
    kinks: alpha === 1 ? [] : [0],
  };
}

function exponentialUnit(scale: number, alpha: number): ActivationFunction {
  return {
    value: (z) => scale * (z > 0 ? z : alpha * Math.expm1(z)),
    slope: (z) => scale * (z > 0 ? 1 : alpha * Math.exp(z)),
    kinks: [0],
  };
}

const TANH_GELU = Math.sqrt(2 / Math.PI);

const FUNCTIONS: Readonly<Record<string, ActivationFunction>> = {
  linear: rectifier(1),
  relu: rectifier(0),
  relu6: {
    value: (z) => Math.min(Math.max(z, 0), 6),
    slope: (z) => (z > 0 && z < 6 ? 1 : 0),
    kinks: [0, 6],
  },
  elu: exponentialUnit(1, 1),
  selu: exponentialUnit(SELU_SCALE, SELU_ALPHA),
  tanh: { value: Math.tanh, slope: (z) => 1 - Math.tanh(z) ** 2, kinks: [] },
  sigmoid: { value: sigmoid, slope: (z) => sigmoid(z) * sigmoid(-z), kinks: [] },
  hardSigmoid: {
    value: (z) => Math.min(Math.max(0.2 * z + 0.5, 0), 1),
    slope: (z) => (Math.abs(z) < 2.5 ? 0.2 : 0),
    kinks: [-2.5, 2.5],
  },
  softplus: { value: softplus, slope: sigmoid, kinks: [] },
  softsign: {
    value: (z) => z / (1 + Math.abs(z)),
    slope: (z) => 1 / (1 + Math.abs(z)) ** 2,
    // The second derivative jumps there.
    kinks: [0],
  },
  swish: {
    value: (z) => z * sigmoid(z),
    slope: (z) => sigmoid(z) * (1 + z * sigmoid(-z)),
    kinks: [],
  },
  mish: {
    value: (z) => z * Math.tanh(softplus(z)),
    slope: (z) => {
      const t = Math.tanh(softplus(z));
      return t + z * sigmoid(z) * (1 - t * t);
    },
    kinks: [],
  },
  gelu: {
    value: (z) => z * normalCdf(z),
    slope: (z) => normalCdf(z) + z * density(z),
    kinks: [0],
  },
  gelu_new: {
    value: (z) => (z / 2) * (1 + Math.tanh(TANH_GELU * (z + 0.044715 * z ** 3))),
    slope: (z) => {
      const t = Math.tanh(TANH_GELU * (z + 0.044715 * z ** 3));
      return (1 + t) / 2 + (z / 2) * (1 - t * t) * TANH_GELU * (1 + 3 * 0.044715 * z * z);
    },
    kinks: [],
  },
};

/**
 * The activation function of that name, or undefined where it is unknown or, as softmax, no function
 * of one element. `alpha`: slope of `leakyRelu` below zero.
 */
export function activationFunction(name: string, alpha?: number): ActivationFunction | undefined {
  if (name === 'leakyRelu') return alpha === undefined ? undefined : rectifier(alpha);
  return Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
}

/**
 * True for activations that shrink gradients in every layer whatever the initialization, short of
 * weights that saturate them: their slope is nowhere above 1/4 (sigmoid) or 1/5.
 */
export function alwaysShrinks(name: string): boolean {
  return name === 'sigmoid' || name === 'hardSigmoid';
}
