// What exploding gradients have in common: how they are stated, what helps, and those that are too large
// from the first step on, over the depth or beside the loss.
import type { Evidence, Remedy } from '../finding';
import { expectationOf } from '../theory/expectation';
import { batchNormalization, changeInitializer, CLIP, scaleData } from './cures';
import { depthProfile, probeSlope } from './profile';
import { lowerRate } from './rates';
import type { Statement } from './rule';
import { signalScale } from './signalScale';
import { EXPLODING_ELASTICITY, EXPLODING_FACTOR, EXPLODING_RATIO } from './thresholds';
import { LARGE_OUTPUT } from './thresholds/initialization';
import type { DiagnosisWindow, LayerTrace } from './window';
import { short, times } from './words';

/** What helps against updates that are too large, whatever made them so. */
export function remediesFor(window: DiagnosisWindow, ratio?: number): Remedy[] {
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
export function structuralRemedies(window: DiagnosisWindow): Remedy[] {
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

/** An explosion is always an error. */
export function statement(
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
export function oversized(window: DiagnosisWindow): Statement | undefined {
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
