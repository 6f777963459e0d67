// The nets that are trained. Every initializer is seeded: all contestants start from the same bits.
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs';
import type { TfNamespace } from '../../src/shared/tap/types';
import type { NetName } from '../contestant';

export const BATCH_SIZE = 32;
export const CLASSES = 10;

/** A net, and the shape of one sample. */
export interface Net {
  inputShape: number[];
  build(tf: TfNamespace): LayersModel;
}

/** Seeded initializers for one model: a further seed for each. */
function initializers(tf: TfNamespace) {
  let seed = 100;
  return () => tf.initializers.glorotUniform({ seed: seed++ });
}

/** 784-10-10, ReLU: 7,960 parameters in 4 tensors. */
function mlp(tf: TfNamespace): LayersModel {
  const glorot = initializers(tf);
  return tf.sequential({
    layers: [
      tf.layers.dense({
        units: 10,
        activation: 'relu',
        inputShape: [784],
        kernelInitializer: glorot(),
      }),
      tf.layers.dense({ units: CLASSES, activation: 'softmax', kernelInitializer: glorot() }),
    ],
  });
}

/** Twenty sigmoid layers of 64: 129,930 parameters in 42 tensors. */
function deep(tf: TfNamespace): LayersModel {
  const glorot = initializers(tf);
  const hidden = (inputShape?: number[]) =>
    tf.layers.dense({
      units: 64,
      activation: 'sigmoid',
      kernelInitializer: glorot(),
      ...(inputShape && { inputShape }),
    });
  const model = tf.sequential();
  for (let i = 0; i < 20; i++) model.add(hidden(i === 0 ? [784] : undefined));
  model.add(
    tf.layers.dense({ units: CLASSES, activation: 'softmax', kernelInitializer: glorot() }),
  );
  return model;
}

/** Two convolutions with pooling, two dense layers: 225,034 parameters in 8 tensors. */
function cnn(tf: TfNamespace): LayersModel {
  const glorot = initializers(tf);
  const conv = (filters: number, inputShape?: number[]) =>
    tf.layers.conv2d({
      filters,
      kernelSize: 3,
      activation: 'relu',
      kernelInitializer: glorot(),
      ...(inputShape && { inputShape }),
    });
  return tf.sequential({
    layers: [
      conv(32, [28, 28, 1]),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      conv(64),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 128, activation: 'relu', kernelInitializer: glorot() }),
      tf.layers.dense({ units: CLASSES, activation: 'softmax', kernelInitializer: glorot() }),
    ],
  });
}

/** An LSTM of 32 units over 8 steps of 16 features: 6,602 parameters in 5 tensors. */
function lstm(tf: TfNamespace): LayersModel {
  const glorot = initializers(tf);
  return tf.sequential({
    layers: [
      tf.layers.lstm({
        units: 32,
        inputShape: [8, 16],
        kernelInitializer: glorot(),
        // Not orthogonal, the default: its decomposition would be most of the first step.
        recurrentInitializer: glorot(),
      }),
      tf.layers.dense({ units: CLASSES, activation: 'softmax', kernelInitializer: glorot() }),
    ],
  });
}

/** A residual CNN with batch norm: a stem, a plain and a down-sampling block, in 23 tensors. */
function resnet(tf: TfNamespace): LayersModel {
  const glorot = initializers(tf);
  const { layers } = tf;
  const apply = (
    layer: { apply(inputs: SymbolicTensor | SymbolicTensor[]): unknown },
    inputs: SymbolicTensor | SymbolicTensor[],
  ) => layer.apply(inputs) as SymbolicTensor;
  const conv = (x: SymbolicTensor, filters: number, kernelSize: number, strides: number) =>
    apply(
      layers.batchNormalization(),
      apply(
        layers.conv2d({
          filters,
          kernelSize,
          strides,
          padding: 'same',
          useBias: false,
          kernelInitializer: glorot(),
        }),
        x,
      ),
    );
  const relu = (x: SymbolicTensor) => apply(layers.reLU(), x);
  const block = (x: SymbolicTensor, filters: number, strides: number) => {
    const y = conv(relu(conv(x, filters, 3, strides)), filters, 3, 1);
    const shortcut = strides === 1 ? x : conv(x, filters, 1, strides);
    return relu(apply(layers.add(), [y, shortcut]));
  };
  const input = tf.input({ shape: [8, 8, 3] });
  const stem = relu(conv(input, 8, 3, 1));
  const features = block(block(stem, 8, 1), 16, 2);
  const pooled = apply(layers.globalAveragePooling2d({}), features);
  const dense = layers.dense({
    units: CLASSES,
    activation: 'softmax',
    kernelInitializer: glorot(),
  });
  return tf.model({ inputs: input, outputs: apply(dense, pooled) });
}

export const NET: Record<NetName, Net> = {
  mlp: { inputShape: [784], build: mlp },
  deep: { inputShape: [784], build: deep },
  cnn: { inputShape: [28, 28, 1], build: cnn },
  lstm: { inputShape: [8, 16], build: lstm },
  resnet: { inputShape: [8, 8, 3], build: resnet },
};
