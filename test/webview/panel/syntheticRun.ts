// Runs for the page to show, computed from a seed: gradients are drawn from distributions whose scale
// follows depth and step, then summarised by the same code as real ones.
import type { Finding } from '../../../src/shared/core/finding';
import { type Random, randomNormal, seededRandom } from '../../../src/shared/core/random';
import type { EpochRecord, LayerInfo } from '../../../src/shared/core/run';
import type { LayerRecord, StepRecord } from '../../../src/shared/core/stepRecord';
import { summarize } from '../../../src/shared/core/summary';
import { RunHistory, type HistoryCursor } from '../../../src/run/runHistory';
import { encodeStepRecords } from '../../../src/shared/protocol/codec';
import { recordAt } from '../../../src/surfaces/panel/shownStep';
import type { RunView, ShownStep, StepsMessage, ToPanel } from '../../../src/shared/protocol/panel';

export interface SyntheticOptions {
  layers: number;
  steps: number;
  seed?: number;
  /** Factor of the gradient's scale per layer towards the input; 1 is healthy, 0.3 vanishes. */
  depthFactor?: number;
  /** Step from which on gradients are NaN. */
  nanFrom?: number;
  stepsPerEpoch?: number;
}

export interface SyntheticRun {
  layers: LayerInfo[];
  records: StepRecord[];
  epochs: EpochRecord[];
}

export type Snapshot = Extract<ToPanel, { type: 'snapshot' }>;

/** Elements drawn per tensor: enough for a smooth histogram. */
const ELEMENTS = 1500;

function layerOf(index: number, count: number): LayerInfo {
  const convolution = count <= 8 && index < count / 2;
  const name = convolution ? `conv2d_Conv2D${index + 1}` : `dense_Dense${index + 1}`;
  const shape = convolution ? [3, 3, 32, 64] : [index === 0 ? 784 : 128, 128];
  return {
    name,
    className: convolution ? 'Conv2D' : 'Dense',
    activation: index === count - 1 ? 'softmax' : 'relu',
    line: 12 + index,
    location: { file: '/home/user/project/mnist-cnn.model.ts', line: 12 + index, column: 5 },
    tensors: [
      { name: `${name}/kernel`, shape },
      { name: `${name}/bias`, shape: [shape[shape.length - 1] ?? 1] },
    ],
  };
}

function values(pool: Float32Array, random: Random, scale: number, zeros: number): Float32Array {
  const start = Math.floor(random() * (pool.length - ELEMENTS));
  return pool
    .slice(start, start + ELEMENTS)
    .map((value, i) => ((i * 7919) % ELEMENTS < zeros * ELEMENTS ? 0 : value * scale));
}

/** Computes the run. The same options give the same run. */
export function syntheticRun(options: SyntheticOptions): SyntheticRun {
  const { layers: count, steps, depthFactor = 0.92, nanFrom = Infinity } = options;
  const stepsPerEpoch = options.stepsPerEpoch ?? 100;
  const random = seededRandom(options.seed ?? 1);
  // A heavy-tailed pool: real gradients span several decades.
  const pool = Float32Array.from(
    { length: 20_000 },
    () => randomNormal(random) * Math.exp(0.9 * randomNormal(random)),
  );
  const layers = Array.from({ length: count }, (_, index) => layerOf(index, count));
  const records: StepRecord[] = [];
  const epochs: EpochRecord[] = [];
  for (let step = 1; step <= steps; step++) {
    const progress = 0.12 + 0.88 * Math.exp(-step / 90);
    const loss = 2.3 * progress * (1 + 0.12 * randomNormal(random));
    const record: StepRecord = {
      step,
      epoch: Math.ceil(step / stepsPerEpoch),
      loss: step >= nanFrom ? NaN : Math.abs(loss),
      metrics: { acc: Math.min(1, Math.max(0, 1 - 0.85 * progress + 0.03 * randomNormal(random))) },
      learningRate: 0.001,
      seconds: step * 0.03,
      layers: {},
      tensors: {},
    };
    layers.forEach((layer, index) => {
      const depth = count - 1 - index;
      const scale =
        0.004 * depthFactor ** depth * (0.3 + progress) * Math.exp(0.2 * randomNormal(random));
      const sparse = layer.activation === 'relu' ? 0.25 : 0;
      const gradient = values(pool, random, scale, sparse);
      if (step >= nanFrom) gradient.fill(NaN, 0, step === nanFrom ? 200 : ELEMENTS);
      const entry: LayerRecord = {
        gradient: summarize(gradient),
        weight: summarize(values(pool, random, 0.05, 0)),
        updateRatio: 1e-3 * (0.4 + random()),
        activation: summarize(values(pool, random, 0.8, 0.4).map((x) => Math.max(0, x))),
        activationGradient: summarize(values(pool, random, scale / 3, 0.1)),
        deadUnits: layer.activation === 'relu' ? 0.05 * random() : 0,
      };
      record.layers[layer.name] = entry;
      for (const { name } of layer.tensors) {
        record.tensors[name] = {
          gradient: entry.gradient,
          weight: entry.weight,
          updateRatio: entry.updateRatio,
        };
      }
    });
    records.push(record);
    if (step % stepsPerEpoch === 0) {
      epochs.push({
        epoch: step / stepsPerEpoch,
        step,
        metrics: {
          val_loss: 2.3 * progress * 1.06 + 0.04,
          val_acc: Math.max(0, 0.98 - 0.85 * progress),
        },
      });
    }
  }
  return { layers, records, epochs };
}

