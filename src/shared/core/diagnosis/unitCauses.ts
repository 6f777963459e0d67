// What put the units of a layer into the state that they are in, dead or saturated: how the layer starts,
// what the data are, or an update that shook the weights. And what gets them out of it.
import type { Remedy } from '../finding';
import { batchNormalization, changeInitializer, scaleData } from './cures';
import { lowerRate } from './rates';
import { isCountLate, layerFacts, shoveOf, unscaledInput, type UnitShare } from './units';
import type { DiagnosisWindow } from './window';
import { percent, short } from './words';

/** A clause that goes on from the statement, and remedies for `layers`. */
export interface UnitCause {
  words: string;
  remedies: readonly Remedy[];
}

const FROM_START = 'from the first step on';

/** True where the share was there before any training that could have brought it about. */
export function isFromStart(
  window: DiagnosisWindow,
  { atFirst }: UnitShare,
  least: number,
): boolean {
  return atFirst >= least && !isCountLate(window);
}

/** An activation with a slope on both sides. */
export function changeToElu(layers: readonly string[]): Remedy {
  return {
    id: 'change-activation',
    title: "Use activation 'elu', which has a slope on both sides, in these layers.",
    layers,
    values: { activation: 'elu', initializer: 'heUniform' },
  };
}

/** What kept the units of `layer` silent from the first step on. */
export function bornDead(
  window: DiagnosisWindow,
  layer: string,
  layers: readonly string[],
): UnitCause {
  const { initialBias: bias, initialKernel: kernel } = layerFacts(window.facts, layer) ?? {};
  const change = changeToElu(layers);
  if (bias && bias.max < 0) {
    const zeroBias: Remedy = {
      id: 'change-initializer',
      title: "Start the bias at zero (biasInitializer: 'zeros').",
      layers: [layer],
      values: { initializer: 'zeros', option: 'biasInitializer' },
    };
    return {
      words: `${FROM_START}: its bias starts at ${short(bias.mean)}`,
      remedies: [zeroBias, change],
    };
  }
  const bothSigns = changeInitializer(window, [layer]);
  if (kernel && kernel.max <= 0 && kernel.min < 0) {
    return {
      words: `${FROM_START}: all its weights start negative (${short(kernel.mean)} on average)`,
      remedies: [bothSigns, change],
    };
  }
  const input = inputWords(window);
  if (input) return { words: input, remedies: [...scaleData(window), change, bothSigns] };
  return { words: FROM_START, remedies: [bothSigns, change, ...scaleData(window)] };
}

/** What had the units of `layer` saturated from the first step on. */
export function bornSaturated(
  window: DiagnosisWindow,
  layer: string,
  layers: readonly string[],
): UnitCause {
  const smaller = changeInitializer(window, layers);
  const normalize = batchNormalization(layers);
  const input = inputWords(window);
  if (input) return { words: input, remedies: [...scaleData(window), smaller, normalize] };
  const kernel = layerFacts(window.facts, layer)?.initialKernel;
  return {
    words: kernel
      ? `${FROM_START}: its weights start with standard deviation ${short(kernel.std)}`
      : FROM_START,
    remedies: [smaller, ...scaleData(window), normalize],
  };
}

/** What threw units off that worked at first. */
export function thrownOff(window: DiagnosisWindow, more: readonly Remedy[]): UnitCause {
  const shove = shoveOf(window);
  return {
    words: `since training began${shove ? `: ${shoveWords(window)}` : ''}`,
    remedies: [lowerRate(window, shove?.updateRatio), ...more, ...scaleData(window)],
  };
}

/** `the update of step 3 changed the weights of hidden_1 by 40 %`; empty where none was so large. */
export function shoveWords(window: DiagnosisWindow): string {
  const shove = shoveOf(window);
  if (!shove) return '';
  const { step, layer, updateRatio } = shove;
  return `the update of step ${step} changed the weights of ${layer} by ${percent(updateRatio)}`;
}

function inputWords({ facts }: DiagnosisWindow): string | undefined {
  const input = unscaledInput(facts);
  if (!input) return undefined;
  const { mean, std } = input.summary;
  return (
    `${FROM_START}: the input ${input.name} has mean ${short(mean)} and standard deviation ` +
    short(std)
  );
}
