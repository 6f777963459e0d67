// Which layers train on wasm through kernels of the cpu backend: the list that the choice of the backend
// goes by is what happens.
import assert from 'node:assert/strict';
import { DETOURED_LAYERS } from '../../../webview/runtime/backends/wasmLayers';
import { RuntimeBench } from './harness';
import { LAYERS } from './wasmCases';

const cases = LAYERS.map(
  ({ code, inputs, integers, forward }) =>
    `[() => tf.layers.${code}, ${JSON.stringify({ inputs, integers, forward })}],`,
).join('\n');

/** Prints the class of every layer that calls a cpu kernel when it computes and when it trains. */
const PROGRAM = `
import * as tf from '@tensorflow/tfjs';
let called = false;
for (const kernel of tf.getKernelsForBackend('cpu')) {
  const { kernelFunc } = kernel;
  kernel.kernelFunc = (parameters) => { called = true; return kernelFunc(parameters); };
}
const detoured = new Set();
let trained = 0;
for (const [make, { inputs, integers, forward }] of [${cases}]) {
  tf.tidy(() => {
    const layer = make();
    const shapes = inputs.map((shape) => [2, ...shape]);
    const xs = shapes.map((shape) => integers ? tf.zeros(shape, 'int32') : tf.randomNormal(shape));
    const run = (...xs) => layer.apply(xs.length === 1 ? xs[0] : xs, { training: true }).sum();
    called = false;
    run(...xs);
    if (!forward && !integers) tf.grads(run)(xs);
    const weights = layer.trainableWeights.map((weight) => weight.read());
    if (!forward && weights.length > 0) tf.variableGrads(() => run(...xs), weights);
    if (called) detoured.add(layer.getClassName());
    trained += 1;
  });
}
console.log(JSON.stringify({ trained, detoured: [...detoured].sort() }));
`;

describe('layers that train on wasm by a detour', function () {
  this.timeout(90_000);
  it('are those that are listed', async () => {
    const bench = await RuntimeBench.open();
    try {
      // It takes no step of its own run: the run fails for that, after all is printed.
      const run = await bench.finish(PROGRAM, { options: { backend: 'wasm' } });
      const [line] = run.all('console').filter(({ level }) => level === 'log');
      assert.deepEqual(JSON.parse(line?.text ?? 'null'), {
        trained: LAYERS.length,
        detoured: [...DETOURED_LAYERS].sort(),
      });
    } finally {
      await bench.close();
    }
  });
});