/** Lets the host's history take records [from, to) of the run. */
function extend(history: RunHistory, run: SyntheticRun, from: number, to: number): void {
  for (const record of run.records.slice(from, to)) {
    history.append(record);
    const epoch = run.epochs.find(({ step }) => step === record.step);
    if (epoch) history.addEpoch(epoch);
  }
}

/** What the host remembers of records [0, to) of the run. */
function historyOf(run: SyntheticRun, to: number): RunHistory {
  const history = new RunHistory();
  extend(history, run, 0, to);
  return history;
}

/** Histories that go on where the newest update ended, so that updates in a row cost little. */
const feeds = new WeakMap<
  readonly StepRecord[],
  { history: RunHistory; at: number; cursor: HistoryCursor }
>();

/** A view of the run at its newest step, changed by `change`. */
export function viewOf(run: SyntheticRun, change: Partial<RunView> = {}): RunView {
  const last = run.records.at(-1);
  return {
    id: 'run-1',
    title: 'mnist-cnn.model.ts',
    path: 'examples/mnist-cnn.model.ts',
    state: 'running',
    backend: 'webgl',
    renderer: 'ANGLE (Apple, Apple M2, OpenGL 4.1)',
    seed: 42,
    step: last?.step ?? 0,
    ...(last?.epoch === undefined ? {} : { epoch: last.epoch }),
    epochs: 5,
    stepsPerEpoch: 100,
    stepsPerSecond: 31.4,
    layers: run.layers,
    findings: [],
    notices: [],
    pausable: true,
    live: true,
    memory: { numTensors: 62, numBytes: 4_812_344 },
    ...change,
  };
}

/** What a message says of a run without a step. */
export const NO_STEPS: StepsMessage = (() => {
  const { curves, histograms, newest } = new RunHistory().since();
  return { curves, histograms, newest };
})();

/** Everything at once, as the host answers `ready`. */
export function snapshotOf(run: SyntheticRun, change: Partial<RunView> = {}): Snapshot {
  const { curves, histograms, newest } = historyOf(run, run.records.length).since();
  return { type: 'snapshot', view: viewOf(run, change), curves, histograms, newest };
}

/** Everything at once, with another step shown than the newest. */
export function lookedAt(
  run: SyntheticRun,
  cursor: ShownStep,
  change: Partial<RunView> = {},
): Snapshot {
  const record = recordAt(run.records, cursor.step);
  return {
    ...snapshotOf(run, { ...change, cursor }),
    ...(record && { shown: encodeStepRecords([record]) }),
  };
}

/** Records [from, to) as one update. */
export function updateOf(
  run: SyntheticRun,
  from: number,
  to: number,
  change: Partial<RunView> = {},
): ToPanel {
  const part = { ...run, records: run.records.slice(0, to) };
  let feed = feeds.get(run.records);
  if (feed?.at !== from) {
    const history = historyOf(run, from);
    feed = { history, at: from, cursor: history.since().cursor };
  }
  extend(feed.history, run, from, to);
  const { cursor, ...steps } = feed.history.since(feed.cursor);
  feeds.set(run.records, { history: feed.history, at: to, cursor });
  return { type: 'update', view: viewOf(part, change), ...steps };
}

/** The finding that a vanishing run has, with numbers of the run itself. */
export function vanishingFinding(run: SyntheticRun, closed = false): Finding {
  const first = run.layers[0];
  const last = run.records.at(-1);
  const norm = last?.layers[first?.name ?? '']?.gradient.norm ?? 0;
  return {
    rule: 'vanishing-gradient',
    severity: 'warning',
    ...(first === undefined ? {} : { layer: first.name }),
    relatedLayers: run.layers.slice(1, 3).map(({ name }) => name),
    firstStep: 24,
    lastStep: last?.step ?? 24,
    ...(closed ? { closedStep: last?.step ?? 24 } : {}),
    evidence: { measured: norm / 40, threshold: 1e-7, unit: 'mean |gradient|', window: 50 },
    message: `Gradients shrink by ×0.30 per layer from ${run.layers.at(-1)?.name ?? ''} to ${first?.name ?? ''}, so the first layers hardly learn.`,
    remedies: [
      {
        id: 'change-activation',
        title: 'Use relu, elu or gelu instead of sigmoid in the hidden layers.',
      },
      {
        id: 'change-initializer',
        title: 'Use heNormal (relu) or glorotNormal (tanh) as kernelInitializer.',
      },
      {
        id: 'batch-normalization',
        title: 'Put a batchNormalization layer between the dense layers.',
      },
    ],
    expectation: {
      ...{ expected: 0.302, measured: 0.298, unit: 'gradient per layer' },
      words: 'theory for sigmoid with this initialization says ×0.302',
      reference: 'Schoenholz et al. 2017',
    },
    consequences: [
      {
        rule: 'loss-plateau',
        message: 'The loss has not fallen below that of a constant prediction (2.30) in 120 steps.',
        firstStep: 120,
      },
    ],
    reference: 'Glorot & Bengio 2010',
    ...(first?.location === undefined ? {} : { location: first.location }),
  };
}
