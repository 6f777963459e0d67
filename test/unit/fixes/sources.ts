// Nets for the tests of fixes, each in another style of writing them.
import { dedent } from './cases';

export const loop = dedent(`
  import * as tf from '@tensorflow/tfjs';

  export function model(): tf.LayersModel {
    const net = tf.sequential();
    net.add(tf.layers.inputLayer({ inputShape: [4] }));
    for (let i = 0; i < 3; i++) {
      net.add(
        tf.layers.dense({
          units: 4,
          activation: 'sigmoid', // squashes
          kernelInitializer: 'glorotUniform',
        }),
      );
    }
    net.add(tf.layers.dense({ units: 2, activation: 'softmax' }));
    return net;
  }
`);

export const array = dedent(`
  const tfc = require("@tensorflow/tfjs");
  exports.model = tfc.sequential({
    layers: [
      tfc.layers.dense({ inputShape: [4], units: 4, activation: "tanh" }),
      tfc.layers.dense({ name: "second", units: 4, activation: "tanh" }), // second
      tfc.layers.dense({ units: 2 })
    ]
  });
`);

export const functional = dedent(`
  import { input, layers, model as build, SymbolicTensor } from '@tensorflow/tfjs';

  const start = input({ shape: [4] });
  let x = layers.dense({ units: 4, activation: 'sigmoid' }).apply(start) as SymbolicTensor;
  for (let i = 0; i < 2; i++) {
    x = layers
      .dense({ units: 4, activation: 'sigmoid' })
      .apply(x) as SymbolicTensor;
  }
  x = layers.dense({ units: 2 }).apply(x) as SymbolicTensor;
  export const model = build({ inputs: start, outputs: x });
`);

export const helper = dedent(`
  import * as tf from '@tensorflow/tfjs';

  const HIDDEN = 'sigmoid';

  function block(units: number, activation: 'sigmoid' | 'relu' | 'softmax' = 'sigmoid') {
    return tf.layers.dense({ units, activation });
  }

  export const model = () => {
    const net = tf.sequential();
    net.add(tf.layers.inputLayer({ inputShape: [4] }));
    net.add(block(4));
    net.add(block(4, HIDDEN));
    net.add(block(2, 'softmax'));
    return net;
  };
`);

export const destructured = dedent(`
  import * as tf from '@tensorflow/tfjs';
  const { layers, sequential } = tf;
  const { dense } = layers;
  const ACTIVATION = 'sigmoid';

  const sizes = [4, 4];
  export const model = sequential({
    layers: [
      layers.inputLayer({ inputShape: [4] }),
      ...sizes.map((units) => dense({ units, activation: ACTIVATION })),
      dense({ units: 2 }),
    ],
  });
`);

export const pushed = dedent(`
  import * as tf from '@tensorflow/tfjs';

  export function model() {
  \tconst layers: tf.layers.Layer[] = [tf.layers.dense({ inputShape: [4], units: 4, activation: 'sigmoid' })];
  \tfor (let i = 0; i < 2; i++) // deep
  \t\tlayers.push(tf.layers.dense({ units: 4, activation: 'sigmoid' }));
  \tconst out = tf.layers.dense({ units: 1 });
  \tlayers.push(out);
  \treturn tf.sequential({ layers });
  }
`);

export const unbraced = dedent(`
  const tf = require('@tensorflow/tfjs');
  const net = tf.sequential();
  net.add(tf.layers.inputLayer({inputShape: [4]}));
  for (const units of [4, 4]) // two of them
    net.add(tf.layers.dense({units, activation: 'tanh'}))
  for (let i = 0; i < 2; i++) net.add(tf.layers.dense({units: 4, activation: 'tanh'}));
  net.add(tf.layers.dense({units: 2}))
  exports.model = net;
`);

export const shared = dedent(`
  import * as tf from '@tensorflow/tfjs';

  const hidden = { units: 4, activation: 'sigmoid', useBias: true } as const;
  export const model = () =>
    tf.sequential({
      layers: [
        tf.layers.inputLayer({ inputShape: [4] }),
        tf.layers.dense(hidden),
        tf.layers.dense({ ...hidden, name: 'spread' }),
        tf.layers.dense({ units: 2 }),
      ],
    });
`);

export const separate = dedent(`
  import * as tf from '@tensorflow/tfjs';

  export function model() {
    const input = tf.input({ shape: [4] });
    let x = tf.layers.dense({ units: 4, name: 'first' }).apply(input) as tf.SymbolicTensor;
    x = tf.layers.activation({ activation: 'sigmoid' }).apply(x) as tf.SymbolicTensor;
    const second = tf.layers.dense({ units: 4, name: 'second' });
    x = tf.layers.activation({ activation: 'sigmoid' }).apply(second.apply(x)) as tf.SymbolicTensor;
    x = tf.layers.dense({ units: 3, name: 'logits' }).apply(x) as tf.SymbolicTensor;
    x = tf.layers.softmax().apply(x) as tf.SymbolicTensor;
    return tf.model({ inputs: input, outputs: x });
  }
`);

export const recurrent = dedent(`
  import * as tf from '@tensorflow/tfjs';

  export const model = () => {
    const net = tf.sequential();
    net.add(tf.layers.embedding({ inputDim: 9, outputDim: 4, inputLength: 3, name: 'words' }));
    net.add(
      tf.layers.bidirectional({
        layer: tf.layers.simpleRNN({ units: 4, returnSequences: true }) as tf.RNN,
        mergeMode: 'concat',
        name: 'both',
      }),
    );
    net.add(tf.layers.flatten());
    net.add(tf.layers.dense({ units: 1, activation: 'sigmoid', name: 'out' }));
    return net;
  };
`);
