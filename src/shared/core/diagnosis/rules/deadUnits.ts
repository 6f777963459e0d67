// Dead units: units that are inactive on (nearly) all samples pass nothing on and get no gradient, so
// that they stay as they are. A whole dead layer ends all learning before it. Single dead units are
// ordinary in ReLU nets; they are told only where they are many and the loss does not do well.
import type { Rule, Statement } from '../rule';
import { CLOSE_AFTER } from '../thresholds';
import {
  DEAD_RISE,
  DEAD_SHARE,
  DEAD_SHARE_FROM_START,
  DEAD_SHARE_HURTS,
  SILENT_SAMPLES,
  SILENT_STEPS,
  UNITS_PERSISTENCE,
} from '../thresholds/units';
import { NOTHING_LEARNT } from '../thresholds/updates';
import { undoneBy } from '../undone';
import { bornDead, changeToElu, isFromStart, thrownOff } from '../unitCauses';
import {
  activationOf,
  isCountLate,
  isOnEveryPath,
  isStandingStill,
  unitShares,
  type UnitShare,
} from '../units';
import type { DiagnosisWindow, LayerTrace } from '../window';
import { short } from '../words';

/** Activations without a side on which they are flat and zero: another rule's business, or none's. */
const NOT_DYING = new Set(['linear', 'softmax', 'sigmoid', 'hardSigmoid', 'tanh', 'softsign']);

const SHARE_UNIT = 'share of units inactive on the probe';

/** True where all units are silent on every sample of the newest probe. */
function isWhole({ affected, units, probe: { activation } }: UnitShare): boolean {
  return affected === units && activation.max <= 0 && activation.min >= 0;
}

/** True where layers before this one get gradient: something leads around it. */
function learnsBefore({ traces }: DiagnosisWindow, layer: string): boolean {
  const at = traces.findIndex(({ name }) => name === layer);
  return traces.slice(0, Math.max(0, at)).some((trace) => trace.zeroGradientSteps === 0);
}

function blocks(window: DiagnosisWindow, layer: string): boolean {
  return isOnEveryPath(window.facts, layer) ?? !learnsBefore(window, layer);
}

/** A layer that passes nothing on. */
function wholeLayer(window: DiagnosisWindow, dead: UnitShare, all: UnitShare[]): Statement {
  const { layer, units } = dead;
  const isBlocked = blocks(window, layer);
  const { words, remedies } = isFromStart(window, dead, DEAD_SHARE_FROM_START)
    ? bornDead(window, layer, [layer])
    : thrownOff(window, [changeToElu([layer])]);
  const kind = activationOf(window, layer);
  return {
    severity: isBlocked ? 'error' : 'warning',
    layer,
    relatedLayers: all.map((other) => other.layer).filter((other) => other !== layer),
    evidence: { measured: 1, threshold: DEAD_SHARE, unit: SHARE_UNIT, window: 2 },
    message:
      `All ${units} units of ${layer}${kind ? ` (${kind})` : ''} give zero on all samples of the ` +
      `probe, ${words}. ` +
      (isBlocked
        ? 'Nothing passes the layer, and no gradient reaches the layers before it.'
        : 'The layer adds nothing to what bypasses it.'),
    remedies,
  };
}

/** Most units of a layer, while the loss does not do well or many of them died in training. */
function mostOfLayer(window: DiagnosisWindow, all: UnitShare[]): Statement | undefined {
  // Where not even the last layer learns, units of this one are not what stops it.
  const isPoor = (undoneBy(window)?.left ?? 0) > NOTHING_LEARNT && !isStandingStill(window);
  const hasDied = ({ share, atFirst }: UnitShare) => share - atFirst >= DEAD_RISE;
  const isSuspect = (dead: UnitShare): boolean =>
    hasDied(dead) ||
    (isPoor && (isCountLate(window) || (dead.share >= DEAD_SHARE_FROM_START && dead.affected > 1)));
  const suspects = all.filter(isSuspect);
  const [first] = suspects;
  if (!first) return undefined;
  const worst = suspects.reduce((most, dead) => (dead.share > most.share ? dead : most), first);
  const layers = suspects.map(({ layer }) => layer);
  const { words, remedies } =
    hasDied(worst) || isCountLate(window)
      ? thrownOff(window, [changeToElu(layers)])
      : bornDead(window, worst.layer, layers);
  const { latest } = window.loss;
  return {
    severity: isPoor && worst.share >= DEAD_SHARE_HURTS ? 'warning' : 'information',
    layer: worst.layer,
    relatedLayers: layers.filter((layer) => layer !== worst.layer),
    evidence: { measured: worst.share, threshold: DEAD_SHARE, unit: SHARE_UNIT, window: 2 },
    message:
      `${worst.affected} of ${worst.units} units of ${worst.layer} are inactive on all samples of ` +
      `the probe, ${words}; they get no gradient and stay so.` +
      (isPoor && latest !== undefined ? ` The loss does not improve (${short(latest)}).` : ''),
    remedies,
  };
}

/** Without a probe: a layer whose recorded outputs and gradients have been zero for long. */
function silentLayer(window: DiagnosisWindow): Statement | undefined {
  const silent = window.traces.find((trace) => trace.hasMatrix && isSilent(window, trace));
  if (!silent) return undefined;
  const { name, silentSteps, steps } = silent;
  const { words, remedies } =
    silentSteps === steps
      ? bornDead(window, name, [name])
      : thrownOff(window, [changeToElu([name])]);
  return {
    severity: blocks(window, name) ? 'error' : 'warning',
    layer: name,
    evidence: {
      measured: silentSteps,
      threshold: SILENT_STEPS,
      unit: 'steps without any output',
      window: silentSteps,
    },
    message:
      `All outputs of ${name} have been zero for ${silentSteps} steps, ${words}, and its gradient is ` +
      'exactly zero: its units are dead.',
    remedies,
  };
}

function isSilent(window: DiagnosisWindow, trace: LayerTrace): boolean {
  const { silentSteps, zeroGradientSteps, latest } = trace;
  if (silentSteps < SILENT_STEPS || zeroGradientSteps < SILENT_STEPS) return false;
  const kernel = window.infoOf(trace.name)?.tensors.find(({ shape }) => shape.length >= 2);
  const units = kernel?.shape.at(-1) ?? Infinity;
  return (silentSteps * (latest?.activation?.count ?? 0)) / units >= SILENT_SAMPLES;
}

export const deadUnits: Rule = {
  id: 'dead-units',
  reference:
    'Lu et al. 2020, “Dying ReLU and Initialization”; a unit is dead where it is inactive on 99 % of a ' +
    'probe, as in SageMaker Debugger 2020 (DeadRelu), not where a batch has zeros.',
  openAfter: UNITS_PERSISTENCE,
  closeAfter: CLOSE_AFTER,
  // Thrown off by an explosion, or begun wrongly: that is the cause, and this what follows.
  yieldsTo: [
    'exploding-gradient',
    'non-finite',
    'poor-initialization',
    'data-range',
    'loss-activation-mismatch',
    'update-ratio',
  ],
  evaluate(window) {
    if (window.isBroken) return undefined;
    if (!window.probe) return silentLayer(window);
    const all = unitShares(window, 'deadUnits', DEAD_SHARE).filter(
      ({ layer }) => !NOT_DYING.has(activationOf(window, layer) ?? ''),
    );
    if (all.length === 0) return undefined;
    const whole = all.find(isWhole);
    return whole ? wholeLayer(window, whole, all) : mostOfLayer(window, all);
  },
};
