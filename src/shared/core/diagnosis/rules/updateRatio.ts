// Update ratio: how far one optimizer step moves the weights, ‖Δw‖/‖w‖, as it really was. Too far, and
// training jumps about; not far enough, and it goes nowhere. What is large or small for one net is
// not for another, so the loss has the last word: a run that learns has the right ratio.
import { CLIP } from '../cures';
import { lowerRate, raiseRate } from '../rates';
import type { Rule, Statement } from '../rule';
import { CLOSE_AFTER } from '../thresholds';
import {
  LARGE_UPDATE_RATIO,
  LARGE_UPDATE_STEPS,
  NOTHING_LEARNT,
  SMALL_TRAVEL,
  SMALL_UPDATE_RATIO,
  SMALL_UPDATE_STEPS,
  SMALL_DROP,
  UNSETTLED,
  THROWN_ABOVE,
  THROWN_RATIO,
  TINY_UPDATE_RATIO,
  UPDATE_PERSISTENCE,
  FIRST_PASS_MAXIMUM,
  FIRST_PASS_SAMPLES,
  FIRST_PASS_UNKNOWN,
} from '../thresholds/updates';
import { DEAD_SHARE_FROM_START, SATURATED_SHARE } from '../thresholds/units';
import type { DiagnosisWindow, LayerTrace } from '../window';
import { undoneBy } from '../undone';
import { isCountLate, isStandingStill, unitShares } from '../units';
import { percent, short } from '../words';

/** Samples of a batch, where nothing is known. */
const USUAL_BATCH = 32;
const UNIT = '‖Δw‖ ÷ ‖w‖ per step';

/**
 * The ratio over the last ten steps or so. Beside the weights as they began where these were larger:
 * weights that a regularizer has shrunk to nothing are not shaken by what is left of the noise.
 */
function ratioOf({ updateLog, latest, firstNorm }: LayerTrace): number {
  if (updateLog === undefined || !latest) return 0;
  const { norm } = latest.weight;
  return 10 ** updateLog * (firstNorm > norm ? norm / firstNorm : 1);
}

/**
 * The layer that moves most. An embedding, of which each step moves the few rows that it uses, is among
 * them: it seldom is the one.
 */
function strongest(layers: readonly LayerTrace[]): LayerTrace | undefined {
  let best: LayerTrace | undefined;
  let most = -1;
  for (const trace of layers) {
    // A log of another program may not tell how far the weights move.
    if (!trace.hasMatrix || trace.steps === 0) continue;
    // Without the factor that only lowers it, most are out of the question.
    if (best && 10 ** (trace.updateLog ?? -Infinity) <= most) continue;
    const ratio = ratioOf(trace);
    if (ratio <= most) continue;
    most = ratio;
    best = trace;
  }
  return best;
}

function tooLarge(window: DiagnosisWindow, worst: LayerTrace): Statement | undefined {
  const ratio = ratioOf(worst);
  if (ratio <= LARGE_UPDATE_RATIO || worst.zeroGradientSteps > 0) return undefined;
  if ((undoneBy(window)?.left ?? 0) <= UNSETTLED) return undefined;
  const others = window.traces.filter(
    (trace) => trace !== worst && trace.hasMatrix && ratioOf(trace) > LARGE_UPDATE_RATIO,
  );
  return {
    severity: 'warning',
    layer: worst.name,
    relatedLayers: others.map(({ name }) => name),
    evidence: { measured: ratio, threshold: LARGE_UPDATE_RATIO, unit: UNIT, window: 10 },
    message:
      `Each step changes the weights of ${worst.name} by ${percent(ratio)} (healthy: about 0.1 %), and ` +
      `the loss does not improve (${short(window.loss.latest ?? 0)}): the learning rate is too large.`,
    remedies: [lowerRate(window, ratio), CLIP],
  };
}

/** One update that threw the weights off: to where the loss is worse than knowing nothing, or to silence. */
function thrownOff(window: DiagnosisWindow): Statement | undefined {
  const { blow } = window;
  if (!blow || blow.updateRatio < THROWN_RATIO) return undefined;
  const undone = undoneBy(window);
  if (!undone?.isKnown || undone.left <= NOTHING_LEARNT) return undefined;
  const isWorse = undone.left > 1 + THROWN_ABOVE;
  const silenced = unitShares(window, 'deadUnits', 1).find(
    ({ atFirst }) => atFirst < 1 || isCountLate(window),
  );
  if (!isWorse && !(silenced || isStandingStill(window))) return undefined;
  const loss = short(window.loss.latest ?? 0);
  return {
    severity: isStandingStill(window) ? 'error' : 'warning',
    layer: blow.layer,
    since: blow.step,
    evidence: {
      measured: blow.updateRatio,
      threshold: THROWN_RATIO,
      unit: UNIT,
      window: blow.stepsSince,
    },
    message:
      `The update of step ${blow.step} changed the weights of ${blow.layer} by ` +
      `${percent(blow.updateRatio)} (healthy: about 0.1 %); since then ` +
      (isWorse
        ? `the loss stays at ${loss}, worse than a constant answer`
        : `the loss stays at ${loss}, that of a constant answer, and ` +
          (silenced ? `all units of ${silenced.layer} are silent` : 'no layer gets a gradient')) +
      ': the learning rate is too large.',
    remedies: [lowerRate(window, blow.updateRatio), CLIP],
  };
}

