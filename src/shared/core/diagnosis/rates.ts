// Remedies that set another learning rate: computed from the measured update ratio, as a round number.
import type { Remedy } from '../finding';
import { short } from './words';
import type { DiagnosisWindow } from './window';
import { GOOD_UPDATE_RATIO } from './thresholds/updates';

/** The nearest of 1, 2, 5 times a power of ten. */
export function roundRate(rate: number): number {
  const exponent = Math.floor(Math.log10(rate));
  const digits = rate / 10 ** exponent;
  const rounded = digits < 1.5 ? 1 : digits < 3.5 ? 2 : digits < 7.5 ? 5 : 10;
  return Number(`${rounded}e${exponent}`);
}

/**
 * Lower the rate so that an update of `ratio` (‖Δw‖/‖w‖) becomes {@link GOOD_UPDATE_RATIO}, by 10 at
 * least. Without a ratio by 10.
 */
export function lowerRate({ record, facts }: DiagnosisWindow, ratio?: number): Remedy {
  const rate = record.learningRate ?? facts?.optimizer.learningRate;
  const factor = ratio !== undefined && ratio > 0 ? Math.max(10, ratio / GOOD_UPDATE_RATIO) : 10;
  if (!rate) {
    return { id: 'lower-learning-rate', title: 'Lower the learning rate by a factor of 10.' };
  }
  const lower = roundRate(rate / factor);
  return {
    id: 'lower-learning-rate',
    title: `Lower the learning rate from ${short(rate)} to ${short(lower)}.`,
    values: { rate: lower },
  };
}

/** Raise the rate so that an update of `ratio` becomes {@link GOOD_UPDATE_RATIO}, by 1000 at most. */
export function raiseRate({ record, facts }: DiagnosisWindow, ratio: number): Remedy {
  const rate = record.learningRate ?? facts?.optimizer.learningRate;
  if (!rate || ratio === 0) {
    return {
      id: 'raise-learning-rate',
      title: 'Set a larger learning rate, e.g. 0.001 with Adam.',
    };
  }
  const higher = roundRate(rate * Math.min(1000, Math.max(10, GOOD_UPDATE_RATIO / ratio)));
  return {
    id: 'raise-learning-rate',
    title: `Raise the learning rate from ${short(rate)} to ${short(higher)}.`,
    values: { rate: higher },
  };
}
