// Looking at a model changes nothing: losses, random numbers, tensors, the user's data and layers are
// what they are without.
import assert from 'node:assert/strict';
import type { Tensor, TensorContainer } from '@tensorflow/tfjs';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { probesOf, watched, type Bench } from './watched';

const rows = (tf: TfNamespace, size: number, width: number): Tensor =>
  tf.tensor2d(
    Float32Array.from({ length: size * width }, (_, i) => Math.sin(i * 0.7)),
    [size, width],
  );

/** Programs that return their losses. Everything in them that could remember a probe does. */
const PROGRAMS: Record<string, (bench: Bench) => Promise<number[]>> = {
  'batch normalization and dropout, fit with shuffling': async ({ tf }) => {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ units: 8, inputShape: [4], activation: 'relu' }),
        tf.layers.batchNormalization(),
        tf.layers.dropout({ rate: 0.4 }),
        tf.layers.gaussianNoise({ stddev: 0.1 }),
        tf.layers.dense({ units: 2, activation: 'sigmoid' }),
      ],
    });
    model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    const losses: number[] = [];
    await model.fit(rows(tf, 150, 4), rows(tf, 150, 2), {
      epochs: 3,
      batchSize: 16,
      callbacks: {
        onBatchEnd: async (_, logs) => {
          losses.push(await Promise.resolve(logs!['loss'] as number));
        },
      },
    });
    // Inference reads the moving averages.
    losses.push(...(model.predict(rows(tf, 3, 4)) as Tensor).dataSync());
    return losses;
  },
  'recurrent dropout, stacked cells that keep their masks': async ({ tf }) => {
    const cell = (units: number) =>
      tf.layers.lstmCell({ units, dropout: 0.3, recurrentDropout: 0.2 });
    const model = tf.sequential({
      layers: [
        tf.layers.gru({
          units: 4,
          inputShape: [3, 2],
          dropout: 0.3,
          recurrentDropout: 0.2,
          returnSequences: true,
        }),
        tf.layers.rnn({ cell: [cell(3), cell(3)] as never }),
        tf.layers.dense({ units: 1 }),
      ],
    });
    model.compile({ optimizer: 'rmsprop', loss: 'meanSquaredError' });
    const xs = tf.reshape(rows(tf, 16, 6), [16, 3, 2]);
    const losses: number[] = [];
    for (let i = 0; i < 22; i++) {
      losses.push((await model.trainOnBatch(xs, rows(tf, 16, 1))) as number);
    }
    return losses;
  },
  'a layer of the program that samples, counts and assigns': async ({ tf }) => {
    class Restless extends tf.layers.Layer {
      static readonly className = 'Restless';
      calls = 0;
      readonly average = tf.variable(tf.scalar(0), false);
      override computeOutputShape(shape: number[]): number[] {
        return shape;
      }
      override call(inputs: Tensor | Tensor[]): Tensor {
        return tf.tidy(() => {
          const x = (Array.isArray(inputs) ? inputs[0] : inputs)!;
          this.calls++;
          this.average.assign(tf.add(this.average, tf.mean(x)));
          const noise = tf.randomNormal(x.shape, 0, 0.1);
          return tf.add(tf.mul(x, 1 + this.calls / 100), tf.mul(noise, this.average));
        });
      }
    }
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ units: 4, inputShape: [4], activation: 'tanh' }),
        new Restless(),
        tf.layers.dense({ units: 1 }),
      ],
    });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const losses: number[] = [];
    for (let i = 0; i < 25; i++) {
      losses.push((await model.trainOnBatch(rows(tf, 8, 4), rows(tf, 8, 1))) as number);
    }
    return losses;
  },
};

