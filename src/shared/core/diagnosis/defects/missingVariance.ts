// `heNormal`, `glorotNormal` and `leCunNormal` of tfjs 4.22 draw weights with 0.774 of the variance that
// they stand for: a normal distribution is cut off at two deviations and, unlike in Keras, not scaled
// up to make up for it (https://github.com/tensorflow/tfjs/issues/8594). Each layer takes 12 % off the
// signal; many in a row add up.
import type { ModelFacts } from '../../facts';
import type { Remedy } from '../../finding';
import {
  commonName,
  intendedVariance,
  meanSquare,
  TRUNCATED_VARIANCE,
  varianceScaling,
} from '../../theory/initializers';
import { severityOfSmall } from '../initialSignal';
import type { Statement } from '../rule';
import { signalScale, type ScaledLayer } from '../signalScale';
import {
  NORMAL_LAYERS,
  NORMAL_SHARE,
  NORMAL_SIGNAL,
  NORMAL_VARIANCE,
} from '../thresholds/initialization';
import { LITTLE_LEARNT } from '../thresholds/updates';
import { undoneBy } from '../undone';
import type { DiagnosisWindow } from '../window';
import { percent, short } from '../words';

interface Shortfall {
  layers: readonly ScaledLayer[];
  /** Variance drawn ÷ variance meant, over all their weights. */
  ratio: number;
  initializers: ReadonlyMap<string, string[]>;
  /** Share of the lost signal of the whole net that is due to it, on a logarithmic scale. */
  share: number;
}

function compute(facts: ModelFacts): Shortfall | undefined {
  const scale = signalScale(facts);
  if (!scale) return undefined;
  const layers: ScaledLayer[] = [];
  const initializers = new Map<string, string[]>();
  let drawn = 0;
  let count = 0;
  for (const layer of scale.layers) {
    const { kernelInitializer, initialKernel, name } = layer.facts;
    const scaling = kernelInitializer && varianceScaling(kernelInitializer);
    if (!scaling || scaling.distribution !== 'normal' || !initialKernel) continue;
    const variance = intendedVariance(scaling, layer.facts);
    if (variance === undefined) continue;
    // Weights beyond the cut were not drawn by it: they were loaded, or trained before.
    const largest = Math.max(-initialKernel.min, initialKernel.max);
    if (largest > 2.001 * Math.sqrt(variance)) continue;
    layers.push(layer);
    drawn += (meanSquare(initialKernel) / variance) * initialKernel.count;
    count += initialKernel.count;
    const common = commonName(scaling);
    const names = initializers.get(common);
    if (names) names.push(name);
    else initializers.set(common, [name]);
  }
  const ratio = drawn / count;
  if (layers.length < NORMAL_LAYERS || !(ratio < NORMAL_VARIANCE)) return undefined;
  const share = (layers.length * Math.log(ratio)) / 2 / Math.log(scale.total);
  return { layers, ratio, initializers, share: scale.total < 1 ? share : 0 };
}

const cache = new WeakMap<ModelFacts, Shortfall | undefined>();

function remedyOf(initializer: string, layers: string[]): Remedy {
  const uniform = initializer.replace('Normal', 'Uniform');
  const title =
    initializer === 'varianceScaling'
      ? "Give varianceScaling the distribution 'uniform', whose variance is right"
      : `Use '${uniform}' instead of '${initializer}': the same variance, and right`;
  return {
    id: 'change-initializer',
    title: `${title} (${layers.length === 1 ? (layers[0] ?? '') : `${layers.length} layers`}).`,
    layers,
    values: {
      initializer: uniform,
      option: 'kernelInitializer',
      ...(initializer === 'varianceScaling' && { distribution: 'uniform' }),
    },
  };
}

/** States the defect for nets with enough such layers in a row, and nothing between that makes up for it. */
export function missingVariance(window: DiagnosisWindow, facts: ModelFacts): Statement | undefined {
  if (!cache.has(facts)) cache.set(facts, compute(facts));
  const found = cache.get(facts);
  const scale = signalScale(facts);
  const [first] = found?.layers ?? [];
  if (!found || !scale || !first) return undefined;
  const { layers, ratio, initializers, share } = found;
  // It spoils the run where it is the main reason for a signal that is too small, and training is stuck.
  const isToBlame = scale.total < NORMAL_SIGNAL && share > NORMAL_SHARE;
  const isSpoilt =
    isToBlame &&
    (severityOfSmall(window, scale.layers) !== 'information' ||
      (undoneBy(window)?.left ?? 0) > LITTLE_LEARNT);
  const left = ratio ** (layers.length / 2);
  const names = [...initializers.keys()].map((name) => `'${name}'`).join(' and ');
  return {
    severity: isSpoilt ? 'warning' : 'information',
    layer: first.facts.name,
    relatedLayers: layers.slice(1).map((layer) => layer.facts.name),
    since: facts.step,
    evidence: {
      measured: ratio,
      threshold: NORMAL_VARIANCE,
      unit: 'variance of the initial weights ÷ variance that their initializer stands for',
      window: 1,
    },
    message:
      `tfjs gives ${names} ${percent(1 - ratio)} too little variance: ${layers.length} layers that ` +
      `start from ${initializers.size === 1 ? 'it' : 'them'} leave ${short(left)} of a signal` +
      (isSpoilt ? ', and the loss does not improve.' : '.'),
    remedies: [...initializers].map(([name, list]) => remedyOf(name, list)),
    expectation: {
      expected: TRUNCATED_VARIANCE,
      measured: ratio,
      unit: 'variance ÷ variance meant',
      words: `a normal distribution cut off at two deviations has ${short(TRUNCATED_VARIANCE)} of its variance`,
      reference: 'https://github.com/tensorflow/tfjs/issues/8594',
    },
  };
}
