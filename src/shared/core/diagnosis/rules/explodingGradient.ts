// Exploding gradient: gradients grow over the steps until training is thrown off (learning rate or
// weights too large), or over the depth so that the first layers are shaken instead of taught. A NaN
// at the end of it is part of the same finding. Size alone is never a sign: huge targets have it too.
import { isAbsent } from '../../absent';
import { findCulprit } from '../culprit';
import { oversized, remediesFor, statement, structuralRemedies } from '../explosions';
import { explosionAtBreak, isBlown, runaway, sustainedGrowth, type Growth } from '../growth';
import type { Rule, Statement } from '../rule';
import { BLOW_UPDATE_RATIO, CLOSE_AFTER, EXPLODING_GROWTH, OVERFLOW_GROWTH } from '../thresholds';
import type { DiagnosisWindow, LayerTrace } from '../window';
import { percent, short, times } from '../words';

/** The layer with most gradient beside its weights: where the explosion hits hardest. */
function hardestHit(traces: readonly LayerTrace[]): LayerTrace | undefined {
  const strength = ({ latest }: LayerTrace): number =>
    !latest || isAbsent(latest.gradient)
      ? 0
      : latest.gradient.norm / (isAbsent(latest.weight) ? 1 : Math.max(latest.weight.norm, 1e-12));
  return traces
    .filter((trace) => trace.hasMatrix)
    .reduce<LayerTrace | undefined>(
      (best, trace) => (best && strength(best) >= strength(trace) ? best : trace),
      undefined,
    );
}

/** ` while the loss goes from 0.7 to 5e12`. */
function lossWords({ from, to }: Growth): string {
  if (from.loss === undefined || to.loss === undefined) return '';
  return ` while the loss goes from ${short(from.loss)} to ${short(to.loss)}`;
}

/** ` (12 % of the weights of dense)`; nothing where no update is known. */
function updateWords({ to }: Growth, layer: string | undefined): string {
  if (to.updateLayer === '') return '';
  return ` (${percent(to.updateRatio)} of the weights of ${layer ?? 'a layer'})`;
}

function growing(window: DiagnosisWindow, growth: Growth, ending = ''): Statement {
  const { from, to, factor } = growth;
  const hit = to.updateLayer || hardestHit(window.traces)?.name;
  return statement(
    hit,
    from.step,
    {
      measured: factor,
      threshold: EXPLODING_GROWTH,
      unit: 'gradient norm ÷ gradient norm before',
      window: to.step - from.step + 1,
    },
    `The gradient norm grows ${times(factor)} to ${short(to.gradientNorm)} by step ${to.step}` +
      `${lossWords(growth)}: each update${updateWords(growth, hit)} makes the next gradient larger${ending}.`,
    remediesFor(window, to.updateRatio),
  );
}

/** An explosion that ended in NaN or infinite values. */
function overflowed(window: DiagnosisWindow): Statement | undefined {
  const explosion = explosionAtBreak(window);
  const { breakage } = window;
  if (!explosion || !breakage) return undefined;
  const culprit = findCulprit(window, breakage);
  const { step } = breakage.record;
  const place = culprit?.tensor ?? culprit?.layer ?? 'the loss';
  if (explosion.outputs) {
    const { from, to, factor } = explosion.outputs;
    return statement(
      culprit?.layer ?? to,
      step,
      { measured: factor, threshold: OVERFLOW_GROWTH, unit: 'output RMS per layer', window: 1 },
      `Layer outputs grow ${times(factor)} per layer from ${from} to ${to} and overflow to ` +
        `NaN or infinity in ${place} at step ${step}: the weights are too large for this depth.`,
      structuralRemedies(window),
    );
  }
  const { growth } = explosion;
  if (!growth) return undefined;
  const ending = `, until values overflow to NaN or infinity in ${place} at step ${step}`;
  const { to } = growth;
  const isUpdateKnown = to.updateLayer !== '';
  if (growth.factor >= OVERFLOW_GROWTH || !isUpdateKnown) return growing(window, growth, ending);
  const hit = to.updateLayer || hardestHit(window.traces)?.name;
  return statement(
    hit,
    to.step,
    {
      measured: to.updateRatio,
      threshold: BLOW_UPDATE_RATIO,
      unit: '‖Δw‖ ÷ ‖w‖',
      window: 1,
    },
    `The gradient norm is ${short(to.gradientNorm)} at step ${to.step} and one update changes ` +
      `${percent(to.updateRatio)} of the weights of ${hit ?? 'a layer'}${ending}.`,
    remediesFor(window, to.updateRatio),
  );
}

/** One update replaced the weights and the loss has not recovered. */
function blown(window: DiagnosisWindow): Statement | undefined {
  const { blow, loss } = window;
  if (!blow || !isBlown(window)) return undefined;
  return statement(
    blow.layer,
    blow.step,
    {
      measured: blow.updateRatio,
      threshold: BLOW_UPDATE_RATIO,
      unit: '‖Δw‖ ÷ ‖w‖',
      window: blow.stepsSince,
    },
    `One update changed the weights of ${blow.layer} by ${percent(blow.updateRatio)} ` +
      `at step ${blow.step}; the loss leapt from ${short(loss.start)} to ${short(blow.highest)} ` +
      'and has not come back.',
    remediesFor(window, blow.updateRatio),
  );
}

export const explodingGradient: Rule = {
  id: 'exploding-gradient',
  reference:
    'Bengio et al. 1994 and Pascanu et al. 2013, “On the difficulty of training recurrent neural networks” ' +
    '(growth, clipping by norm); size is judged only beside the loss, as AUTOTRAINER and BTTackler do.',
  openAfter: 1,
  closeAfter: CLOSE_AFTER,
  yieldsTo: ['poor-initialization', 'data-range'],
  evaluate(window) {
    if (window.isBroken) return overflowed(window);
    // What an opponent moves is no measure of an explosion.
    if (window.loss.isContested) return undefined;
    const growth = runaway(window) ?? sustainedGrowth(window);
    if (growth) return growing(window, growth);
    return blown(window) ?? oversized(window);
  },
};
