// What the completed wasm backend is tested with, as code for the worker: every layer class of
// tfjs-layers, every activation, loss, metric, constraint and optimizer, and operations beneath them.

/** A layer: its code, and the shapes of its inputs without the batch. */
export interface LayerCase {
  code: string;
  inputs: readonly (readonly number[])[];
  /** Inputs are class numbers below 7: there is no gradient by the input. */
  integers?: true;
  /** tfjs has no gradient for it: outputs are compared. */
  forward?: true;
  /** The cpu backend's gradient of nearest-neighbour resizing is wrong for more than one sample. */
  batch?: 1;
}

const one = (code: string, ...shape: number[]): LayerCase => ({ code, inputs: [shape] });
const forward = (layer: LayerCase): LayerCase => ({ ...layer, forward: true });
const two = (code: string, ...shape: number[]): LayerCase => ({ code, inputs: [shape, shape] });

export const LAYERS: readonly LayerCase[] = [
  // Convolutions.
  one('conv1d({ filters: 3, kernelSize: 3 })', 9, 2),
  one("conv1d({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' })", 9, 2),
  one('conv2d({ filters: 3, kernelSize: 3 })', 7, 6, 2),
  one("conv2d({ filters: 3, kernelSize: 3, padding: 'same' })", 7, 6, 2),
  one('conv2d({ filters: 3, kernelSize: [2, 3], strides: 2 })', 8, 7, 2),
  one("conv2d({ filters: 3, kernelSize: [3, 2], strides: [2, 3], padding: 'same' })", 8, 9, 2),
  one('conv2d({ filters: 4, kernelSize: 1 })', 5, 5, 3),
  one('conv2d({ filters: 2, kernelSize: 5, strides: 3 })', 12, 11, 1),
  one("conv2d({ filters: 2, kernelSize: 2, strides: 3, padding: 'same' })", 9, 9, 2),
  one("conv2d({ filters: 2, kernelSize: 3, activation: 'relu' })", 6, 6, 2),
  one('conv3d({ filters: 2, kernelSize: 2 })', 4, 4, 4, 2),
  one("conv3d({ filters: 2, kernelSize: 2, strides: 2, padding: 'same' })", 5, 4, 4, 2),
  one("conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, padding: 'same' })", 4, 5, 3),
  one('conv2dTranspose({ filters: 2, kernelSize: 2 })', 4, 5, 3),
  forward(one('conv3dTranspose({ filters: 2, kernelSize: 2, strides: 2 })', 2, 3, 2, 2)),
  one('depthwiseConv2d({ kernelSize: 3 })', 6, 7, 3),
  one('depthwiseConv2d({ kernelSize: [2, 3] })', 5, 6, 2),
  one('depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 })', 6, 7, 2),
  one("depthwiseConv2d({ kernelSize: 3, strides: 2, padding: 'same' })", 6, 6, 3),
  one("depthwiseConv2d({ kernelSize: 5, padding: 'same' })", 4, 7, 8),
  one("separableConv2d({ filters: 3, kernelSize: 3, padding: 'same' })", 6, 6, 2),
  one('separableConv2d({ filters: 3, kernelSize: 2, strides: 2, depthMultiplier: 3 })', 6, 7, 2),
  // Pooling, sizes, padding.
  one('maxPooling1d({ poolSize: 2 })', 6, 2),
  one('maxPooling2d({ poolSize: 2 })', 6, 6, 2),
  one("maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' })", 7, 6, 2),
  one('maxPooling3d({ poolSize: 2 })', 4, 4, 4, 2),
  one('averagePooling1d({ poolSize: 2 })', 6, 2),
  one("averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' })", 6, 6, 2),
  one("averagePooling3d({ poolSize: 2, padding: 'same' })", 5, 4, 4, 2),
  one('globalAveragePooling1d({})', 5, 2),
  one('globalAveragePooling2d({})', 5, 5, 2),
  one('globalMaxPooling1d({})', 5, 2),
  one('globalMaxPooling2d({})', 5, 5, 2),
  { ...one('upSampling2d({ size: [2, 2] })', 3, 3, 2), batch: 1 },
  one("upSampling2d({ size: [2, 3], interpolation: 'bilinear' })", 3, 3, 2),
  one('cropping2D({ cropping: [[1, 1], [0, 1]] })', 5, 5, 2),
  one('zeroPadding2d({ padding: [[1, 0], [2, 1]] })', 4, 4, 2),
  one("resizing({ height: 5, width: 4, interpolation: 'bilinear' })", 3, 3, 2),
  forward(one('centerCrop({ height: 2, width: 2 })', 4, 4, 2)),
  forward(one("randomWidth({ factor: 0.5, interpolation: 'bilinear' })", 4, 6, 2)),
  one('rescaling({ scale: 0.5, offset: 1 })', 4),
  { ...one("categoryEncoding({ numTokens: 7, outputMode: 'multiHot' })", 5), integers: true },
  // Recurrent.
  one('lstm({ units: 4 })', 5, 3),
  one('lstm({ units: 3, returnSequences: true, goBackwards: true })', 4, 3),
  one('gru({ units: 4, returnSequences: true })', 5, 3),
  one('gru({ units: 4, dropout: 0.3, recurrentDropout: 0.2 })', 5, 3),
  one('simpleRNN({ units: 4 })', 5, 3),
  one('convLstm2d({ filters: 2, kernelSize: 2 })', 3, 4, 4, 2),
  one('rnn({ cell: tf.layers.lstmCell({ units: 3 }) })', 4, 2),
  one('rnn({ cell: tf.layers.gruCell({ units: 3 }) })', 4, 2),
  one(
    'rnn({ cell: tf.layers.stackedRNNCells({ cells: [tf.layers.simpleRNNCell({ units: 3 }), tf.layers.gruCell({ units: 2 })] }) })',
    4,
    2,
  ),
  one('bidirectional({ layer: tf.layers.lstm({ units: 3 }) })', 4, 2),
  one("bidirectional({ layer: tf.layers.gru({ units: 3 }), mergeMode: 'sum' })", 4, 2),
  one('timeDistributed({ layer: tf.layers.dense({ units: 3 }) })', 4, 2),
  { ...one('embedding({ inputDim: 7, outputDim: 3 })', 5), integers: true },
  { ...one('embedding({ inputDim: 7, outputDim: 2, maskZero: true })', 5), integers: true },
  // Normalization, merging, shapes.
  one('batchNormalization({})', 6, 3),
  one('batchNormalization({})', 4, 5, 3),
  one('layerNormalization({})', 6, 3),
  one('dense({ units: 3 })', 4),
  one('dense({ units: 3 })', 5, 4),
  two('add()', 4),
  two('average()', 4),
  two('multiply()', 4),
  two('maximum()', 4),
  two('minimum()', 4),
  two('concatenate()', 3, 2),
  two('dot({ axes: -1 })', 4),
  two('dot({ axes: [2, 2], normalize: true })', 3, 4),
  one('flatten()', 3, 2),
  one('reshape({ targetShape: [2, 3] })', 6),
  one('permute({ dims: [2, 1] })', 3, 4),
  one('repeatVector({ n: 3 })', 4),
  forward(one('masking({})', 4, 3)),
  // Noise: the same numbers on every backend, as Math.random is held constant.
  one('dropout({ rate: 0.4 })', 20),
  one('spatialDropout1d({ rate: 0.4 })', 4, 6),
  one('gaussianDropout({ rate: 0.4 })', 20),
  one('gaussianNoise({ stddev: 0.4 })', 20),
  one('alphaDropout({ rate: 0.4 })', 20),
  // Activations.
  one("activation({ activation: 'relu' })", 4),
  one('reLU({ maxValue: 1 })', 4),
  one('elu({})', 4),
  one('leakyReLU({})', 4),
  one('prelu({})', 4),
  one('softmax({})', 4),
  forward(one('thresholdedReLU({ theta: 0.2 })', 4)),
  ...[
    ...['elu', 'hardSigmoid', 'linear', 'relu', 'relu6', 'selu', 'sigmoid', 'softmax'],
    ...['softplus', 'softsign', 'tanh', 'swish', 'mish', 'gelu', 'gelu_new'],
  ].map((name) => one(`dense({ units: 3, activation: '${name}' })`, 4)),
  one('dense({ units: 3, kernelRegularizer: tf.regularizers.l1l2({}) })', 4),
];

