// Switches the loss, in `compile` or in the training of an experiment.
import ts from 'typescript';
import type { Remedy } from '../../shared/core/finding';
import { constantOf } from '../constants';
import { Edits, type FixContext, type FixPlan } from '../fixPlan';
import { propertyOf, setProperty, valueOf } from '../objects';
import { unwrap, type Source } from '../source';
import { tfReference } from '../tfReference';
import { compileConfigs, experimentTraining } from '../training';
import { changeValue } from '../values';

/** Losses that exist only as functions of tf.losses; all others go by their name. */
const FUNCTIONS = new Set([
  'absoluteDifference',
  'cosineDistance',
  'hingeLoss',
  'huberLoss',
  'logLoss',
  'sigmoidCrossEntropy',
  'softmaxCrossEntropy',
]);

/** Plans `switch-loss`. */
export function switchLoss(
  source: Source,
  remedy: Remedy,
  context: FixContext,
): FixPlan | undefined {
  const loss = remedy.values?.['loss'];
  if (typeof loss !== 'string') return undefined;
  const compiled = compileConfigs(source);
  const training = experimentTraining(source, context);
  const [config, ...others] = compiled.length > 0 ? compiled : training ? [training] : [];
  if (!config || others.length > 0) return undefined;
  const edits = new Edits();
  const reference = FUNCTIONS.has(loss)
    ? tfReference(source, edits, undefined, ['losses', loss])
    : source.quoted(loss);
  if (reference === undefined) return undefined;
  const property = propertyOf(config, 'loss');
  const value = property && unwrap(valueOf(property));
  // One loss per output: which of them is meant, the remedy does not say.
  if (value && (ts.isArrayLiteralExpression(value) || ts.isObjectLiteralExpression(value))) {
    return undefined;
  }
  if (value && (constantOf(source, value)?.value === loss || source.textOf(value) === reference)) {
    return undefined;
  }
  if (property) changeValue(source, edits, valueOf(property), reference, () => true);
  else setProperty(source, edits, config, 'loss', reference);
  return edits.plan(`Use the loss ${loss}`);
}
