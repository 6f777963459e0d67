// Runs in Chromium: the statistics engine of a backend, on tensors whose values are known.
import * as tfjs from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { summarize } from '../../../src/shared/core/summary';
import type { TensorSummary } from '../../../src/shared/core/stepRecord';
import { createStatistics } from '../../../webview/runtime/statistics/index';
import { createWasmStatistics } from '../../../webview/runtime/statistics/wasm/index';
import { createWebglStatistics } from '../../../webview/runtime/statistics/webgl/index';
import type { Measured, StatisticsEngine } from '../../../src/shared/tap/types';
import { expose } from '../harness/page';

/** Which layout a tensor is uploaded in; `memory` leaves it on the CPU. */
type Place = 'unpacked' | 'packed' | 'memory';

interface Comparison {
  actual: TensorSummary;
  expected: TensorSummary;
}

interface InternalBackend {
  texData: { get(id: object): { isPacked?: boolean; texture?: unknown } };
  uploadToGPU(id: object): void;
}

let engine: StatisticsEngine | undefined;

async function start(backend: string): Promise<string> {
  setWasmPaths('/');
  tfjs.env().set('SOFTWARE_WEBGL_ENABLED', true);
  await tfjs.setBackend(backend);
  await tfjs.ready();
  engine?.dispose();
  engine = createStatistics({ ...tfjs });
  return tfjs.getBackend();
}

function statistics(): StatisticsEngine {
  if (engine === undefined) throw new Error('Call start first.');
  return engine;
}

function place(tensor: tfjs.Tensor, where: Place): void {
  if (tfjs.getBackend() !== 'webgl' || where === 'memory' || tensor.size === 0) return;
  const backend = tfjs.backend() as unknown as InternalBackend;
  backend.texData.get(tensor.dataId).isPacked = where === 'packed';
  backend.uploadToGPU(tensor.dataId);
}

/** As many sessions as it takes to compile every kernel. */
const WARM_UP = 8;

function warmUp(items: readonly Measured[]): void {
  for (let i = 0; i < WARM_UP; i++) statistics().measure(items).discard();
}

/** The summaries of the first session, before any kernel is compiled, and those of a later one. */
function compareFirst(cases: { values: number[]; shape: number[]; place: Place }[]): {
  first: Comparison[];
  later: Comparison[];
} {
  engine?.dispose();
  engine = createStatistics({ ...tfjs });
  const arrays = cases.map(({ values }) => Float32Array.from(values));
  const tensors = cases.map(({ shape }, i) => tfjs.tensor(arrays[i]!, shape));
  tensors.forEach((tensor, i) => place(tensor, cases[i]!.place));
  const session = (): Comparison[] =>
    statistics()
      .measure(tensors)
      .take()
      .map((actual, i) => ({ actual, expected: summarize(arrays[i]!) }));
  const first = session();
  warmUp(tensors);
  const later = session();
  tfjs.dispose(tensors);
  return { first, later };
}

/** Measures all tensors in one session and compares each with the float64 reference. */
function compare(cases: { values: number[]; shape: number[]; place: Place }[]): Comparison[] {
  const before = tfjs.memory().numTensors;
  const arrays = cases.map(({ values }) => Float32Array.from(values));
  const tensors = cases.map(({ shape }, i) => tfjs.tensor(arrays[i]!, shape));
  tensors.forEach((tensor, i) => place(tensor, cases[i]!.place));
  warmUp(tensors);
  const pending = statistics().measure(tensors);
  tensors.forEach((tensor) => tensor.dispose());
  const results = pending.take();
  if (tfjs.memory().numTensors !== before) throw new Error('Tensors leaked.');
  return results.map((actual, i) => ({ actual, expected: summarize(arrays[i]!) }));
}

/** Tensors as operations leave them: padding that is not zero, slices, reshapes that share data. */
function compareDerived(): Record<string, Comparison> {
  const engine = tfjs.engine();
  engine.startScope();
  try {
    const x = tfjs.randomNormal([7, 5, 9], 0, 3, 'float32', 5);
    const w = tfjs.randomNormal([9, 3], 0, 1, 'float32', 6);
    const flat = x.reshape<tfjs.Tensor2D>([35, 9]);
    const product = tfjs.matMul(flat, w);
    const derived: Record<string, tfjs.Tensor> = {
      exp: tfjs.exp(x),
      product,
      reshaped: product.reshape([5, 21]),
      rank6: product.reshape([1, 5, 1, 7, 3, 1]),
      slice: tfjs.slice(tfjs.exp(x), [1, 1, 1], [4, 3, 7]),
      rows: tfjs.slice(product, [3, 0], [11, 3]),
      transposed: product.transpose(),
      scalar: product.sum(),
      vector: tfjs.exp(product.sum(1)),
      conv: tfjs.conv2d(
        tfjs.randomNormal<tfjs.Rank.R4>([2, 9, 9, 3], 0, 1, 'float32', 1),
        tfjs.randomNormal<tfjs.Rank.R4>([3, 3, 3, 5], 0, 1, 'float32', 2),
        1,
        'valid',
      ),
      large: tfjs.matMul(
        tfjs.randomNormal([700, 40], 0, 1, 'float32', 3),
        tfjs.randomNormal([40, 801], 0, 1, 'float32', 4),
      ),
      empty: tfjs.zeros([0, 4]),
    };
    const names = Object.keys(derived);
    warmUp(Object.values(derived));
    const results = statistics().measure(Object.values(derived)).take();
    return Object.fromEntries(
      names.map((name, i) => {
        const expected = summarize(derived[name]!.dataSync());
        return [name, { actual: results[i]!, expected }];
      }),
    );
  } finally {
    engine.endScope();
  }
}