/** Other names of layers above, and what is no layer to be used by itself. */
export const NOT_TESTED_APART: readonly string[] = [
  // tfjs's RNN takes no five-dimensional inputs: the cell works only inside convLstm2d.
  ...['Layer', 'RNN', 'RNNCell', 'input', 'inputLayer', 'convLstm2dCell'],
  ...['avgPool1d', 'avgPool2d', 'avgPool3d', 'avgPooling1d', 'avgPooling2d', 'avgPooling3d'],
  ...['globalMaxPool1d', 'globalMaxPool2d', 'maxPool1d', 'maxPool2d'],
];

/** Operations as functions of `x` of shape [3, 4]. */
export const OPERATIONS: readonly string[] = [
  'tf.cumsum(x, 1)',
  'tf.depthwiseConv2d(x.reshape([1, 3, 4, 1]), tf.ones([2, 2, 1, 2]), 3, "same")',
  'tf.conv2d(x.reshape([1, 3, 4, 1]), tf.ones([1, 2, 1, 2]), 3, "same")',
  'tf.squaredDifference(x, tf.ones([3, 4]))',
  'tf.gather(x, tf.tensor1d([2, 0, 0], "int32"))',
  'tf.gather(x, tf.tensor2d([[2, 0], [0, 3]], [2, 2], "int32"), 1)',
  'tf.logSumExp(x, 1)',
  'tf.logSoftmax(x)',
  'tf.unsortedSegmentSum(x, tf.tensor1d([0, -1, 0], "int32"), 2)',
  'tf.where(tf.isNaN(x), tf.zerosLike(x), x)',
  'tf.pow(x.abs().add(0.1), 2.5)',
  'tf.norm(x)',
  'tf.moments(x, 1).variance',
  'tf.stack([x, x.mul(3)], 1)',
  'tf.concat([x, x.square()], 0)',
  'tf.clipByValue(x, -0.5, 0.5)',
  'tf.prod(x.add(2), 1)',
  'tf.atan2(x, x.add(3))',
  'x.add(tf.einsum("ij,kj->ik", y, y).sum())',
  'tf.localResponseNormalization(x.reshape([1, 1, 3, 4]))',
  'tf.dilation2d(x.reshape([1, 3, 4, 1]), tf.ones([2, 2, 1]), 1, "valid")',
  // Losses of the core, and metrics: of labels y in [0, 1] and predictions.
  ...['absoluteDifference', 'hingeLoss', 'huberLoss', 'logLoss', 'meanSquaredError'].map(
    (name) => `tf.losses.${name}(y, tf.sigmoid(x))`,
  ),
  'tf.losses.cosineDistance(y, x, 1)',
  'tf.losses.sigmoidCrossEntropy(y, x)',
  'tf.losses.softmaxCrossEntropy(y, x)',
  'tf.losses.computeWeightedLoss(x.square(), y)',
];

