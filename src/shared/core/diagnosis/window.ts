// What the rules see: the newest step, what went before it in compact form, and slow averages per
// layer. One window per optimizer, because two optimizers in turn (a GAN) have a loss each.
import { hasElements, isAbsent } from '../absent';
import type { Autopsy } from '../autopsy';
import type { ModelFacts } from '../facts';
import type { ProbeRecord } from '../probe';
import type { EpochRecord, LayerInfo } from '../run';
import type { LayerRecord, StepRecord, TensorSummary } from '../stepRecord';
import { finiteCount, nonFiniteCount } from '../summary';
import { LossTrack, median } from './lossTrack';
import { ZERO_LOG } from './profile';
import { CLOSE_AFTER, OVERFLOW_LOOKBACK, PROFILE_STEPS, REFERENCE_STEPS } from './thresholds';

/** Weight of the newest step in the averages of logarithms: a memory of about ten steps. */
const SMOOTHING = 0.15;
/** The same of the average that growth is measured against: a memory of about thirty steps. */
const SLOW_SMOOTHING = 0.03;
/** Steps by which the slow average lags behind the other one. */
const LAG = (1 - SLOW_SMOOTHING) / SLOW_SMOOTHING - (1 - SMOOTHING) / SMOOTHING;
/** Compact facts of past steps that are kept. */
const FACTS = Math.max(16, OVERFLOW_LOOKBACK);

/** log10 of the RMS of the elements that are neither zero nor non-finite; undefined where they are not known. */
function logRms(summary: TensorSummary): number | undefined {
  if (!hasElements(summary)) return undefined;
  const n = finiteCount(summary) - summary.zeros;
  return n > 0 && summary.norm > 0 ? Math.log10(summary.norm / Math.sqrt(n)) : ZERO_LOG;
}

function smooth(
  before: number | undefined,
  log: number | undefined,
  weight = SMOOTHING,
): number | undefined {
  if (log === undefined) return before;
  return before === undefined ? log : before + weight * (log - before);
}

/** True where a probe had samples enough to judge units by. */
function countsUnits({ layers }: ProbeRecord): boolean {
  for (const name in layers) {
    const { deadUnits, saturatedUnits } = layers[name] ?? {};
    if (deadUnits !== undefined || saturatedUnits !== undefined) return true;
  }
  return false;
}

/**
 * ‖Δw‖/‖w‖ up to which a layer stands still. One weight of a million that moves by its last bit makes
 * 6e-11; a bias that leaves zero by nothing to speak of makes less.
 */
const MOVED_RATIO = 1e-12;

/** The past of one layer. */
export class LayerTrace {
  /** Averages of log10 RMS: gradient, gradient of the output (δ), output. */
  gradientLog: number | undefined;
  deltaLog: number | undefined;
  activationLog: number | undefined;
  /** Average of log10(‖gradient‖·‖weights‖ ÷ loss). */
  elasticityLog: number | undefined;
  /** Average of log10(‖Δw‖/‖w‖) over the steps that moved the weights. */
  updateLog: number | undefined;
  /** Norm of the weights before the first step, at least: ‖w‖ − ‖Δw‖. */
  firstNorm = 0;
  /** Steps whose update is known, and of those the ones that moved the weights. */
  steps = 0;
  movedSteps = 0;
  /** Sum of ‖Δw‖/‖w‖ over all steps: the weights have moved by that share at most. */
  travel = 0;
  /** Newest steps in a row whose gradient was zero in every element. */
  zeroGradientSteps = 0;
  /** Newest steps in a row whose recorded outputs were all zero. */
  silentSteps = 0;
  latest: LayerRecord | undefined;
  private slowGradientLog: number | undefined;

  constructor(
    readonly name: string,
    /** True where the layer has a tensor of rank 2 or more, or its shapes are unknown. */
    public hasMatrix: boolean,
  ) {}

  note(layer: LayerRecord, loss: number | undefined): void {
    this.latest = layer;
    if (nonFiniteCount(layer.gradient) > 0) return;
    this.noteMovement(layer);
    const gradientLog = logRms(layer.gradient);
    this.gradientLog = smooth(this.gradientLog, gradientLog);
    this.slowGradientLog = smooth(this.slowGradientLog, gradientLog, SLOW_SMOOTHING);
    if (layer.activationGradient && nonFiniteCount(layer.activationGradient) === 0) {
      this.deltaLog = smooth(this.deltaLog, logRms(layer.activationGradient));
    }
    if (layer.activation && nonFiniteCount(layer.activation) === 0) {
      this.activationLog = smooth(this.activationLog, logRms(layer.activation));
    }
    if (loss !== undefined && Number.isFinite(loss) && loss !== 0) {
      const elasticity = (layer.gradient.norm * layer.weight.norm) / Math.abs(loss);
      const log = elasticity > 0 ? Math.log10(elasticity) : ZERO_LOG;
      // NaN where one of the norms is not known.
      if (!Number.isNaN(elasticity)) this.elasticityLog = smooth(this.elasticityLog, log);
    }
  }