describe('a watch leaves no trace', () => {
  for (const [name, program] of Object.entries(PROGRAMS)) {
    it(name, async () => {
      const plain = await watched(program, 'none');
      const seen = await watched(program);
      assert.deepEqual(seen.givenUp, []);
      assert.ok(probesOf(seen.records).length >= 2);
      assert.ok(plain.result.length >= 20 && plain.result.every(Number.isFinite));
      assert.deepEqual(seen.result, plain.result);
      assert.equal(seen.nextRandom, plain.nextRandom);
      assert.deepEqual(
        seen.records.map(({ loss }) => loss),
        plain.records.map(({ loss }) => loss),
      );
    });
  }

  it('no tensor and no data is left behind, from the first step on', async () => {
    const memoryOf = async ({ tf }: Bench): Promise<number[][]> => {
      const model = tf.sequential({
        layers: [
          tf.layers.dense({ units: 8, inputShape: [4], activation: 'relu' }),
          tf.layers.batchNormalization(),
          tf.layers.reshape({ targetShape: [4, 2] }),
          tf.layers.lstm({ units: 3, dropout: 0.5 }),
          tf.layers.dense({ units: 1 }),
        ],
      });
      model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
      const [xs, ys] = [rows(tf, 32, 4), rows(tf, 32, 1)];
      const begin = tf.memory();
      const counts: number[][] = [];
      for (let i = 0; i < 45; i++) {
        await model.trainOnBatch(xs, ys);
        const { numTensors, numDataBuffers } = tf.memory();
        counts.push([numTensors - begin.numTensors, numDataBuffers - begin.numDataBuffers]);
      }
      return counts;
    };
    const plain = await watched(memoryOf, 'none');
    const seen = await watched(memoryOf);
    assert.ok(probesOf(seen.records).length >= 4);
    assert.deepEqual(seen.result, plain.result);
  });

  it('data of a generator is asked for as often as without', async () => {
    const pullsOf = async ({ tf }: Bench): Promise<number> => {
      let pulls = 0;
      const dataset = tf.data
        .generator<TensorContainer>(function* () {
          for (let i = 0; i < 40; i++) {
            pulls++;
            yield { xs: rows(tf, 4, 3), ys: rows(tf, 4, 1) };
          }
        } as never)
        .prefetch(2);
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3] })] });
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      const fit = model.fitDataset.bind(model) as (set: unknown, args: object) => Promise<unknown>;
      await fit(dataset, { epochs: 2 });
      return pulls;
    };
    const seen = await watched(pullsOf);
    assert.equal(seen.result, (await watched(pullsOf, 'none')).result);
    assert.deepEqual(
      seen.facts.map(({ sampled }) => sampled),
      [4, 256],
    );
    assert.equal(seen.facts[0]!.samples, undefined);
    assert.ok(probesOf(seen.records).some(({ step, samples }) => step === 32 && samples === 128));
  });

  it('a layer that throws in inference trains on, unprobed', async () => {
    const losses = async ({ tf }: Bench): Promise<number[]> => {
      class TrainsOnly extends tf.layers.Layer {
        static readonly className = 'TrainsOnly';
        override call(inputs: Tensor | Tensor[], kwargs: { training?: boolean }): Tensor {
          if (!kwargs.training) throw new Error('no inference here');
          return tf.mul((Array.isArray(inputs) ? inputs[0] : inputs)!, 2);
        }
      }
      const model = tf.sequential({
        layers: [
          tf.layers.dense({ units: 3, inputShape: [4] }),
          new TrainsOnly(),
          tf.layers.dense({ units: 1 }),
        ],
      });
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      const found: number[] = [];
      const before = tf.memory().numTensors;
      for (let i = 0; i < 12; i++) {
        found.push((await model.trainOnBatch(rows(tf, 8, 4), rows(tf, 8, 1))) as number);
      }
      return [...found, tf.memory().numTensors - before];
    };
    const seen = await watched(losses);
    assert.deepEqual(seen.givenUp, ['no inference here']);
    assert.deepEqual(seen.result, (await watched(losses, 'none')).result);
    assert.equal(probesOf(seen.records).length, 0);
    assert.equal(seen.facts.length, 1, 'facts are known all the same');
  });

  it('recurrent layers that keep their state between batches are not called', async () => {
    const losses = async ({ tf }: Bench): Promise<number[]> => {
      const model = tf.sequential({
        layers: [
          tf.layers.lstm({ units: 3, batchInputShape: [8, 2, 2], stateful: true }),
          tf.layers.dense({ units: 1 }),
        ],
      });
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      const found: number[] = [];
      const xs = tf.reshape(rows(tf, 8, 4), [8, 2, 2]);
      for (let i = 0; i < 12; i++) {
        found.push((await model.trainOnBatch(xs, rows(tf, 8, 1))) as number);
      }
      return found;
    };
    const seen = await watched(losses);
    assert.deepEqual(seen.result, (await watched(losses, 'none')).result);
    assert.equal(probesOf(seen.records).length, 0);
    assert.deepEqual(seen.givenUp, []);
  });

  it('off: facts alone', async () => {
    const seen = await watched(
      PROGRAMS['batch normalization and dropout, fit with shuffling']!,
      'off',
    );
    assert.equal(probesOf(seen.records).length, 0);
    assert.equal(seen.facts.length, 1);
  });
});