/** Metrics of labels `y` (0 or 1, one 1 a row) and predictions `p`. */
export const METRICS: readonly string[] = [
  ...['MAPE', 'MSE', 'binaryAccuracy', 'binaryCrossentropy', 'categoricalAccuracy'],
  ...['categoricalCrossentropy', 'cosineProximity', 'mape', 'meanAbsoluteError'],
  ...['meanAbsolutePercentageError', 'meanSquaredError', 'mse', 'precision', 'r2Score', 'recall'],
  'sparseCategoricalAccuracy',
];

/** Losses that a model is compiled with. */
export const MODEL_LOSSES: readonly string[] = [
  ...['meanSquaredError', 'meanAbsoluteError', 'meanAbsolutePercentageError'],
  ...['meanSquaredLogarithmicError', 'squaredHinge', 'hinge', 'categoricalHinge', 'logcosh'],
  ...['categoricalCrossentropy', 'sparseCategoricalCrossentropy', 'binaryCrossentropy'],
  ...['kullbackLeiblerDivergence', 'poisson', 'cosineProximity'],
];

/** Centred RMSProp subtracts its epsilon in tfjs: a usual one gives NaN for small gradients. */
export const OPTIMIZERS: readonly string[] = [
  ...['sgd(0.1)', 'momentum(0.1, 0.9)', 'momentum(0.1, 0.9, true)', 'adagrad(0.1)'],
  ...['adadelta(1)', 'adam(0.01)', 'adamax(0.01)', 'rmsprop(0.01)', 'rmsprop(0.01, 0.9, 0.5)'],
  'rmsprop(0.01, 0.9, 0, 1e-12, true)',
];

export const CONSTRAINTS: readonly string[] = [
  ...['maxNorm({ maxValue: 0.5 })', 'unitNorm({})', 'nonNeg({})'],
  'minMaxNorm({ minValue: 0.2, maxValue: 0.4 })',
];
