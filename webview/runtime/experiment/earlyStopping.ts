// Ends the training when the watched quantity stops improving.
import type { EarlyStopping } from '../../../npm/experiment';
import { shapeOfExperiment } from './module';

/** Watches the metrics of the epochs in turn. */
export interface EarlyStopper {
  /** True from the epoch on at which training should end. */
  shouldStop(metrics: Readonly<Record<string, number>>): boolean;
  /** Training goes on all the same: the epochs without improvement are counted anew. */
  goOn(): void;
}

/** A stopper for `options`; without options it never stops. */
export function createEarlyStopping(
  options: EarlyStopping | undefined,
  hasValidation: boolean,
): EarlyStopper {
  if (!options) return { shouldStop: () => false, goOn: () => undefined };
  const { monitor = hasValidation ? 'val_loss' : 'loss', patience = 3, minDelta = 0 } = options;
  // Accuracies grow, losses shrink.
  const sign = /(^|_)(acc|accuracy|precision|recall)/i.test(monitor) ? -1 : 1;
  let best = Infinity;
  let waited = 0;
  return {
    shouldStop: (metrics) => {
      const value = metrics[monitor];
      if (value === undefined) {
        throw shapeOfExperiment(
          `earlyStopping watches "${monitor}", which this training does not have. It has ${Object.keys(metrics).join(', ')}.`,
        );
      }
      if (value * sign < best - minDelta) {
        best = value * sign;
        waited = 0;
      } else {
        waited += 1;
      }
      return waited >= Math.max(1, patience);
    },
    goOn: () => (waited = 0),
  };
}
