// Hooks into tfjs that make any program pausable and its numbers complete, without changing what it
// computes: await points become gates, metrics and epochs of fit are passed on, and what would
// break the run (another backend) or its repeatability (unseeded shuffles) is set right.
import type { LayersModel, Tensor } from '@tensorflow/tfjs';
import type { Tap, TfNamespace } from '../../src/shared/tap/types';
import type { Activity } from './activity';
import type { Clock } from './clock';
import type { Gate } from './gate';
import type { EpochRecord, Notice } from '../../src/shared/core/run';
import { EpochCounter, followFits } from '../../src/shared/tap/fit';
import { macrotask, postToHost } from './scope';

/** What the hooks need of the session. */
export interface HookContext {
  tf: TfNamespace;
  tap: Tap;
  gate: Gate;
  activity: Activity;
  clock: Clock;
  /** Before a model's first step: the backend is chosen on it. Does nothing after the first call. */
  chooseBackend: (model: LayersModel, batchSize: number) => void;
  /** Waits for the device and delivers every record so far. */
  flush(): void;
  /** To be called when an epoch has ended and its records were delivered. */
  reportEpoch(epoch: EpochRecord): void;
}

type Asynchronous = (this: ModelInternals, ...values: unknown[]) => Promise<unknown>;
interface ModelInternals {
  fit: Asynchronous;
  fitDataset: Asynchronous;
  trainOnBatch: Asynchronous;
  evaluateDataset: Asynchronous;
}

/** Installs all hooks. After the tap, before user code. */
export function installHooks(context: HookContext): void {
  gateAwaitPoints(context);
  const { tf, tap, gate } = context;
  const fits = {
    tap,
    onPlan: (plan: object) => postToHost({ type: 'plan', ...plan }),
    onEpoch: (epoch: EpochRecord) => {
      context.flush();
      context.reportEpoch(epoch);
    },
    pass: () => gate.pass(),
  };
  followFits(tf, fits, new EpochCounter());
  trackTraining(context);
  tolerateBackends(context);
  startClock(context);
}

function gateAwaitPoints({ tf, tap, gate }: HookContext): void {
  const prototype = tf.Tensor.prototype as unknown as Record<string, unknown>;
  for (const name of ['data', 'array']) {
    const original = prototype[name] as (...values: unknown[]) => Promise<unknown>;
    prototype[name] = async function (this: Tensor, ...values: unknown[]) {
      const reading = original.apply(this, values);
      // Behind the fence that the program waits for.
      tap.measureNow();
      const result = await reading;
      await gate.pass();
      return result;
    };
  }
  const namespace = tf as unknown as Record<string, unknown>;
  namespace['nextFrame'] = async () => {
    await macrotask();
    await gate.pass();
  };
}

/** Training time counts from the first gradient that is computed. */
function startClock({ tf, clock }: HookContext): void {
  const engine = tf.engine() as unknown as { gradients: (...values: unknown[]) => unknown };
  const original = engine.gradients;
  engine.gradients = function (this: unknown, ...values: unknown[]) {
    clock.begin();
    engine.gradients = original;
    return original.apply(this, values);
  };
}

/** A fit that nobody awaits still belongs to the run. The first one decides on the backend. */
function trackTraining({ tf, activity, chooseBackend }: HookContext): void {
  const prototype = modelPrototype(tf);
  for (const name of ['fit', 'fitDataset', 'trainOnBatch', 'evaluateDataset'] as const) {
    const original = prototype[name];
    prototype[name] = function (this: ModelInternals, ...values: unknown[]) {
      if (name !== 'evaluateDataset') {
        chooseBackend(this as unknown as LayersModel, batchSizeOf(name, values));
      }
      return activity.track(original.apply(this, values));
    };
  }
}

/** Samples of a step of `fit(x, y, options)`, `fitDataset(dataset, options)`, `trainOnBatch(x, y)`. */
function batchSizeOf(name: string, [x, , options]: readonly unknown[]): number {
  const usual = 32;
  const { batchSize = usual } = (options ?? {}) as { batchSize?: number };
  if (name === 'fitDataset') return usual;
  const first: unknown = Array.isArray(x) ? (x as unknown[])[0] : x;
  const { shape } = (first ?? {}) as { shape?: number[] };
  const samples = shape?.[0] ?? usual;
  return name === 'fit' ? Math.min(batchSize, samples) : samples;
}

/** The run's backend is not the program's to choose; a program that picks one is only told. */
function tolerateBackends({ tf }: HookContext): void {
  const namespace = tf as unknown as Record<string, unknown>;
  const told = new Set<string>();
  namespace['setBackend'] = (name: unknown) => {
    const asked = String(name);
    const chosen = tf.getBackend();
    if (asked !== chosen && !told.has(asked)) {
      told.add(asked);
      const notice: Notice = {
        code: 'backend-ignored',
        message: `The program asks for the backend "${asked}"; this run stays on ${chosen}. Choose the backend in the setting gradientLens.backend.`,
      };
      postToHost({ type: 'notice', notice });
    }
    return Promise.resolve(true);
  };
  const ignore = (): void => undefined;
  for (const name of ['setWasmPath', 'setWasmPaths', 'setThreadsCount']) namespace[name] = ignore;
}

function modelPrototype(tf: TfNamespace): ModelInternals {
  return tf.LayersModel.prototype as unknown as ModelInternals;
}