/** True while a schedule raises the rate. */
function isWarmingUp({ past, record }: DiagnosisWindow): boolean {
  const before = past[0]?.learningRate;
  return before !== undefined && record.learningRate !== undefined && record.learningRate > before;
}

function hasFlatUnits(window: DiagnosisWindow): boolean {
  return (
    unitShares(window, 'saturatedUnits', SATURATED_SHARE).length > 0 ||
    unitShares(window, 'deadUnits', DEAD_SHARE_FROM_START).length > 0
  );
}

/** Steps after which a training has seen its data. */
function firstPass({ facts }: DiagnosisWindow): number {
  const { samples, batchSize = USUAL_BATCH } = facts ?? {};
  const steps = (samples ?? FIRST_PASS_SAMPLES) / Math.max(1, batchSize);
  const least = samples === undefined ? FIRST_PASS_UNKNOWN : SMALL_UPDATE_STEPS;
  return Math.min(FIRST_PASS_MAXIMUM, Math.max(least, steps));
}

function tooSmall(window: DiagnosisWindow, worst: LayerTrace): Statement | undefined {
  const layers = window.traces;
  const ratio = ratioOf(worst);
  if (ratio >= SMALL_UPDATE_RATIO || isWarmingUp(window)) return undefined;
  if (layers.some(({ hasMatrix, travel }) => hasMatrix && travel > SMALL_TRAVEL)) return undefined;
  // No gradient is not the fault of the rate.
  if (layers.some(({ zeroGradientSteps }) => zeroGradientSteps > 0)) return undefined;
  // Nor is one that units on flat parts let through.
  if (hasFlatUnits(window)) return undefined;
  const undone = undoneBy(window, SMALL_DROP);
  if (!undone || undone.left <= NOTHING_LEARNT) return undefined;
  const isStill = layers.every(({ movedSteps }) => movedSteps === 0);
  // A model that was trained before has little to gain; only what knowing nothing costs tells.
  const isSure = undone.isKnown || ratio < TINY_UPDATE_RATIO;
  const isWaste = isSure && window.steps >= firstPass(window);
  const rate = window.record.learningRate;
  const atRate = rate === undefined ? '' : ` at learning rate ${short(rate)}`;
  return {
    severity: isStill ? 'error' : isWaste ? 'warning' : 'information',
    ...(!isStill && { layer: worst.name }),
    evidence: { measured: ratio, threshold: SMALL_UPDATE_RATIO, unit: UNIT, window: 10 },
    message: isStill
      ? `No step has changed any weight${atRate}, though there are gradients: the updates are ` +
        'smaller than float32 can add.'
      : `The largest updates, those of ${worst.name}, change its weights by ${short(ratio)} of their size per ` +
        `step (healthy: about 1e-3)${atRate}: ${percent(worst.travel)} in all ${window.steps} steps at most, ` +
        `and the loss hardly moves (${short(window.loss.latest ?? 0)}).`,
    remedies: [raiseRate(window, ratio)],
  };
}

export const updateRatio: Rule = {
  id: 'update-ratio',
  reference:
    'Karpathy, CS231n 2016, “Ratio of weights:updates” (about 1e-3); limits of 1e-4 and 1e-1: Ben Braiek ' +
    'and Khomh 2023, TheDeepChecker.',
  openAfter: UPDATE_PERSISTENCE,
  closeAfter: CLOSE_AFTER,
  yieldsTo: [
    'exploding-gradient',
    'non-finite',
    'poor-initialization',
    'loss-activation-mismatch',
    'data-range',
  ],
  evaluate(window) {
    if (window.steps < LARGE_UPDATE_STEPS || window.isBroken) return undefined;
    // Most runs end here, at next to no cost.
    if ((undoneBy(window, SMALL_DROP)?.left ?? 0) <= UNSETTLED) return undefined;
    const worst = strongest(window.traces);
    if (!worst) return undefined;
    const large = tooLarge(window, worst) ?? thrownOff(window);
    if (large || window.steps < SMALL_UPDATE_STEPS) return large;
    return tooSmall(window, worst);
  },
};
