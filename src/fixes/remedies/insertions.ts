// Puts layers behind others: batch normalization, dropout.
import type { Remedy } from '../../shared/core/finding';
import { numberText } from '../constants';
import { Edits, type FixContext, type FixPlan } from '../fixPlan';
import { insertLayers } from '../insertLayer';
import { hiddenLayers, outputNames } from '../layerCalls';
import type { Source } from '../source';
import { layerWords } from '../words';

/** Share of values dropped where the remedy names none: between the 0.2 and 0.5 of Srivastava 2014. */
const DROPOUT_RATE = 0.3;

/** Layers that have weights but compute no features: nothing is normalized or dropped behind them. */
const NO_FEATURES = /^(BatchNormalization|LayerNormalization|PReLU|Embedding|Variable)$/;

/** The layers of the remedy that are no outputs; else all hidden ones. */
function namesFor(remedy: Remedy, context: FixContext): string[] {
  const outputs = outputNames(context);
  const hidden = hiddenLayers(context).filter(({ className }) => !NO_FEATURES.test(className));
  const asked = remedy.layers ?? hidden.map(({ name }) => name);
  return asked.filter((name) => !outputs.has(name));
}

/** Plans `batch-normalization`. */
export function addBatchNormalization(
  source: Source,
  remedy: Remedy,
  context: FixContext,
): FixPlan | undefined {
  const names = namesFor(remedy, context);
  const edits = new Edits();
  const layer = { factory: 'batchNormalization', config: '' };
  const done = insertLayers(source, edits, names, context, layer);
  return done && edits.plan(`Add batch normalization after ${layerWords(done, 'hidden layers')}`);
}

/** Plans `dropout`. */
export function addDropout(
  source: Source,
  remedy: Remedy,
  context: FixContext,
): FixPlan | undefined {
  const names = namesFor(remedy, context);
  const asked = remedy.values?.['rate'];
  const rate = numberText(typeof asked === 'number' ? asked : DROPOUT_RATE);
  const edits = new Edits();
  const layer = { factory: 'dropout', config: `{ rate: ${rate} }` };
  const done = insertLayers(source, edits, names, context, layer);
  return done && edits.plan(`Add dropout of ${rate} after ${layerWords(done, 'hidden layers')}`);
}
