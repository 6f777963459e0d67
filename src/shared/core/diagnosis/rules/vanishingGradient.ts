// Vanishing gradient: the first layers get so much less gradient than the last that they do not
// learn. Needs all of: small beside the last layer, shrinking layer by layer, without effect on the
// loss, for many steps, and a loss that does not improve.
import type { Remedy } from '../../finding';
import { expectationOf } from '../../theory/expectation';
import { alwaysShrinks } from '../../theory/activations';
import { batchNormalization, changeInitializer, namesOf } from '../cures';
import { depthProfile, isEscaping, probeProfile, type DepthProfile } from '../profile';
import type { Rule, Statement } from '../rule';
import {
  VANISHED_ELASTICITY,
  VANISHED_LEFT,
  VANISHED_RATIO,
  VANISHED_STEPS,
  VANISHED_UPDATE,
  VANISHING_CLOSE,
  VANISHING_ELASTICITY,
  VANISHING_FACTOR,
  VANISHING_PERSISTENCE,
  VANISHING_RATIO,
  VANISHING_RMS,
} from '../thresholds';
import { activationOf } from '../units';
import type { DiagnosisWindow, LayerTrace } from '../window';
import { short, times } from '../words';

/** Activations that flatten out on both sides: what saturates them makes gradients vanish. */
const FLATTENING = new Set(['tanh', 'softsign']);

/** Small in itself: the layer's weights hardly move the loss. */
function isPowerless(trace: LayerTrace, limit: number): boolean {
  if (trace.elasticityLog !== undefined) return 10 ** trace.elasticityLog < limit;
  return trace.gradientLog !== undefined && 10 ** trace.gradientLog < VANISHING_RMS;
}

/**
 * The profile that vanishes towards the input: by weight gradients, by δ of the training batches, or by δ
 * of the first probe. δ shows what weight gradients hide in ReLU nets, where the outputs that they are
 * multiplied with shrink the other way.
 */
function vanishingProfile(window: DiagnosisWindow): DepthProfile | undefined {
  for (const of of ['gradient', 'delta', 'probe'] as const) {
    const profile = of === 'probe' ? probeProfile(window) : depthProfile(window.traces, of);
    if (!profile || profile.ratio >= VANISHING_RATIO || profile.factor >= VANISHING_FACTOR)
      continue;
    if (isPowerless(profile.first, VANISHING_ELASTICITY)) return profile;
  }
  return undefined;
}

/** True where it is quickly told that nothing vanishes: asked at every step of every healthy net. */
function isSound({ traces, loss, earlyVanishing }: DiagnosisWindow): boolean {
  const first = traces.find(({ hasMatrix }) => hasMatrix);
  if (!first || !isPowerless(first, VANISHING_ELASTICITY)) return true;
  return loss.latest !== undefined && !earlyVanishing && loss.remaining <= VANISHED_LEFT;
}

/** True where the loss shows that the net does not learn. */
function isStuck(window: DiagnosisWindow, profile: DepthProfile): boolean {
  const { loss } = window;
  if (loss.latest === undefined) return true;
  if (isEscaping(profile.first)) return false;
  // What the first probe showed need not hold any more once something was learnt.
  if (profile.isInitial) return loss.isFlat && loss.isUnlearnt;
  const isDead = profile.ratio < VANISHED_RATIO && isPowerless(profile.first, VANISHED_ELASTICITY);
  if (isDead && loss.remaining > VANISHED_LEFT) return true;
  // A net that had a sound profile while it learnt, and is done learning, is not sick.
  return loss.isFlat && (window.earlyVanishing || loss.isUnlearnt);
}

