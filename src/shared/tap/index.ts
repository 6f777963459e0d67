// The tap: patches a tf namespace so that every optimizer step of every program that trains with it
// yields a step record, while the program computes bit for bit what it would compute without.
import { watchActivations } from './activations';
import { GradientComputations, releaseCapture, type Capture } from './computations';
import { Delivery, scalarOf } from './delivery';
import { retainFullStep } from './fullStep';
import { guardedBy, type Guard } from './guard';
import {
  engineOf,
  isVariable,
  layerPrototypeOf,
  type OptimizerLike,
  type LayerLike,
  type NamedGradients,
  type VariableLike,
} from './internals';
import { LayerRegistry, type Owner } from './layers';
import { LeftOutWatch } from './leftOut';
import { planMeasurement, type StepFrame } from './measurement';
import { watchOptimizers, type GradientMap } from './optimizers';
import { Patches } from './patches';
import type { StepRecord } from '../core/stepRecord';
import { RandomValues } from './randomValues';
import { retain, type Retained } from './retained';
import { Sampler } from './sampler';
import type { Tap, TapOptions, Tensor, TfNamespace } from './types';

/**
 * Installs the tap on `tf`, a plain mutable namespace object, before user code runs. Layers and
 * variables built earlier are still recorded, without the place where they were built.
 *
 * Steps that sampling leaves out yield a record with the loss and no layers.
 */
export function installTap<Site extends object>(tf: TfNamespace, options: TapOptions<Site>): Tap {
  return new InstalledTap(tf, options);
}

/** A step between the moment before and the moment after its update. */
interface StepUnderWay<Site> {
  learningRate: unknown;
  loss: Retained | undefined;
  captures: Capture<Owner<Site>>[];
  before: Before[];
  /** It is recorded in full. */
  full: boolean;
}

/** A step that is to be measured later, and what to let go then. */
interface DeferredStep {
  measure(): void;
  release(): void;
}

/** A variable and its data before the update. */
interface Before {
  variable: VariableLike;
  gradient: Retained;
  value: Retained;
}

class InstalledTap<Site extends object> implements Tap {
  readonly #tf: TfNamespace;
  readonly #options: TapOptions<Site>;
  readonly #patches = new Patches();
  readonly #layers: LayerRegistry<Site>;
  readonly #computations: GradientComputations<Owner<Site>>;
  readonly #delivery: Delivery;
  readonly #sampler: Sampler;
  readonly #randomValues = new RandomValues();
  readonly #leftOut: LeftOutWatch;
  readonly #guard: Guard;
  /** Prototypes of the classes that are watched: one of each kind per copy of tfjs. */
  readonly #watched = new Set<object>();
  #step = 0;
  #epoch: number | undefined;
  #deferred: DeferredStep | undefined;

