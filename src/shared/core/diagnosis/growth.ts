// Signs of a run that blows up. Shared by the rules on exploding gradients and on non-finite values,
// so that a NaN that follows an explosion is told as one thing.
import {
  BLOW_SAMPLES,
  BLOW_STEPS,
  BLOW_UPDATE_RATIO,
  EXPLODING_GROWTH,
  EXPLODING_HOT_STEPS,
  EXPLODING_HOT_WINDOW,
  OVERFLOW_GROWTH,
  OVERFLOW_MAGNITUDE,
  RUNAWAY_FACTOR,
  RUNAWAY_GROWTH,
  RUNAWAY_LOSS_FACTOR,
  RUNAWAY_STEPS,
  UNLEARNT_SHARE,
} from './thresholds';
import { outputGrowth } from './culprit';
import type { DiagnosisWindow, PastStep } from './window';

/** How much a run has grown, between two steps. */
export interface Growth {
  from: PastStep;
  to: PastStep;
  /** Gradient norm at `to` ÷ reference. */
  factor: number;
}

/**
 * Loss of the first weights: single batches can be low by chance, and the first probe, which has more
 * samples, is believed where it is higher.
 */
function startLoss({ loss, firstProbe }: DiagnosisWindow, own = loss.start): number {
  const probed = firstProbe?.loss;
  return probed !== undefined && Number.isFinite(probed) ? Math.max(own, probed) : own;
}

/** Gradient norm and loss far above the first steps, in most of the newest steps. */
export function sustainedGrowth(window: DiagnosisWindow): Growth | undefined {
  const reference = window.referenceNorm;
  const recent = window.past.slice(-EXPLODING_HOT_WINDOW);
  const level = startLoss(window, window.loss.reference);
  const hot = recent.filter(
    ({ loss, gradientNorm }) =>
      gradientNorm > EXPLODING_GROWTH * reference &&
      loss !== undefined &&
      window.loss.hasRisen(loss, level),
  );
  const [from, to] = [hot[0], hot.at(-1)];
  if (!from || !to || hot.length < EXPLODING_HOT_STEPS || reference === 0) return undefined;
  // Told from the first steps on, which `reference` stands for.
  return {
    from: { ...from, loss: window.loss.reference },
    to,
    factor: to.gradientNorm / reference,
  };
}

/**
 * Gradient norm and loss multiply with every step, beyond any norm seen before: in batches of one sample
 * losses multiply by chance, between sizes that both were there already.
 */
export function runaway(window: DiagnosisWindow): Growth | undefined {
  const { past } = window;
  let begin = past.length - 1;
  while (begin > 0) {
    const [before, after] = [past[begin - 1], past[begin]];
    if (before?.loss === undefined || after?.loss === undefined || after.isBroken) break;
    if (!(after.gradientNorm >= RUNAWAY_FACTOR * before.gradientNorm)) break;
    if (!(before.loss > 0 && after.loss >= RUNAWAY_LOSS_FACTOR * before.loss)) break;
    begin--;
  }
  const [from, to] = [past[begin], past.at(-1)];
  if (!from || !to || past.length - 1 - begin < RUNAWAY_STEPS) return undefined;
  const factor = to.gradientNorm / from.gradientNorm;
  const aboveStart = to.loss !== undefined && window.loss.hasRisen(to.loss, startLoss(window));
  let seen = window.peakNorm;
  for (let i = 0; i < begin; i++) seen = Math.max(seen, past[i]?.gradientNorm ?? 0);
  if (to.gradientNorm < RUNAWAY_FACTOR * seen) return undefined;
  return factor >= RUNAWAY_GROWTH && aboveStart ? { from, to, factor } : undefined;
}

/** True where one step replaced the weights, the loss leapt up, and it has not come back. */
export function isBlown(window: DiagnosisWindow): boolean {
  const { blow, loss, facts } = window;
  if (!blow || blow.updateRatio < BLOW_UPDATE_RATIO) return false;
  // The lowest of a few single samples would say little.
  const enough = facts ? Math.max(BLOW_STEPS, BLOW_SAMPLES / facts.batchSize) : BLOW_STEPS;
  if (blow.stepsSince < enough) return false;
  const start = startLoss(window);
  return loss.hasRisen(blow.highest, start) && blow.lowest >= UNLEARNT_SHARE * start;
}

/**
 * The growth that led to the non-finite values of the newest steps: the last finite steps multiplied
 * gradients or weights, or reached sizes whose squares overflow float32.
 */
export function growthBeforeBreak(window: DiagnosisWindow): Growth | undefined {
  const before = window.breakage?.before ?? [];
  const to = before.at(-1);
  if (!to) return undefined;
  const from = before.reduce((low, fact) => (fact.gradientNorm < low.gradientNorm ? fact : low));
  const factor = to.gradientNorm / (from.gradientNorm || Number.MIN_VALUE);
  const lossRose =
    to.loss !== undefined && from.loss !== undefined && window.loss.hasRisen(to.loss, from.loss);
  const grew = factor >= OVERFLOW_GROWTH && lossRose;
  // A step that replaced the weights, at a gradient that is large beside any usual one.
  const replaced = to.updateRatio >= BLOW_UPDATE_RATIO && to.gradientNorm > 1;
  const isHuge = to.gradientNorm > OVERFLOW_MAGNITUDE;
  return grew || replaced || isHuge ? { from, to, factor } : undefined;
}

/**
 * What makes the newest break an explosion: the steps before it, or layer outputs that grow by
 * {@link OVERFLOW_GROWTH} per layer until they overflow within one forward pass.
 */
export function explosionAtBreak(
  window: DiagnosisWindow,
): { growth?: Growth; outputs?: ReturnType<typeof outputGrowth> } | undefined {
  if (!window.breakage || !window.isBroken) return undefined;
  const growth = growthBeforeBreak(window);
  if (growth) return { growth };
  const outputs = outputGrowth(window, window.breakage);
  return outputs && outputs.factor >= OVERFLOW_GROWTH ? { outputs } : undefined;
}
