// Unchanged weights: a layer that is to be trained and never moves while others do. Either no gradient
// reaches it, or one so small that float32 loses it, or the optimizer does not know of it.
import type { Remedy } from '../../finding';
import type { Rule, Statement } from '../rule';
import { CLOSE_AFTER } from '../thresholds';
import {
  LEFT_OUT_BLAME_STEPS,
  LITTLE_LEARNT,
  UNCHANGED_BLAME_STEPS,
  UNCHANGED_STEPS,
} from '../thresholds/updates';
import type { DiagnosisWindow, LayerTrace } from '../window';
import { undoneBy } from '../undone';
import { short } from '../words';

const CHECK_GRAPH: Remedy = {
  id: 'check-graph',
  title:
    'Look for what cuts the layer off from the loss: values read back with dataSync or arraySync, argMax, round, comparisons, a product with zero.',
};

const CHECK_VARIABLES: Remedy = {
  id: 'check-variables',
  title:
    'Hand their variables to the optimizer too, or call minimize without a list, which trains all; set `trainable` to false where they are meant to stay as they are.',
};

function unfreeze(layers: readonly string[]): Remedy {
  return {
    id: 'unfreeze',
    title: 'Set `trainable` before model.compile(), and compile again after changing it.',
    layers,
  };
}

/** Layers that were to be trained and are in no step record. */
function unknownToOptimizer(window: DiagnosisWindow): string[] {
  const unknown: string[] = [];
  for (const { name, trainable, initialKernel } of window.facts?.layers ?? []) {
    if (trainable && initialKernel && !window.hasTrace(name)) unknown.push(name);
  }
  return unknown;
}

function names(layers: readonly string[]): string {
  return layers.length <= 3
    ? layers.join(', ')
    : `${layers.slice(0, 3).join(', ')} and ${layers.length - 3} more`;
}

function state(
  window: DiagnosisWindow,
  layers: readonly string[],
  why: string,
  remedies: readonly Remedy[],
  blameSteps = UNCHANGED_BLAME_STEPS,
): Statement {
  const [first, ...others] = layers;
  const isPoor = window.steps >= blameSteps && (undoneBy(window)?.left ?? 0) > LITTLE_LEARNT;
  return {
    // A net that learns without them wastes them; it does not fail.
    severity: isPoor ? 'warning' : 'information',
    ...(first !== undefined && { layer: first }),
    relatedLayers: others,
    since: window.firstStep,
    evidence: {
      measured: 0,
      threshold: 0,
      unit: '‖Δw‖ ÷ ‖w‖ in all steps',
      window: window.steps,
    },
    message:
      `The weights of ${names(layers)} have not changed in ${window.steps} steps, while those of ` +
      `other layers have: ${why}.`,
    remedies,
  };
}

/** Of layers that are in the records: what keeps them still. */
function stillLayers(window: DiagnosisWindow, still: readonly LayerTrace[]): Statement {
  const layers = still.map(({ name }) => name);
  const [first] = still;
  if (!first || first.zeroGradientSteps === first.steps) {
    return state(window, layers, 'their gradient is exactly zero', [CHECK_GRAPH]);
  }
  const { gradient, weight } = first.latest ?? {};
  const size = (norm = 0, count = 1): string => short(norm / Math.sqrt(Math.max(1, count)));
  return state(
    window,
    layers,
    `the gradient of ${first.name} (${size(gradient?.norm, gradient?.count)} RMS) is too small to ` +
      `change its weights (${size(weight?.norm, weight?.count)} RMS) in float32`,
    [CHECK_GRAPH],
  );
}

export const unchangedWeights: Rule = {
  id: 'unchanged-weights',
  reference:
    'SageMaker Debugger 2020 (UnchangedTensor), but exactly: not one bit changed, while others did.',
  openAfter: 1,
  closeAfter: CLOSE_AFTER,
  yieldsTo: [
    'exploding-gradient',
    'non-finite',
    'dead-units',
    'saturated-units',
    'vanishing-gradient',
    'poor-initialization',
  ],
  evaluate(window) {
    if (window.steps < UNCHANGED_STEPS || window.isBroken) return undefined;
    const { traces } = window;
    if (!traces.some(({ movedSteps }) => movedSteps * 2 > window.steps)) return undefined;
    const still = traces.filter(
      ({ hasMatrix, movedSteps, steps }) =>
        hasMatrix && movedSteps === 0 && steps >= UNCHANGED_STEPS,
    );
    if (still.length > 0) return stillLayers(window, still);
    const unknown = unknownToOptimizer(window);
    if (unknown.length > 0) {
      return state(window, unknown, 'no gradient is computed for them', [
        unfreeze(unknown),
        CHECK_GRAPH,
      ]);
    }
    const leftOut = window.leftOut.map(({ name }) => name);
    if (leftOut.length === 0) return undefined;
    const why = 'the loss is computed with them, but no optimizer is given their variables';
    return state(window, leftOut, why, [CHECK_VARIABLES], LEFT_OUT_BLAME_STEPS);
  },
};
