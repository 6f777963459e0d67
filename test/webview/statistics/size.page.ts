// Runs in Chromium: statistics of very large tensors, of very many, and over very many steps.
import * as tfjs from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import type { TensorSummary } from '../../../src/shared/core/stepRecord';
import { installTap } from '../../../src/shared/tap/index';
import type { Measured } from '../../../src/shared/tap/types';
import { createStatistics } from '../../../webview/runtime/statistics/index';
import { summarizeFloat32 } from '../../../webview/runtime/statistics/float32';
import { expose } from '../harness/page';

async function start(backend: string): Promise<void> {
  setWasmPaths('/');
  tfjs.env().set('SOFTWARE_WEBGL_ENABLED', true);
  await tfjs.setBackend(backend);
  await tfjs.ready();
}

/** Deterministic numbers of several octaves and both signs. */
function spread(length: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 31 - 1) * 2 ** ((i % 13) - 9);
  });
}

/** One square tensor, an outer product: each of its elements is one float32 multiplication. */
function large(side: number): { actual: TensorSummary; expected: TensorSummary; change: number } {
  const [rows, columns] = [spread(side, 1), spread(side, 2)];
  const statistics = createStatistics({ ...tfjs });
  const column = tfjs.tensor2d(rows, [side, 1]);
  const row = tfjs.tensor2d(columns, [1, side]);
  const product = tfjs.matMul(column, row);
  const pending = statistics.measure([product, { minuend: product, subtrahend: product }]);
  tfjs.dispose([column, row, product]);
  const [actual, change] = pending.take();
  statistics.dispose();
  const values = new Float32Array(side * side);
  for (let r = 0; r < side; r++) {
    for (let c = 0; c < side; c++) values[r * side + c] = rows[r]! * columns[c]!;
  }
  return { actual: actual!, expected: summarizeFloat32(values), change: change!.norm };
}

/** Counts the buffers that a WebGL context makes from now on. */
function countBuffers(): () => number {
  const backend = tfjs.backend() as unknown as { gpgpu?: { gl: WebGL2RenderingContext } };
  const gl = backend.gpgpu?.gl;
  let made = 0;
  if (gl !== undefined) {
    const original = gl.createBuffer.bind(gl);
    gl.createBuffer = () => {
      made++;
      return original();
    };
  }
  return () => made;
}

/** Gradient, weight and change of `count` small variables of odd shapes, `rounds` times. */
function many(
  count: number,
  rounds: number,
): { counts: number[]; norms: number[]; expected: number[]; buffers: number[]; tensors: number } {
  const statistics = createStatistics({ ...tfjs });
  const made = countBuffers();
  const before = tfjs.memory().numTensors;
  const shapes = Array.from({ length: count }, (_, i) => [1 + (i % 5), 1 + (i % 7)]);
  const weights = shapes.map((shape, i) => tfjs.fill(shape, i + 1));
  const olds = weights.map((weight) => tfjs.mul(weight, 0.5));
  const items = weights.flatMap((minuend, i): Measured[] => [
    olds[i]!,
    minuend,
    { minuend, subtrahend: olds[i]! },
  ]);
  const buffers: number[] = [];
  let last: TensorSummary[] = [];
  for (let round = 0; round < rounds; round++) {
    const pendings = [0, 1, 2].map(() => statistics.measure(items));
    statistics.submit();
    for (const pending of pendings) last = pending.take();
    buffers.push(made());
  }
  statistics.dispose();
  tfjs.dispose([weights, olds]);
  return {
    counts: last.map((summary) => summary.count),
    norms: last.map(({ norm }) => norm),
    expected: shapes.flatMap(([r, c], i) => {
      const norm = (i + 1) * Math.sqrt(r! * c!);
      return [norm / 2, norm, norm / 2];
    }),
    buffers,
    tensors: tfjs.memory().numTensors - before,
  };
}

interface Sample {
  numTensors: number;
  numBytes: number;
  buffers: number;
}

/** A loop that never awaits, `steps` long; memory every 100 steps. */
function flat(steps: number): { samples: Sample[]; records: number; inOrder: boolean } {
  const tf = { ...tfjs };
  const made = countBuffers();
  const statistics = createStatistics(tf);
  const samples: Sample[] = [];
  let records = 0;
  let inOrder = true;
  const tap = installTap(tf, {
    statistics,
    sampling: { everySteps: 1, activationEverySteps: 1 },
    captureSite: () => ({}),
    onRecords: (batch) => batch.forEach(({ step }) => (inOrder &&= step === ++records)),
    onLayers: () => undefined,
    onStep: () => undefined,
    now: () => performance.now() / 1000,
  });
  const w = tf.variable(tf.tensor2d(spread(600, 3), [30, 20]), true, `flat_${steps}`);
  const optimizer = tf.train.sgd(0.01);
  for (let i = 1; i <= steps; i++) {
    optimizer.minimize(() => w.square().mean<tfjs.Scalar>());
    if (i % 100 === 0) {
      const { numTensors, numBytes } = tf.memory();
      samples.push({ numTensors, numBytes, buffers: made() });
    }
  }
  tap.flush();
  tap.uninstall();
  statistics.dispose();
  w.dispose();
  return { samples, records, inOrder };
}

expose({ start, large, many, flat });