  constructor(tf: TfNamespace, options: TapOptions<Site>) {
    this.#tf = tf;
    this.#options = options;
    this.#guard = guardedBy(options.onFailure && ((error) => options.onFailure?.(error)));
    this.#step = options.stepsBefore ?? 0;
    this.#layers = new LayerRegistry(
      () => options.captureSite(),
      (layers) => options.onLayers(layers),
    );
    this.#delivery = new Delivery(
      options.statistics,
      () => options.now(),
      (records) => options.onRecords(records),
    );
    this.#sampler = new Sampler(options.sampling, options.stepsBefore);
    this.#leftOut = new LeftOutWatch(tf, this.#randomValues);
    this.#computations = new GradientComputations(
      tf,
      (names) => this.#isFull() || (this.#isRecorded() && this.#sampler.wantsActivations(names)),
      this.#guard,
      (names, xs) => this.#leftOut.look(names, xs),
    );
    this.#randomValues.watchEngine(tf, this.#patches);
    this.#layers.watchVariables(tf, this.#patches);
    this.#computations.install(this.#patches);
    this.attach(tf);
  }

  attach(tf: TfNamespace): void {
    const layer = layerPrototypeOf(tf);
    if (layer && this.#isNew(layer)) {
      this.#randomValues.watchInitializers(tf, this.#patches);
      this.#layers.watchLayers(tf, this.#patches);
      const ownerOf = (of: typeof layer): Owner<Site> | undefined => this.#layers.ownerOfLayer(of);
      watchActivations(tf, this.#patches, this.#computations, ownerOf, this.#guard);
    }
    if (this.#isNew(tf.Optimizer.prototype)) {
      const { update } = this.#options;
      watchOptimizers(tf, this.#patches, {
        onApply: (...step) => this.#onApply(...step),
        ...(update && { update }),
      });
    }
  }

  adopt(layers: readonly LayerLike[]): void {
    this.#layers.adopt(layers);
  }

  measureNow(): void {
    const deferred = this.#deferred;
    if (!deferred) return;
    this.#deferred = undefined;
    this.#guard(() => deferred.measure());
    this.#guard(() => deferred.release());
  }

  newest(): StepRecord | undefined {
    this.measureNow();
    return this.#delivery.newest();
  }

  get step(): number {
    return this.#step;
  }

  get pending(): number {
    return this.#delivery.length + (this.#deferred ? 1 : 0);
  }

  layerNameOf(variable: Tensor): string | undefined {
    return isVariable(variable) ? this.#layers.nameOf(variable) : undefined;
  }

  rewind(step: number): void {
    this.#sampler.rewind(this.#step - step);
    this.#computations.dispose();
    this.#step = step;
  }

  setEpoch(epoch: number | undefined): void {
    this.#epoch = epoch;
  }

  addMetrics(metrics: Record<string, number | Tensor>): void {
    const numbers: Record<string, number> = {};
    const names: string[] = [];
    const tensors: Tensor[] = [];
    for (const [name, metric] of Object.entries(metrics)) {
      if (typeof metric === 'number') numbers[name] = metric;
      else if (names.push(name) > 0) tensors.push(metric);
    }
    this.measureNow();
    if (this.#delivery.length === 0) return;
    if (tensors.length === 0) this.#delivery.addMetrics(numbers);
    else {
      const pending = this.#options.statistics.measure(tensors);
      this.#delivery.addMetrics(numbers, { names, pending });
    }
  }

  poll(): void {
    this.measureNow();
    this.#delivery.poll();
  }

  flush(): void {
    this.measureNow();
    this.#delivery.flush();
  }

  uninstall(): void {
    this.#patches.restore();
    this.#deferred?.release();
    this.#deferred = undefined;
    this.#delivery.discard();
    this.#computations.dispose();
  }

  #isNew(prototype: object): boolean {
    if (this.#watched.has(prototype)) return false;
    this.#watched.add(prototype);
    return true;
  }

  /** Whether more than the loss of the next step is recorded, where it is sampled. */
  #isRecorded(): boolean {
    return this.#step + 1 >= (this.#options.recordFrom ?? 1);
  }

  /** Whether the next step is to be recorded in full. */
  #isFull(): boolean {
    return this.#options.debug?.wantsFull(this.#step + 1) === true;
  }

  #onApply(
    optimizer: OptimizerLike,
    gradients: GradientMap,
    apply: (instead?: NamedGradients) => unknown,
    given: NamedGradients,
  ): unknown {
    this.measureNow();
    const under = this.#guard(() => this.#beforeStep(optimizer, gradients));
    const instead = this.#guard(() => this.#beforeUpdate(optimizer, gradients, given));
    let result: unknown;
    try {
      result = apply(instead?.gradients);
      const step = ++this.#step;
      if (under) {
        const record = this.#guard(() => this.#prepareRecord(step, under));
        if (record && this.#options.defers?.() === true) this.#defer(under, record);
        else if (record) this.#guard(() => record([]));
        if (under.full) this.#guard(() => this.#recordFully(step, optimizer, under));
      }
    } finally {
      instead?.release();
      if (under && !this.#deferred) this.#guard(() => release(under));
    }
    this.#options.onStep(this.#step);
    return result;
  }

  #beforeStep(optimizer: OptimizerLike, gradients: GradientMap): StepUnderWay<Site> {
    const learningRate = optimizer.learningRate;
    const { loss, captures, computed } = this.#computations.take(gradients);
    const full = this.#isFull();
    const isDue = this.#sampler.countStep([...gradients.keys()], computed);
    const sampled = (isDue && this.#isRecorded()) || full;
    return { learningRate, loss, captures, before: sampled ? this.#retain(gradients) : [], full };
  }

  #beforeUpdate(optimizer: OptimizerLike, gradients: GradientMap, given: NamedGradients) {
    const { debug } = this.#options;
    if (!debug) return undefined;
    const { registeredVariables } = engineOf(this.#tf);
    const variables = [...gradients.keys()].map((name) => registeredVariables[name]);
    // The debugger goes by the names of layers, at the first step too.
    this.#layers.markTrained(variables.filter((variable) => variable !== undefined));
    return debug.beforeUpdate(optimizer, given);
  }

  #recordFully(step: number, optimizer: OptimizerLike, under: StepUnderWay<Site>): void {
    const owners = new Set(under.before.map(({ variable }) => this.#layers.ownerOf(variable)));
    const captures = under.captures.filter(({ owner }) => owners.has(owner));
    const full = retainFullStep(this.#tf, { ...under, step, optimizer, captures });
    this.#options.debug?.onFullStep(full);
  }

  /** What is known of a step at once; gives what measures it. */
  #prepareRecord(
    step: number,
    { learningRate, loss, captures, before }: StepUnderWay<Site>,
  ): (weights: readonly Tensor[]) => void {
    const frame: StepFrame = {
      step,
      seconds: this.#options.now(),
      ...(this.#epoch === undefined ? {} : { epoch: this.#epoch }),
      ...(typeof learningRate === 'number' ? { learningRate } : {}),
    };
    this.#layers.markTrained(before.map(({ variable }) => variable));
    const leftOut = this.#leftOut.takeNews();
    if (leftOut) this.#layers.setLeftOut(leftOut);
    const owners = before.map(({ variable }) => this.#layers.ownerOf(variable));
    return (weights) => {
      const measured = before.map(({ variable, gradient, value }, i) => ({
        name: variable.name,
        weight: weights[i] ?? variable,
        gradient: gradient.tensor,
        owner: owners[i] as Owner<Site>,
        before: value.tensor,
      }));
      const { items, assemble } = planMeasurement(
        frame,
        loss?.tensor,
        measured,
        captures,
        scalarOf,
      );
      this.#delivery.push(this.#options.statistics.measure(items), assemble, frame.seconds);
    };
  }

  /** Keeps what the step has computed until it is measured: the program may change its variables before. */
  #defer(under: StepUnderWay<Site>, record: (weights: readonly Tensor[]) => void): void {
    const weights = under.before.map(({ variable }) => retain(this.#tf, variable));
    this.#deferred = {
      measure: () => record(weights.map(({ tensor }) => tensor)),
      release: () => {
        weights.forEach((weight) => weight.release());
        release(under);
      },
    };
  }

  /** Old values and gradients of the variables that the step will change. */
  #retain(gradients: GradientMap): Before[] {
    const { registeredVariables } = engineOf(this.#tf);
    const before: Before[] = [];
    for (const [name, gradient] of gradients) {
      const variable = registeredVariables[name];
      // The optimizer itself reports what is wrong with an unknown name or a disposed gradient.
      if (variable === undefined || variable.isDisposed || gradient.isDisposed) continue;
      before.push({
        variable,
        gradient: retain(this.#tf, gradient),
        value: retain(this.#tf, variable),
      });
    }
    return before;
  }
}

function release({ loss, captures, before }: StepUnderWay<unknown>): void {
  for (const { gradient, value } of before) {
    gradient.release();
    value.release();
  }
  captures.forEach(releaseCapture);
  loss?.release();
}
