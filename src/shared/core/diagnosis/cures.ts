// Remedies that several rules offer, with the values that a quick fix needs.
import type { Remedy } from '../finding';
import { soundInitializer } from './signalScale';
import { activationOf, unscaledInput } from './units';
import type { DiagnosisWindow } from './window';

/** `hidden_1`, or `4 layers`. */
export function namesOf(layers: readonly string[]): string {
  return layers.length === 1 ? (layers[0] ?? '') : `${layers.length} layers`;
}

/** Clips by the norm that Pascanu et al. 2013 start from. */
export const CLIP: Remedy = {
  id: 'clip-norm',
  title: 'Clip the gradients to a norm of 1 (clipNorm: 1).',
  values: { norm: 1 },
};

export function batchNormalization(layers: readonly string[]): Remedy {
  return {
    id: 'batch-normalization',
    title: 'Put tf.layers.batchNormalization() after the hidden layers.',
    layers,
  };
}

/** The initializer that suits the activation which most of the layers have. */
export function changeInitializer(window: DiagnosisWindow, layers: readonly string[]): Remedy {
  const counts = new Map<string, number>();
  for (const layer of layers) {
    const name = soundInitializer(activationOf(window, layer) ?? 'linear');
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const [best = ['glorotUniform']] = [...counts].sort((a, b) => b[1] - a[1]);
  const [initializer] = best;
  return {
    id: 'change-initializer',
    title: `Initialize ${namesOf(layers)} with kernelInitializer '${initializer}'.`,
    layers,
    values: { initializer, option: 'kernelInitializer' },
  };
}

/** Scales the input that is off; in general words where the data are not known. None where they are sound. */
export function scaleData(window: DiagnosisWindow): Remedy[] {
  const title = 'Scale inputs and targets to mean 0 and standard deviation 1.';
  if (!window.facts) return [{ id: 'scale-data', title }];
  const input = unscaledInput(window.facts);
  if (!input) return [];
  const { mean, std } = input.summary;
  return [
    {
      id: 'scale-data',
      title: `Scale the input ${input.name} to mean 0 and standard deviation 1.`,
      values: { offset: mean, factor: std > 0 ? 1 / std : 1 },
    },
  ];
}
