// The program that computes every case of wasmCases.ts in the worker and prints its numbers, one line
// a case: outputs and gradients of a weighted sum, losses, and weights after some steps.
import { CONSTRAINTS, LAYERS, METRICS, MODEL_LOSSES, OPERATIONS, OPTIMIZERS } from './wasmCases';

const table = (codes: readonly string[], parameters: string): string =>
  codes.map((code) => `[${JSON.stringify(code)}, (${parameters}) => ${code}],`).join('\n');

const layers = LAYERS.map(
  (layer) => `[${JSON.stringify(layer)}, () => tf.layers.${layer.code}],`,
).join('\n');

/** Prints `[name, number[][] | error]` for each case, then the names in tf.layers and tf.metrics. */
export const WASM_PROGRAM = `
import * as tf from '@tensorflow/tfjs';
const wave = (shape, phase) => {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(Float32Array.from({ length: size }, (_, i) => Math.sin(1.3 * i * i + phase)), shape);
};
const cost = (y) => y.mul(wave(y.shape, 2)).sum().add(y.square().mean());
// The console carries 4000 characters a line: some elements, and sums over all.
const sample = (values) => {
  const stride = Math.ceil(values.length / 40);
  const sums = [values.reduce((a, b) => a + b, 0), values.reduce((a, b) => a + Math.abs(b), 0)];
  return [...values.filter((_, i) => i % stride === 0), ...sums].map((value) => Number(value.toPrecision(8)));
};
let reported = 0;
const report = async (name, compute) => {
  // The console takes 100 lines a second.
  if (++reported % 90 === 0) await new Promise((resolve) => setTimeout(resolve, 1050));
  // Noise layers draw the same numbers on every backend.
  Math.random = () => 0.37;
  let parts;
  try { parts = tf.tidy(compute).map((t) => sample([...t.dataSync()])); } catch (error) { parts = String(error); }
  console.log(JSON.stringify([name, parts]));
};
for (const [{ code, inputs, integers, forward, batch = 3 }, make] of [${layers}]) {
  await report('layer ' + code + ' ' + JSON.stringify(inputs), () => {
    const layer = make();
    const shapes = inputs.map((shape) => [batch, ...shape]);
    const xs = integers
      ? shapes.map((shape) => tf.range(0, 15).mod(7).mul(3).mod(7).reshape(shape).toInt())
      : shapes.map((shape, i) => wave(shape, i + 1));
    const run = (...xs) => cost(layer.apply(xs.length === 1 ? xs[0] : xs, { training: true }));
    run(...xs);
    layer.setWeights(layer.getWeights().map((w, i) => wave(w.shape, i + 3).abs().mul(0.5)));
    const weights = layer.trainableWeights.map((w) => w.read());
    if (forward) return [layer.apply(xs[0], { training: true })];
    const byInput = integers ? [] : tf.grads(run)(xs);
    const byWeight = weights.length === 0 ? {} : tf.variableGrads(() => run(...xs), weights).grads;
    return [run(...xs), ...byInput, ...Object.values(byWeight)];
  });
}
const oneHot = () => tf.oneHot(tf.tensor1d([2, 0, 1], 'int32'), 4).toFloat();
for (const [code, run] of [${table(OPERATIONS, 'x, y')}]) {
  await report(code, () => {
    const { value, grad } = tf.valueAndGrad((x) => cost(run(x, oneHot()).toFloat()))(wave([3, 4], 1));
    return [value, grad];
  });
}
for (const [name, metric] of Object.entries(tf.metrics)) {
  await report('metric ' + name, () => {
    const p = tf.softmax(wave([3, 4], 1));
    return [metric(name.startsWith('sparse') ? tf.tensor2d([[2], [0], [1]]) : oneHot(), p)];
  });
}
const dense = (units, rest) => tf.layers.dense({ units, activation: 'tanh', ...rest });
const trained = (loss, optimizer, rest, y) => {
  const model = tf.sequential({ layers: [dense(5, { inputShape: [4], ...rest }), dense(4, { activation: 'softmax' })] });
  model.setWeights(model.getWeights().map((w, i) => wave(w.shape, i + 3).mul(0.5)));
  model.compile({ loss, optimizer });
  const train = model.model.makeTrainFunction();
  const losses = [0, 1, 2].map((i) => train([wave([3, 4], i), y])[0]);
  return [...losses, ...model.getWeights()];
};
for (const loss of ${JSON.stringify(MODEL_LOSSES)}) {
  await report('loss ' + loss, () => {
    const y = loss.startsWith('sparse') ? tf.tensor2d([[2], [0], [1]]) : oneHot();
    return trained(loss, tf.train.sgd(0.1), {}, y);
  });
}
for (const [code, make] of [${OPTIMIZERS.map((code) => `[${JSON.stringify(code)}, () => tf.train.${code}],`).join('\n')}]) {
  await report('optimizer ' + code, () => trained('categoricalCrossentropy', make(), {}, oneHot()));
}
for (const [code, make] of [${CONSTRAINTS.map((code) => `[${JSON.stringify(code)}, () => tf.constraints.${code}],`).join('\n')}]) {
  await report('constraint ' + code, () =>
    trained('categoricalCrossentropy', tf.train.sgd(0.1), { kernelConstraint: make() }, oneHot()));
}
console.log(JSON.stringify(['names', [Object.keys(tf.layers), Object.keys(tf.metrics)]]));
`;

/** Metrics that tfjs has and the cases miss, and the other way round: empty where all are tested. */
export function untestedMetrics(found: readonly string[]): string[] {
  return [...found, ...METRICS].filter((name) => !found.includes(name) || !METRICS.includes(name));
}
