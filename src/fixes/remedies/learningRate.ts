// Lowers or raises the learning rate, where the source states it.
import type { Remedy } from '../../shared/core/finding';
import { numberText } from '../constants';
import { Edits, type FixContext, type FixPlan } from '../fixPlan';
import { rateInUse } from '../optimizers';
import type { Source } from '../source';

/** Factor of the change where the remedy names no rate: one step of the usual decades. */
const FACTOR = 10;

/** Plans `lower-learning-rate` and `raise-learning-rate`; not where the rate is there already. */
export function changeLearningRate(
  source: Source,
  remedy: Remedy,
  context: FixContext,
): FixPlan | undefined {
  const rate = rateInUse(source, context);
  if (!rate) return undefined;
  const isLower = remedy.id === 'lower-learning-rate';
  const asked = remedy.values?.['rate'];
  // What was edited since the run is past its advice.
  if (context.learningRate !== undefined && asked === undefined) {
    const isSame = Math.abs(rate.value / context.learningRate - 1) < 1e-3;
    if (!isSame) return undefined;
  }
  const target =
    typeof asked === 'number' ? asked : isLower ? rate.value / FACTOR : rate.value * FACTOR;
  const text = numberText(target);
  if (isLower ? Number(text) >= rate.value : Number(text) <= rate.value) return undefined;
  const edits = new Edits();
  if (!rate.write(edits, text)) return undefined;
  const verb = isLower ? 'Lower' : 'Raise';
  return edits.plan(`${verb} the learning rate from ${numberText(rate.value)} to ${text}`);
}
