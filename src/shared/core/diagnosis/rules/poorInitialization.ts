// Poor initialization: weights from which training cannot start, or starts far off. Units that are
// copies of each other, weights too small or too large for the depth, biases that hold units fast. What
// the initial weights imply is certain; whether it matters, the loss says.
import type { ModelFacts } from '../../facts';
import type { Remedy } from '../../finding';
import { heldByBias, identicalLayer, type HeldLayer } from '../initialState';
import { statementOnScale } from '../initialSignal';
import type { Rule, Statement } from '../rule';
import { signalScale, soundInitializer } from '../signalScale';
import { standingOf } from '../standing';
import { stalledLayers, type Stalled } from '../symmetry';
import { CLOSE_AFTER } from '../thresholds';
import { HELD_SHARE, HUGE_BIAS_RATIO } from '../thresholds/initialization';
import type { DiagnosisWindow } from '../window';
import { percent, short } from '../words';

function initialize(layers: readonly string[], initializer: string): Remedy {
  return {
    id: 'change-initializer',
    title: `Initialize ${layers.length === 1 ? (layers[0] ?? '') : `${layers.length} layers`} with kernelInitializer '${initializer}'.`,
    layers,
    values: { initializer, option: 'kernelInitializer' },
  };
}

const cache = new WeakMap<ModelFacts, readonly Stalled[]>();

function stalled(facts: ModelFacts): readonly Stalled[] {
  let found = cache.get(facts);
  if (!found) cache.set(facts, (found = stalledLayers(facts)));
  return found;
}

/** Weights that are all equal, or zero: certain before the first step. */
function onStalled(layers: readonly Stalled[]): Statement | undefined {
  const [first] = layers;
  if (!first) return undefined;
  const { layer, kind, reader } = first;
  const units = layer.outputShape.at(-1) ?? 0;
  const value = short(layer.initialKernel?.max ?? 0);
  const involved = new Set(layers.map((one) => one.layer.name));
  // The reader is to blame as well where it is equal too: one of the two has to change.
  if (kind === 'symmetric' && reader) involved.add(reader.name);
  const names = [...involved];
  return {
    severity: 'error',
    layer: layer.name,
    relatedLayers: names.slice(1),
    since: 1,
    evidence: {
      measured: layer.initialKernel?.std ?? 0,
      threshold: 0,
      unit: 'standard deviation of the initial weights',
      window: 1,
    },
    message:
      kind === 'mute'
        ? `All weights of ${layer.name} start at 0, where ${layer.activation ?? 'its activation'} ` +
          'has neither output nor slope: it gets no gradient and stays as it is, and nothing ' +
          'passes through it.'
        : `All weights of ${layer.name} start at ${value}, and so do those of ` +
          `${reader?.name ?? 'the next layer'} (${short(reader?.initialKernel?.max ?? 0)}): its ` +
          `${units} units are copies of each other, get the same gradient, and stay copies. The ` +
          'layer is one unit wide.',
    remedies: [initialize(names, soundInitializer(layer.activation ?? 'linear'))],
  };
}

function onIdentical(window: DiagnosisWindow, layer: string): Statement {
  const { units = 0, identicalUnits = 0 } = window.probe?.layers[layer] ?? {};
  const activation = window.facts?.layers.find(({ name }) => name === layer)?.activation;
  return {
    severity: 'error',
    layer,
    since: 1,
    evidence: {
      measured: identicalUnits + 1,
      threshold: 2,
      unit: 'units with the same output on every sample',
      window: window.probeStep,
    },
    message:
      `The ${units} units of ${layer} started as copies of each other and still are after ` +
      `${window.probeStep - 1} steps: on all ${window.probe?.samples ?? 0} samples their outputs ` +
      'are equal. The layer is one unit wide.',
    remedies: [initialize([layer], soundInitializer(activation ?? 'linear'))],
  };
}

function onBias(window: DiagnosisWindow, held: HeldLayer): Statement {
  const { layer, bias, random, state, share } = held;
  const standing = standingOf(window);
  const isEnd = state === 'dead' && share === 1;
  return {
    severity:
      isEnd && standing !== 'well'
        ? 'error'
        : standing === 'struggling' || standing === 'failed'
          ? 'warning'
          : 'information',
    layer: layer.name,
    since: 1,
    evidence: {
      measured: Math.abs(bias) / Math.max(random, Number.MIN_VALUE),
      threshold: HUGE_BIAS_RATIO,
      unit: '|initial bias| ÷ deviation of the weighted inputs',
      window: 1,
    },
    message:
      `The bias of ${layer.name} starts at ${short(bias)}, while its weighted inputs deviate by ` +
      `${short(random)}: ${percent(share)} of its units are ${state} from the first step on ` +
      `(limit ${percent(HELD_SHARE)}).`,
    remedies: [
      {
        id: 'change-initializer',
        title: `Start the bias of ${layer.name} at zero (biasInitializer: 'zeros').`,
        layers: [layer.name],
        values: { initializer: 'zeros', option: 'biasInitializer' },
      },
    ],
  };
}

export const poorInitialization: Rule = {
  id: 'poor-initialization',
  reference:
    'Glorot and Bengio 2010, “Understanding the difficulty of training deep feedforward neural networks”; ' +
    'He et al. 2015, “Delving Deep into Rectifiers”; Schoenholz et al. 2017, “Deep Information ' +
    'Propagation” (signals over depth).',
  openAfter: 1,
  closeAfter: CLOSE_AFTER,
  lasting: true,
  evaluate(window) {
    const { facts } = window;
    if (!facts) return undefined;
    const certain = onStalled(stalled(facts));
    if (certain) return certain;
    if (window.probe) {
      const identical = identicalLayer(window);
      if (identical !== undefined) return onIdentical(window, identical);
      const held = heldByBias(window);
      if (held) return onBias(window, held);
    }
    const scale = signalScale(facts);
    return scale && statementOnScale(window, scale);
  },
};