  /** Growth of the RMS gradient per step, in log10, over the last thirty steps or so. */
  get gradientGrowth(): number {
    return ((this.gradientLog ?? 0) - (this.slowGradientLog ?? 0)) / LAG;
  }

  private noteMovement({ gradient, weight, updateRatio, activation }: LayerRecord): void {
    const isKnown = !Number.isNaN(updateRatio) && !isAbsent(weight);
    if (isKnown && this.steps++ === 0) {
      this.firstNorm = weight.norm * Math.max(0, 1 - updateRatio);
    }
    if (updateRatio > MOVED_RATIO && Number.isFinite(updateRatio)) {
      this.movedSteps++;
      this.travel += updateRatio;
      this.updateLog = smooth(this.updateLog, Math.log10(updateRatio));
    }
    const isZero = gradient.zeros === gradient.count && hasElements(gradient);
    this.zeroGradientSteps = isZero ? this.zeroGradientSteps + 1 : 0;
    // Outputs may be recorded at every n-th step only.
    if (activation) {
      this.silentSteps = activation.zeros === activation.count ? this.silentSteps + 1 : 0;
    }
  }
}

/** One past step. */
export interface PastStep {
  step: number;
  loss: number | undefined;
  /** L2 norm of all gradients together (finite elements); NaN where none is known. */
  gradientNorm: number;
  /** Largest ‖Δw‖/‖w‖ among layers with a weight matrix, and whose it is. */
  updateRatio: number;
  updateLayer: string;
  learningRate: number | undefined;
  /** True where anything in the step was NaN or infinite. */
  isBroken: boolean;
}

/** A step after which the weights were others, and what the loss did since. */
export interface Blow {
  step: number;
  layer: string;
  updateRatio: number;
  /** Highest and lowest loss since, and number of steps since. */
  highest: number;
  lowest: number;
  stepsSince: number;
}

/** The first step with non-finite values, and the steps before it. */
export interface Breakage {
  record: StepRecord;
  /** Newest last; all finite. */
  before: readonly PastStep[];
}

/** What happened in the steps of one optimizer. */
export class DiagnosisWindow {
  readonly loss = new LossTrack();
  /** Newest last. */
  readonly past: PastStep[] = [];
  /** In forward order. */
  traces: readonly LayerTrace[] = [];
  /** Steps of this optimizer so far, and the first of them. */
  steps = 0;
  firstStep = 0;
  /** Largest gradient norm of all finite steps before {@link past}. */
  peakNorm = 0;
  /** Largest weight jump so far; see {@link Blow}. */
  blow: Blow | undefined;
  /** Steps before {@link PROFILE_STEPS} at which a profile rule saw its sign already. */
  earlyVanishing = false;
  /** Where it broke; forgotten after {@link CLOSE_AFTER} finite steps. */
  breakage: Breakage | undefined;
  record: StepRecord = { step: 0, seconds: 0, metrics: {}, layers: {}, tensors: {} };
  /** What is known of the model; undefined where the source cannot tell. */
  facts: ModelFacts | undefined;
  /** The first probe of the model, before the update of {@link firstProbeStep}, and the newest. */
  firstProbe: ProbeRecord | undefined;
  firstProbeStep = 0;
  /** The one before the newest. */
  previousProbe: ProbeRecord | undefined;
  /** The first that had samples enough to judge units by, and its step. */
  firstCount: { probe: ProbeRecord; step: number } | undefined;
  probe: ProbeRecord | undefined;
  /** Step of the newest probe. */
  probeStep = 0;
  /** Epochs that ended, oldest first. Those of a run with one optimizer; empty for others. */
  epochs: readonly EpochRecord[] = [];
  /** What was found out about the step that broke. */
  autopsy: Autopsy | undefined;
  private finiteSteps = 0;
  private readonly byName = new Map<string, LayerTrace>();
  private readonly firstNorms: number[] = [];
  private infos: readonly LayerInfo[] = [];

  setLayers(infos: readonly LayerInfo[]): void {
    this.infos = infos;
    this.reorder();
  }

