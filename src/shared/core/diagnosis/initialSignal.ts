// What is said of weights that are too small or too large for the whole net: what they do to a signal,
// which layers are off, and how bad that has turned out to be.
import type { Remedy, Severity } from '../finding';
import { expectationOf } from '../theory/expectation';
import { baselineOf } from './baseline';
import { namesOf } from './cures';
import { explosionAtBreak, isBlown, runaway, sustainedGrowth } from './growth';
import { median } from './lossTrack';
import { isEscaping, probeSlope } from './profile';
import type { Statement } from './rule';
import { soundInitializer, type ScaledLayer, type SignalScale } from './signalScale';
import { isFalling, standingOf } from './standing';
import {
  FAR_ABOVE,
  HIGH_FIRST_LOSS,
  LARGE_OUTPUT,
  LARGE_SIGNAL,
  LARGE_SIGNAL_PATIENCE,
  LARGE_SIGNAL_STEPS,
  LAYER_OFF,
  LAYER_OFF_SLIGHTLY,
  SMALL_SIGNAL,
  SMALL_SIGNAL_STEPS,
} from './thresholds/initialization';
import type { DiagnosisWindow } from './window';
import { short, times } from './words';

/** Activations whose outputs are bounded: differences grow in them, sizes do not. */
const BOUNDED = new Set(['tanh', 'softsign', 'sigmoid', 'hardSigmoid']);

/** The layers whose weights are off in the direction of the whole. */
function layersOff({ layers, total }: SignalScale): readonly ScaledLayer[] {
  const direction = Math.sign(Math.log(total));
  const amount = ({ scale }: ScaledLayer): number => direction * Math.log(scale);
  const off = layers.filter((layer) => amount(layer) > Math.log(LAYER_OFF));
  const explained = off.reduce((sum, layer) => sum + amount(layer), 0);
  if (explained > 0.5 * direction * Math.log(total)) return off;
  return layers.filter((layer) => amount(layer) > Math.log(LAYER_OFF_SLIGHTLY));
}

/** The layer that is farthest off; of equals the first. */
function worstOf(layers: readonly ScaledLayer[]): ScaledLayer | undefined {
  const distance = ({ scale }: ScaledLayer): number => Math.abs(Math.log(scale));
  return layers.reduce<ScaledLayer | undefined>(
    (worst, layer) => (worst && distance(worst) * 1.2 >= distance(layer) ? worst : layer),
    undefined,
  );
}

/** One remedy per initializer: hidden and output layers may ask for different ones. */
function remediesFor(off: readonly ScaledLayer[], output: string): Remedy[] {
  const groups = new Map<string, string[]>();
  for (const { facts, activation } of off) {
    const name = soundInitializer(facts.name === output ? 'linear' : activation);
    const group = groups.get(name);
    if (group) group.push(facts.name);
    else groups.set(name, [facts.name]);
  }
  const remedies = [...groups].map(([initializer, layers]): Remedy => ({
    id: 'change-initializer',
    title: `Initialize ${namesOf(layers)} with kernelInitializer '${initializer}'.`,
    layers,
    values: { initializer, option: 'kernelInitializer' },
  }));
  const hidden = off.map(({ facts }) => facts.name).filter((name) => name !== output);
  if (hidden.length > 0) {
    remedies.push({
      id: 'batch-normalization',
      title: 'Put tf.layers.batchNormalization() after the hidden layers: it sets the scale anew.',
      layers: hidden,
    });
  }
  return remedies;
}

/** What weights that let too little through have turned out to mean. */
export function severityOfSmall(window: DiagnosisWindow, layers: readonly ScaledLayer[]): Severity {
  const { loss, steps } = window;
  if (loss.latest === undefined || window.isBroken) return 'information';
  const isStuck = steps >= SMALL_SIGNAL_STEPS && loss.isFlat && loss.isUnlearnt;
  const first = window.traces.find(({ name }) => name === layers[0]?.facts.name);
  if (isStuck && !(first && isEscaping(first))) return 'error';
  return standingOf(window) === 'struggling' ? 'warning' : 'information';
}

/** What a start far off has turned out to mean. */
export function severityOfLarge(window: DiagnosisWindow): Severity {
  if (explosionAtBreak(window) || isBlown(window)) return 'error';
  if (runaway(window) ?? sustainedGrowth(window)) return 'error';
  const standing = standingOf(window);
  if (standing === 'failed') return 'error';
  if (standing === 'struggling') return 'warning';
  return isStillHigh(window) ? 'warning' : 'information';
}