/** Norms of differences of tensors that lie alike, lie differently, are partly in memory, tiny, huge. */
function compareDifferences(): Record<
  string,
  { count: number; norms: number[]; expected: number }
> {
  const pairs: [Place, Place, number, number][] = [
    ['unpacked', 'unpacked', 1, 1e-3],
    ['packed', 'packed', 1, 1e-3],
    ['packed', 'unpacked', 1, 1e-3],
    ['unpacked', 'memory', 1, 1e-3],
    ['memory', 'memory', 1, 1e-3],
    ['packed', 'packed', 0, 1e-36],
    ['packed', 'packed', 0, 1e37],
    ['packed', 'packed', 0, 2 ** -77],
    ['unpacked', 'unpacked', 0, 2 ** -75],
    ['packed', 'packed', 0, 2 ** 19],
    ['unpacked', 'unpacked', 0, 1e-30],
    ['unpacked', 'unpacked', NaN, 1],
  ];
  const before = tfjs.memory().numTensors;
  const results: Record<string, { count: number; norms: number[]; expected: number }> = {};
  for (const [first, second, mean, std] of pairs) {
    const shape = [13, 37];
    const [a, b] = [first, second].map((where, i) => {
      const drawn = tfjs.randomNormal(shape, 0, 1, 'float32', i + 1);
      const values = (drawn.dataSync() as Float32Array).map((v) => (mean || 0) + v * std);
      if (Number.isNaN(mean)) values.set([NaN, Infinity, -Infinity], 100 * i);
      drawn.dispose();
      const tensor = tfjs.tensor(values, shape);
      place(tensor, where);
      return { tensor, values };
    });
    const difference = { minuend: a!.tensor, subtrahend: b!.tensor };
    const items = [a!.tensor, difference, b!.tensor, difference];
    engine?.dispose();
    engine = createStatistics({ ...tfjs });
    const [, downloaded] = statistics().measure(items).take();
    warmUp(items);
    const pending = statistics().measure(items);
    tfjs.dispose([a!.tensor, b!.tensor]);
    const [, beside, , apart] = pending.take();
    const expected = summarize(a!.values.map((v, i) => v - b!.values[i]!)).norm;
    results[`${first}, ${second}, ${mean} ± ${std}`] = {
      count: beside!.count,
      norms: [downloaded!.norm, beside!.norm, apart!.norm],
      expected,
    };
  }
  if (tfjs.memory().numTensors !== before) throw new Error('Tensors leaked.');
  return results;
}

/** Several sessions in flight, taken late and partly discarded; whether tfjs still computes right. */
async function inFlight(): Promise<{
  norms: number[];
  expected: number[];
  sum: number;
  ready: boolean;
}> {
  const scales = [1, 2, 3, 4, 5];
  const base = tfjs.matMul(tfjs.ones([40, 30]), tfjs.ones([30, 20]));
  warmUp([base]);
  const pendings = scales.map((s) => {
    const scaled = base.mul(s);
    const pending = statistics().measure([scaled]);
    scaled.dispose();
    return pending;
  });
  pendings[2]!.discard();
  statistics().submit();
  await base.data();
  const ready = pendings[4]!.isReady();
  const kept = [0, 1, 3, 4];
  const norms = kept.map((i) => pendings[i]!.take()[0]!.norm);
  const sum = (await base.sum().data())[0]!;
  base.dispose();
  return { norms, expected: kept.map((i) => scales[i]! * 30 * Math.sqrt(800)), sum, ready };
}

/** Programs linked in each of `sessions` sessions over a gradient, a weight and its change. */
function programsLinked(sessions: number): number[] {
  const { gpgpu } = tfjs.backend() as unknown as { gpgpu: { gl: WebGL2RenderingContext } };
  const [gradient, weight, old] = [1, 2, 3].map((seed) => {
    const tensor = tfjs.randomNormal([20, 30], 0, 1, 'float32', seed);
    place(tensor, 'packed');
    return tensor;
  }) as [tfjs.Tensor, tfjs.Tensor, tfjs.Tensor];
  engine?.dispose();
  engine = createStatistics({ ...tfjs });
  const original = gpgpu.gl.linkProgram.bind(gpgpu.gl);
  let linked = 0;
  gpgpu.gl.linkProgram = (program) => {
    linked++;
    original(program);
  };
  const counts = Array.from({ length: sessions }, () => {
    const before = linked;
    const change = { minuend: weight, subtrahend: old };
    statistics().measure([gradient, weight, change]).discard();
    return linked - before;
  });
  Reflect.deleteProperty(gpgpu.gl, 'linkProgram');
  tfjs.dispose([gradient, weight, old]);
  return counts;
}

/** Milliseconds for one session over tensors of the given sizes, result included. */
function time(shapes: number[][], rounds: number): number[] {
  const tensors = shapes.map((shape) => tfjs.randomNormal(shape, 0, 1, 'float32', 1).mul(2));
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const start = performance.now();
    statistics().measure(tensors).take();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b);
}

/** Whether the backend's own engine can be made; else a slower one takes over. */
function inPlace(): boolean {
  const creators = { wasm: createWasmStatistics, webgl: createWebglStatistics };
  const backend = tfjs.getBackend();
  if (!(backend in creators)) return false;
  const create = creators[backend as keyof typeof creators];
  const made = create({ ...tfjs });
  made?.dispose();
  return made !== undefined;
}

expose({
  start,
  inPlace,
  compare,
  compareFirst,
  compareDerived,
  compareDifferences,
  inFlight,
  programsLinked,
  time,
});