  /** Takes the newest step. */
  note(record: StepRecord): void {
    this.record = record;
    if (this.steps++ === 0) this.firstStep = record.step;
    if (record.probe) {
      if (!this.firstProbe) this.firstProbeStep = record.step;
      this.firstProbe ??= record.probe;
      this.previousProbe = this.probe;
      if (!this.firstCount && countsUnits(record.probe)) {
        this.firstCount = { probe: record.probe, step: record.step };
      }
      this.probe = record.probe;
      this.probeStep = record.step;
    }
    let squares = NaN;
    let updateRatio = 0;
    let updateLayer = '';
    let isBroken = record.loss !== undefined && !Number.isFinite(record.loss);
    let isNew = false;
    for (const name in record.layers) {
      const layer = record.layers[name];
      if (!layer) continue;
      let trace = this.byName.get(name);
      if (!trace) {
        this.byName.set(name, (trace = new LayerTrace(name, true)));
        isNew = true;
      }
      trace.note(layer, record.loss);
      const { norm } = layer.gradient;
      if (!Number.isNaN(norm)) squares = (Number.isNaN(squares) ? 0 : squares) + norm ** 2;
      isBroken ||=
        nonFiniteCount(layer.gradient) + nonFiniteCount(layer.weight) > 0 ||
        (layer.activation !== undefined && nonFiniteCount(layer.activation) > 0);
      if (trace.hasMatrix && layer.updateRatio > updateRatio) {
        updateRatio = layer.updateRatio;
        updateLayer = name;
      }
    }
    if (isNew) this.reorder();
    const gradientNorm = Math.sqrt(squares);
    this.noteBreakage(record, isBroken);
    this.noteBlow(record, updateRatio, updateLayer);
    this.loss.note(record.loss);
    const isReference = !isBroken && this.firstNorms.length < REFERENCE_STEPS;
    if (isReference && !Number.isNaN(gradientNorm)) this.firstNorms.push(gradientNorm);
    const { step, loss, learningRate } = record;
    this.past.push({
      step,
      loss,
      gradientNorm,
      updateRatio,
      updateLayer,
      learningRate,
      isBroken,
    });
    if (this.past.length <= FACTS) return;
    const left = this.past.shift();
    if (left && !left.isBroken && left.gradientNorm > this.peakNorm) {
      this.peakNorm = left.gradientNorm;
    }
  }

  /** Takes a step of which only the loss is known: the tap records gradients at every n-th step. */
  noteLossOnly(record: StepRecord): void {
    this.noteBlow(record, 0, '');
    this.loss.note(record.loss);
  }

  /** Median gradient norm of the first steps. */
  get referenceNorm(): number {
    return median(this.firstNorms);
  }

  /** True where the newest step has NaN or infinite values. */
  get isBroken(): boolean {
    return this.past.at(-1)?.isBroken ?? false;
  }

  /** True once the first updates are over. */
  get isSettled(): boolean {
    return this.steps >= PROFILE_STEPS;
  }

  /** True where the layer is in a step record. */
  hasTrace(layer: string): boolean {
    return this.byName.has(layer);
  }

  /** Layers that take part in the loss of these steps and that no optimizer was ever given. */
  get leftOut(): readonly LayerInfo[] {
    return this.infos.filter(({ leftOutOf }) => leftOutOf?.some((name) => this.byName.has(name)));
  }

  infoOf(layer: string): LayerInfo | undefined {
    return this.infos.find((info) => info.name === layer);
  }

  private noteBreakage(record: StepRecord, isBroken: boolean): void {
    this.finiteSteps = isBroken ? 0 : this.finiteSteps + 1;
    if (isBroken) this.breakage ??= { record, before: this.past.slice(-OVERFLOW_LOOKBACK) };
    else if (this.finiteSteps >= CLOSE_AFTER) this.breakage = undefined;
  }

  private noteBlow(record: StepRecord, updateRatio: number, layer: string): void {
    const loss = record.loss;
    if (this.blow && loss !== undefined && Number.isFinite(loss)) {
      this.blow.highest = Math.max(this.blow.highest, loss);
      this.blow.lowest = Math.min(this.blow.lowest, loss);
      this.blow.stepsSince++;
    }
    if (Number.isFinite(updateRatio) && updateRatio > (this.blow?.updateRatio ?? 0)) {
      // The loss of a step is taken before its update: the blow shows in the steps after it.
      this.blow = {
        step: record.step,
        layer,
        updateRatio,
        highest: this.blow?.highest ?? -Infinity,
        lowest: Infinity,
        stepsSince: 0,
      };
    }
  }

  private reorder(): void {
    const rank = new Map(this.infos.map((info, i) => [info.name, i]));
    for (const info of this.infos) {
      const trace = this.byName.get(info.name);
      if (trace) {
        trace.hasMatrix = info.hasMatrix ?? info.tensors.some(({ shape }) => shape.length >= 2);
      }
    }
    // Layers that are not in the list keep their order of appearance, behind the others.
    this.traces = [...this.byName.values()].sort(
      (a, b) => (rank.get(a.name) ?? Infinity) - (rank.get(b.name) ?? Infinity) || 0,
    );
  }
}