function remediesFor(window: DiagnosisWindow, profile: DepthProfile): Remedy[] {
  const hidden = profile.layers.filter((layer) => layer !== profile.last);
  const named = (test: (activation: string) => boolean): string[] =>
    hidden.map(({ name }) => name).filter((name) => test(activationOf(window, name) ?? ''));
  const shrinking = named(alwaysShrinks);
  const flattening = shrinking.length > 0 ? shrinking : named((name) => FLATTENING.has(name));
  const names = hidden.map(({ name }) => name);
  const remedies: Remedy[] = [];
  const [one] = flattening;
  if (one !== undefined) {
    remedies.push({
      id: 'change-activation',
      title:
        `Use activation 'relu' with kernelInitializer 'heUniform' instead of ` +
        `'${activationOf(window, one) ?? ''}' in ${namesOf(flattening)}.`,
      layers: flattening,
      values: { activation: 'relu', initializer: 'heUniform' },
    });
  }
  if (shrinking.length === 0) remedies.push(changeInitializer(window, names));
  remedies.push(
    batchNormalization(names),
    {
      id: 'residual',
      title: 'Add residual connections (tf.layers.add) around pairs of layers.',
      layers: names,
    },
    { id: 'fewer-layers', title: 'Use fewer layers: each one shrinks the gradient further.' },
  );
  return remedies;
}

function state(window: DiagnosisWindow, profile: DepthProfile): Statement {
  const { first, last, layers } = profile;
  const size = 10 ** (first.gradientLog ?? 0);
  const what = profile.of === 'gradient' ? 'Gradients' : 'Gradients of the layer outputs';
  const weak = layers.filter(
    (layer) => layer !== first && isPowerless(layer, VANISHING_ELASTICITY),
  );
  const elasticity = first.elasticityLog;
  const expectation = expectationOf(
    window.facts,
    layers.map(({ name }) => name),
    profile.of,
    profile.factor,
  );
  // Adam divides by the size of the gradient: what it moves may still find a way out.
  // Where that is not known, time has to tell.
  const moves = first.steps === 0 || 10 ** (first.updateLog ?? -Infinity) > VANISHED_UPDATE;
  return {
    severity: moves && window.steps < VANISHED_STEPS ? 'warning' : 'error',
    layer: first.name,
    relatedLayers: weak.map((layer) => layer.name),
    evidence: {
      measured: profile.ratio,
      threshold: VANISHING_RATIO,
      unit: `RMS gradient of ${first.name} ÷ that of ${last.name}`,
      window: Math.min(window.steps, VANISHING_PERSISTENCE),
    },
    message:
      `${what} shrink ${times(profile.factor)} per layer from ${last.name} to ${first.name} ` +
      `(${layers.length} layers${expectation ? `; ${expectation.words}` : ''}): ${first.name} gets ${short(size)} RMS, ${short(profile.ratio)} ` +
      `of what ${last.name} gets` +
      (elasticity === undefined
        ? '.'
        : `, and its weights hardly affect the loss (${short(10 ** elasticity)} relative).`) +
      (window.loss.latest === undefined
        ? ''
        : ` The loss does not improve (${short(window.loss.latest)}).`),
    remedies: remediesFor(window, profile),
    ...(expectation && { expectation }),
  };
}

export const vanishingGradient: Rule = {
  id: 'vanishing-gradient',
  reference:
    'Glorot and Bengio 2010, “Understanding the difficulty of training deep feedforward neural networks”; ' +
    'Schoenholz et al. 2017, “Deep Information Propagation” (factor per layer √χ₁); ' +
    'ratio of first to last layer: Zhang et al. 2021, AUTOTRAINER.',
  openAfter: VANISHING_PERSISTENCE,
  closeAfter: VANISHING_CLOSE,
  // Weights that were thrown off, or started off, saturate or silence the net, and its gradients vanish.
  yieldsTo: [
    'exploding-gradient',
    'non-finite',
    'poor-initialization',
    'framework-defect',
    'data-range',
    'dead-units',
    'saturated-units',
  ],
  evaluate(window) {
    if (!window.isSettled) {
      window.earlyVanishing = vanishingProfile(window) !== undefined;
      return undefined;
    }
    if (isSound(window)) return undefined;
    const profile = vanishingProfile(window);
    return profile && isStuck(window, profile) ? state(window, profile) : undefined;
  },
};
