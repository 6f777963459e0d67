// What is said of initial weights unit by unit: copies of each other, biases that hold units fast, and
// layers in which signals grow.
import type { Remedy, Severity } from '../finding';
import { batchNormalization, namesOf } from './cures';
import { firstLoss, severityOfLarge } from './initialSignal';
import { loudestLayer, type HeldLayer } from './initialState';
import type { Statement } from './rule';
import { soundInitializer } from './signalScale';
import { standingOf } from './standing';
import type { Stalled } from './symmetry';
import { HIGH_FIRST_LOSS, HUGE_BIAS_RATIO, LARGE_SIGNAL } from './thresholds/initialization';
import { isOnEveryPath } from './units';
import type { DiagnosisWindow } from './window';
import { percent, short, times } from './words';

function initialize(layers: readonly string[], initializer: string): Remedy {
  return {
    id: 'change-initializer',
    title: `Initialize ${namesOf(layers)} with kernelInitializer '${initializer}'.`,
    layers,
    values: { initializer, option: 'kernelInitializer' },
  };
}

/** A layer that cannot learn ends the training, unless one unit, or the way around it, is enough. */
function severityOfStalled(window: DiagnosisWindow, { layer, kind }: Stalled): Severity {
  if (kind === 'mute' && isOnEveryPath(window.facts, layer.name) !== false) return 'error';
  return standingOf(window) === 'well' ? 'warning' : 'error';
}

/** Weights that are all equal, or zero: certain before the first step. */
export function onStalled(
  window: DiagnosisWindow,
  layers: readonly Stalled[],
): Statement | undefined {
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
    severity: severityOfStalled(window, first),
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

/** Units that are copies of each other, by the probes. */
export function onIdentical(window: DiagnosisWindow, layer: string): Statement {
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

/** Dead for good, or held: what follows for the training. */
function severityOfBias(window: DiagnosisWindow, { state, share }: HeldLayer): Severity {
  if (state === 'drowned') return severityOfLarge(window);
  const standing = standingOf(window);
  if (state === 'dead' && share === 1 && standing !== 'well') return 'error';
  return standing === 'struggling' || standing === 'failed' ? 'warning' : 'information';
}

/** A bias that holds its units; undefined where that does no harm. */
export function onBias(window: DiagnosisWindow, held: HeldLayer): Statement | undefined {
  const { layer, bias, random, state, share } = held;
  const start = firstLoss(window);
  // A constant that the next layers can make use of does no harm.
  if (state === 'drowned' && !((start?.ratio ?? 0) >= HIGH_FIRST_LOSS)) return undefined;
  const effect =
    state === 'drowned'
      ? 'its outputs hardly depend on the input' +
        (start
          ? `, and the first loss is ${short(start.first)}, ${times(start.ratio)} that of a constant answer`
          : '')
      : `${percent(share)} of its units are ${state} from the first step on`;
  return {
    severity: severityOfBias(window, held),
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
      `${short(random)}: ${effect}.`,
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

const RECURRENT = /^(SimpleRNN|LSTM|GRU|RNN|ConvLSTM2D|Bidirectional)$/;

/** Outputs that are far too large as the first probe shows them, whatever makes them so. */
export function onLoud(window: DiagnosisWindow): Statement | undefined {
  const start = firstLoss(window);
  if (!start || start.ratio < HIGH_FIRST_LOSS) return undefined;
  const loud = loudestLayer(window);
  if (!loud) return undefined;
  const { layer, gain, total } = loud;
  const isRecurrent = RECURRENT.test(layer.className);
  const initializer = isRecurrent ? 'orthogonal' : soundInitializer(layer.activation ?? 'linear');
  const option = isRecurrent ? 'recurrentInitializer' : 'kernelInitializer';
  return {
    severity: severityOfLarge(window),
    layer: layer.name,
    since: 1,
    evidence: {
      measured: total,
      threshold: LARGE_SIGNAL,
      unit: 'RMS fed to the output layer ÷ RMS of the input',
      window: 1,
    },
    message:
      `Signals grow ${times(total)} on their way to the output layer, most of all in ${layer.name}, ` +
      `whose outputs are ${times(gain)} its inputs` +
      (isRecurrent ? ': its state grows in every step of the sequence' : '') +
      `. The first loss is ${short(start.first)}, ${times(start.ratio)} that of a constant answer ` +
      `(${short(start.chance)}).`,
    remedies: [
      {
        id: 'change-initializer',
        title: `Initialize ${layer.name} with ${option} '${initializer}'.`,
        layers: [layer.name],
        values: { initializer, option },
      },
      batchNormalization([layer.name]),
    ],
  };
}