/** The loss is above that of a constant answer, and is not about to get below. */
function isStillHigh({ facts, loss, past, steps }: DiagnosisWindow): boolean {
  const baseline = baselineOf(facts);
  if (!baseline || steps < LARGE_SIGNAL_STEPS) return false;
  const recent = median(past.flatMap((step) => (step.loss === undefined ? [] : [step.loss])));
  const above = recent - baseline.loss - 2 * baseline.error;
  if (above <= 0) return false;
  const isEarly = steps < 4 * LARGE_SIGNAL_STEPS;
  const half = loss.history.newerHalf;
  const falls = half !== undefined && isFalling(half);
  if (recent > FAR_ABOVE * baseline.loss) return !(falls && isEarly);
  // Deep nets with shortcuts begin there, and come down.
  const isOnItsWay = falls && above * half.steps < half.drop * LARGE_SIGNAL_PATIENCE * steps;
  return !isEarly && !isOnItsWay;
}

/** ` of hidden_3`, or ` of hidden_1 and 4 other layers`. */
function place(worst: ScaledLayer, off: readonly ScaledLayer[]): string {
  const others = off.length - 1;
  if (others === 0) return worst.facts.name;
  return `${worst.facts.name} and ${others} other ${others === 1 ? 'layer' : 'layers'}`;
}

/** What the first probe shows, and theory beside it. */
function measuredSlope(window: DiagnosisWindow) {
  const slope = probeSlope(window, 'activation');
  if (!slope) return { words: '' };
  const expectation = expectationOf(window.facts, slope.layers, 'activation', slope.factor);
  const verb = slope.factor < 1 ? 'shrink' : 'grow';
  return {
    words:
      ` At the first probe the outputs ${verb} ${times(slope.factor)} per layer` +
      (expectation ? `; ${expectation.words}.` : '.'),
    ...(expectation && { expectation }),
  };
}

/** Loss of the first weights ÷ that of a constant answer. */
export function firstLoss({ firstProbe, firstProbeStep, firstStep, loss, facts }: DiagnosisWindow) {
  const baseline = baselineOf(facts);
  const probed = firstProbeStep === firstStep ? firstProbe?.loss : undefined;
  const first = probed ?? loss.reference;
  if (!baseline || !Number.isFinite(first)) return undefined;
  return { first, chance: baseline.loss, ratio: first / baseline.loss };
}

/** What a start far off costs, where the loss has stopped. */
function stillHigh({ facts, loss, steps }: DiagnosisWindow): string {
  const level = baselineOf(facts)?.loss;
  const stopped = loss.history.newerHalf?.mean;
  return level !== undefined && stopped !== undefined && stopped < level
    ? ` The loss has stopped at ${short(stopped)}, where a constant answer gives ${short(level)}.`
    : ` After ${steps} steps the loss is still not below that of a constant answer.`;
}

/** The statement on the scale of the initial weights, where it is off. */
export function statementOnScale(
  window: DiagnosisWindow,
  scale: SignalScale,
): Statement | undefined {
  const { total } = scale;
  const start = firstLoss(window);
  const isHigh = (start?.ratio ?? 0) >= HIGH_FIRST_LOSS;
  const isSmall = total < SMALL_SIGNAL;
  if (!isSmall && total < (isHigh ? LARGE_OUTPUT : LARGE_SIGNAL)) return undefined;
  const off = layersOff(scale);
  const worst = worstOf(off);
  if (!worst) return undefined;
  const severity = isSmall ? severityOfSmall(window, scale.layers) : severityOfLarge(window);
  const { words, expectation } = measuredSlope(window);
  const effect = isSmall
    ? `let ${short(total)} of a signal through to ${scale.output}, so that the output hardly depends on the input`
    : `let signals grow ${times(total)} on their way to ${scale.output}${off.some(({ activation }) => BOUNDED.has(activation)) ? ', which drives units into saturation' : ''}`;
  const loss =
    !isSmall && isHigh && start
      ? ` The first loss is ${short(start.first)}, ${times(start.ratio)} that of a constant answer (${short(start.chance)}).`
      : '';
  const consequence = {
    error: isSmall ? ' The loss does not improve.' : ' Training has blown up.',
    warning: isSmall ? ' The loss has stopped falling.' : stillHigh(window),
    information: '',
  }[severity];
  return {
    severity,
    layer: worst.facts.name,
    relatedLayers: off.filter((layer) => layer !== worst).map(({ facts }) => facts.name),
    since: 1,
    evidence: {
      measured: total,
      threshold: isSmall ? SMALL_SIGNAL : isHigh ? LARGE_OUTPUT : LARGE_SIGNAL,
      unit: 'signal at the output ÷ signal with sound initial weights',
      window: 1,
    },
    message:
      `The initial weights ${effect}: those of ${place(worst, off)} have a standard deviation of ` +
      `${short(worst.deviation)}, where ${short(worst.soundDeviation)} suits ` +
      `${worst.activation}.${words}${loss}${consequence}`,
    remedies: remediesFor(off, scale.output),
    ...(expectation && { expectation }),
  };
}
