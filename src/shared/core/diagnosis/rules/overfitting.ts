// Overfitting: the validation loss rises, epoch after epoch and beyond its noise, while the training
// loss falls, and what had been gained on the validation data is being lost again. A gap between the
// two losses alone is normal, and so is a rise that costs next to nothing.
import type { Remedy } from '../../finding';
import type { EpochRecord } from '../../run';
import { baselineOf } from '../baseline';
import type { Rule, Statement } from '../rule';
import {
  OVERFITTING_ACCURACY,
  OVERFITTING_EPOCHS,
  OVERFITTING_GAP,
  OVERFITTING_LOST,
  OVERFITTING_LOST_BADLY,
  OVERFITTING_NOTE,
  OVERFITTING_SCORE,
  OVERFITTING_SIGMAS,
  OVERFITTING_TRAINING,
} from '../thresholds/loss';
import { meanOf, noiseOf, trendScore } from '../trend';
import type { DiagnosisWindow } from '../window';
import { percent, short } from '../words';

/** Epochs looked at: the newest. */
const EPOCHS = 200;

const REMEDIES: readonly Remedy[] = [
  {
    id: 'early-stopping',
    title: 'Stop at the best validation loss (early stopping, patience 3).',
    values: { patience: 3, monitor: 'val_loss' },
  },
  { id: 'dropout', title: 'Put dropout of 0.3 behind the hidden layers.', values: { rate: 0.3 } },
  {
    id: 'l2',
    title: 'Penalize large weights: kernelRegularizer l2 with 0.001.',
    values: { rate: 0.001 },
  },
  { id: 'check-data', title: 'Use more training data, or vary them (flips, crops, noise).' },
];

/** A metric of all epochs from the first that has it; undefined where one lacks it. */
function series(epochs: readonly EpochRecord[], ...names: string[]): number[] | undefined {
  for (const name of names) {
    const values = epochs.map(({ metrics }) => metrics[name] ?? NaN);
    if (values.every(Number.isFinite)) return values;
  }
  return undefined;
}

/** Means of three neighbours; entry i is of epochs i − 1 … i + 1, ends excluded. */
function smoothed(values: readonly number[]): number[] {
  return values.slice(2).map((_, i) => meanOf(values, i, i + 3));
}

function indexOfLowest(values: readonly number[]): number {
  return values.reduce((best, value, i) => (value < (values[best] ?? 0) ? i : best), 0);
}

/** True where the validation accuracy is clearly below its best, three epochs together. */
function hasLostAccuracy(epochs: readonly EpochRecord[]): boolean {
  const accuracy = series(epochs, 'val_acc', 'val_accuracy', 'val_categoricalAccuracy');
  const means = accuracy && smoothed(accuracy);
  return means !== undefined && Math.max(...means) - (means.at(-1) ?? 0) > OVERFITTING_ACCURACY;
}

function judge(window: DiagnosisWindow): Statement | undefined {
  const epochs = window.epochs.slice(-EPOCHS);
  if (epochs.length <= OVERFITTING_EPOCHS) return undefined;
  const validation = series(epochs, 'val_loss');
  const training = series(epochs, 'loss');
  if (!validation || !training) return undefined;
  const [levels, taught] = [smoothed(validation), smoothed(training)];
  const best = indexOfLowest(levels);
  const [lowest, now] = [levels[best] ?? 0, levels.at(-1) ?? 0];
  // levels[best] is centred on epoch best + 1.
  const since = epochs.length - 1 - (best + 1);
  if (since < OVERFITTING_EPOCHS) return undefined;
  const rise = now - lowest;
  const isSignificant =
    rise > OVERFITTING_SIGMAS * noiseOf(validation) &&
    trendScore(validation, best + 1) >= OVERFITTING_SCORE;
  const [before, after] = [taught[best] ?? 0, taught.at(-1) ?? 0];
  if (!isSignificant || !(before - after > OVERFITTING_TRAINING * Math.abs(before))) {
    return undefined;
  }
  // A training loss that holds a penalty on the weights may fall for their sake; then it is the higher.
  if (!(after < now)) return undefined;
  // What the best epoch had gained over a constant answer, or over the first epoch.
  const start = Math.max(baselineOf(window.facts)?.loss ?? -Infinity, validation[0] ?? 0);
  const gained = Math.max(start - lowest, 0.05 * Math.abs(start));
  const lost = rise / gained;
  if (!(lost > OVERFITTING_NOTE)) return undefined;
  const gap = (now - after) / Math.max(start - after, 0.05 * Math.abs(start));
  const limit =
    gap > OVERFITTING_GAP
      ? OVERFITTING_NOTE
      : hasLostAccuracy(epochs)
        ? OVERFITTING_LOST
        : OVERFITTING_LOST_BADLY;
  const hurts = lost > limit;
  const bestEpoch = epochs[best + 1];
  return {
    severity: hurts ? 'warning' : 'information',
    ...(bestEpoch && { since: bestEpoch.step }),
    evidence: {
      measured: lost,
      threshold: hurts ? limit : OVERFITTING_NOTE,
      unit: 'share of the gain in validation loss that is lost again',
      window: (epochs.at(-1)?.step ?? 0) - (bestEpoch?.step ?? 0),
    },
    message:
      `Since epoch ${bestEpoch?.epoch ?? 0} the validation loss has risen from ${short(lowest)} to ${short(now)} ` +
      `while the training loss fell from ${short(before)} to ${short(after)}: ` +
      `${percent(lost)} of what had been gained on the validation data is lost again.`,
    remedies: REMEDIES,
  };
}

/** The judgement of a window's epochs, until another one ends. */
const judged = new WeakMap<DiagnosisWindow, { epochs: number; statement: Statement | undefined }>();

export const overfitting: Rule = {
  id: 'overfitting',
  reference:
    'Prechelt 1998, “Early Stopping – But When?” (rise over the best validation loss); noise by second differences ' +
    '(Gasser et al. 1986), trend by Mann 1945. SageMaker Debugger’s Overfit asks for one epoch and a gap of 0.1.',
  openAfter: 1,
  closeAfter: 1,
  evaluate(window) {
    const epochs = window.epochs.length;
    if (epochs <= OVERFITTING_EPOCHS) return undefined;
    const known = judged.get(window);
    if (known?.epochs === epochs) return known.statement;
    const statement = judge(window);
    judged.set(window, { epochs, statement });
    return statement;
  },
};
