// Exploding gradient: gradients grow over the steps until training is thrown off (learning rate or
// weights too large), or over the depth so that the first layers are shaken instead of taught. A NaN
// at the end of it is part of the same finding. Size alone is never a sign: huge targets have it too.
import type { Evidence, Remedy } from '../../finding';
import { expectationOf } from '../../theory/expectation';
import { findCulprit } from '../culprit';
import { batchNormalization, changeInitializer, CLIP, scaleData } from '../cures';
import { explosionAtBreak, isBlown, runaway, sustainedGrowth, type Growth } from '../growth';
import { depthProfile, probeSlope } from '../profile';
import { lowerRate } from '../rates';
import type { Rule, Statement } from '../rule';
import { signalScale } from '../signalScale';
import {
  BLOW_UPDATE_RATIO,
  CLOSE_AFTER,
  EXPLODING_ELASTICITY,
  EXPLODING_FACTOR,
  EXPLODING_GROWTH,
  EXPLODING_RATIO,
  OVERFLOW_GROWTH,
} from '../thresholds';
import { LARGE_OUTPUT } from '../thresholds/initialization';
import type { DiagnosisWindow, LayerTrace } from '../window';
import { percent, short, times } from '../words';

/** What helps against updates that are too large, whatever made them so. */
function remediesFor(window: DiagnosisWindow, ratio?: number): Remedy[] {
  const layers = hiddenLayers(window);
  const scale = window.facts && signalScale(window.facts);
  // Initial weights that are known to be sound are not to blame.
  const isSound = scale !== undefined && scale.total < LARGE_OUTPUT;
  return [
    lowerRate(window, ratio),
    CLIP,
    ...(isSound ? [] : [changeInitializer(window, layers)]),
    ...scaleData(window),
  ];
}

/** What helps against a growth over depth. */
function structuralRemedies(window: DiagnosisWindow): Remedy[] {
  const layers = hiddenLayers(window);
  return [
    changeInitializer(window, layers),
    batchNormalization(layers),
    CLIP,
    lowerRate(window),
    ...scaleData(window),
  ];
}

function hiddenLayers({ traces, facts }: DiagnosisWindow): string[] {
  const outputs = new Set(facts?.outputs.map(({ layer }) => layer));
  const names = traces.filter(({ hasMatrix }) => hasMatrix).map(({ name }) => name);
  const hidden = names.filter((name) => !outputs.has(name));
  return hidden.length > 0 ? hidden : names;
}

/** The layer with most gradient beside its weights: where the explosion hits hardest. */
function hardestHit(traces: readonly LayerTrace[]): LayerTrace | undefined {
  const strength = ({ latest }: LayerTrace): number =>
    latest ? latest.gradient.norm / Math.max(latest.weight.norm, 1e-12) : 0;
  return traces
    .filter((trace) => trace.hasMatrix)
    .reduce<LayerTrace | undefined>(
      (best, trace) => (best && strength(best) >= strength(trace) ? best : trace),
      undefined,
    );
}

function statement(
  layer: string | undefined,
  since: number,
  evidence: Evidence,
  message: string,
  remedies: readonly Remedy[],
): Statement {
  return {
    severity: 'error',
    ...(layer !== undefined && { layer }),
    since,
    evidence,
    message,
    remedies,
  };
}

/** ` while the loss goes from 0.7 to 5e12`. */
function lossWords({ from, to }: Growth): string {
  if (from.loss === undefined || to.loss === undefined) return '';
  return ` while the loss goes from ${short(from.loss)} to ${short(to.loss)}`;
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
      `${lossWords(growth)}: each update (${percent(to.updateRatio)} of the weights of ` +
      `${hit ?? 'a layer'}) makes the next gradient larger${ending}.`,
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
  if (growth.factor >= OVERFLOW_GROWTH) return growing(window, growth, ending);
  const { to } = growth;
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

/** Gradients that grow towards the input, by the weights of the newest steps or by the first probe. */
function growingOverDepth(window: DiagnosisWindow): Statement | undefined {
  const profile = depthProfile(window.traces, 'gradient');
  const isSteep = (slope: { factor: number } | undefined, total = 0): boolean =>
    slope !== undefined && total > EXPLODING_RATIO && slope.factor > EXPLODING_FACTOR;
  if (profile && isSteep(profile, profile.ratio)) {
    const { first, last, factor, ratio, layers } = profile;
    const names = layers.map(({ name }) => name);
    const expectation = expectationOf(window.facts, names, 'gradient', factor);
    const made = statement(
      first.name,
      window.record.step,
      {
        measured: ratio,
        threshold: EXPLODING_RATIO,
        unit: `RMS gradient of ${first.name} ÷ that of ${last.name}`,
        window: window.steps,
      },
      `Gradients grow ${times(factor)} per layer from ${last.name} to ${first.name}, ` +
        `${times(ratio)} in all${expectation ? ` (${expectation.words})` : ''}, and the loss does ` +
        'not improve.',
      structuralRemedies(window),
    );
    return { ...made, ...(expectation && { expectation }) };
  }
  for (const of of ['activation', 'delta'] as const) {
    const slope = probeSlope(window, of);
    if (!slope || !isSteep(slope, slope.total)) continue;
    const [from = '', to = ''] =
      of === 'activation'
        ? [slope.layers[0], slope.layers.at(-1)]
        : [slope.layers.at(-1), slope.layers[0]];
    const expectation = expectationOf(window.facts, slope.layers, of, slope.factor);
    const what = of === 'activation' ? 'Layer outputs' : 'Gradients of the layer outputs';
    const made = statement(
      to,
      window.firstProbeStep,
      {
        measured: slope.total,
        threshold: EXPLODING_RATIO,
        unit: `RMS of ${to} ÷ that of ${from}`,
        window: 1,
      },
      `${what} grow ${times(slope.factor)} per layer from ${from} to ${to}, ` +
        `${times(slope.total)} in all${expectation ? ` (${expectation.words})` : ''}, and the ` +
        'loss does not improve.',
      structuralRemedies(window),
    );
    return { ...made, ...(expectation && { expectation }) };
  }
  return undefined;
}

/** Gradients that grow over depth, or that outweigh the loss, while nothing is learnt. */
function oversized(window: DiagnosisWindow): Statement | undefined {
  const { loss, traces } = window;
  if (!window.isSettled || !loss.isFlat || !loss.isUnlearnt) return undefined;
  const growing = growingOverDepth(window);
  if (growing) return growing;
  const strongest = traces
    .filter((trace) => trace.hasMatrix)
    .reduce<LayerTrace | undefined>(
      (best, trace) =>
        (best?.elasticityLog ?? -Infinity) >= (trace.elasticityLog ?? -Infinity) ? best : trace,
      undefined,
    );
  const elasticity = 10 ** (strongest?.elasticityLog ?? -Infinity);
  if (!strongest || elasticity < EXPLODING_ELASTICITY) return undefined;
  return statement(
    strongest.name,
    window.record.step,
    {
      measured: elasticity,
      threshold: EXPLODING_ELASTICITY,
      unit: '‖gradient‖ · ‖weights‖ ÷ loss',
      window: window.steps,
    },
    `The gradient of ${strongest.name} is so large (norm ` +
      `${short(strongest.latest?.gradient.norm ?? 0)}) that a change of its weights by 0.01 % would ` +
      `change the loss by ${short(elasticity * 0.01)} %; the loss does not improve.`,
    structuralRemedies(window),
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
