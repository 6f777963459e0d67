// Edits how a model is trained: clipping, early stopping, size and order of the batches, weights of
// the classes. Options of `fit` in a program, of the export `training` in an experiment.
import type ts from 'typescript';
import type { Remedy } from '../../shared/core/finding';
import { constantOf, numberText } from '../constants';
import { Edits, type FixContext, type FixPlan } from '../fixPlan';
import { propertyOf, setProperty, valueOf } from '../objects';
import type { Source } from '../source';
import { tfReference } from '../tfReference';
import { experimentTraining, onlyFit } from '../training';
import { changeValue } from '../values';
import { clipProgram } from './clipping';

/** Epochs without improvement before the training ends; the runtime's own default. */
const PATIENCE = 3;
/** What an experiment with validation data watches by itself. */
const STANDARD_MONITOR = 'val_loss';
/** Samples per step where the source names none: that of tfjs and of experiments. */
const BATCH_SIZE = 32;
/** Factor between a batch and a smaller or larger one. */
const BATCH_FACTOR = 4;

/** Plans `clip-norm` and `clip-value`. */
export function clip(source: Source, remedy: Remedy, context: FixContext): FixPlan | undefined {
  const isNorm = remedy.id === 'clip-norm';
  const asked = remedy.values?.[isNorm ? 'norm' : 'value'];
  const limit = typeof asked === 'number' ? asked : 1;
  const title = isNorm
    ? `Clip the gradients to a norm of ${numberText(limit)}`
    : `Clip each gradient to ±${numberText(limit)}`;
  const training = experimentTraining(source, context);
  if (!training) {
    return context.kind === 'program' ? clipProgram(source, isNorm, limit, title) : undefined;
  }
  const name = isNorm ? 'clipNorm' : 'clipValue';
  const property = propertyOf(training, name);
  const found = property && constantOf(source, valueOf(property))?.value;
  if (property && !(typeof found === 'number' && found > limit)) return undefined;
  const edits = new Edits();
  if (property) changeValue(source, edits, valueOf(property), numberText(limit), () => true);
  else setProperty(source, edits, training, name, numberText(limit));
  return edits.plan(title);
}

/** Plans `early-stopping`; in a program only beside validation data, which it needs. */
export function stopEarly(
  source: Source,
  remedy: Remedy,
  context: FixContext,
): FixPlan | undefined {
  const asked = remedy.values?.['patience'];
  const patience = numberText(typeof asked === 'number' ? asked : PATIENCE);
  const edits = new Edits();
  const title = `Stop when the validation loss has not improved for ${patience} epochs`;
  if (context.kind === 'experiment') {
    const training = experimentTraining(source, context);
    if (!training || propertyOf(training, 'earlyStopping')) return undefined;
    const monitor = remedy.values?.['monitor'] ?? STANDARD_MONITOR;
    const watched =
      monitor === STANDARD_MONITOR ? '' : `monitor: ${source.quoted(String(monitor))}, `;
    setProperty(source, edits, training, 'earlyStopping', `{ ${watched}patience: ${patience} }`);
    return edits.plan(title);
  }
  const fit = onlyFit(source);
  const hasValidation =
    fit &&
    (propertyOf(fit.options, 'validationData') ?? propertyOf(fit.options, 'validationSplit'));
  // Callbacks of the user's own cannot stand beside one of tfjs's in one list.
  if (!hasValidation || propertyOf(fit.options, 'callbacks')) return undefined;
  const make = tfReference(source, edits, undefined, ['callbacks', 'earlyStopping']);
  if (make === undefined) return undefined;
  const options = `{ monitor: ${source.quoted(STANDARD_MONITOR)}, patience: ${patience} }`;
  setProperty(source, edits, fit.options, 'callbacks', `${make}(${options})`);
  return edits.plan(title);
}

/** Plans `smaller-batch` and `larger-batch`. */
export function changeBatchSize(
  source: Source,
  remedy: Remedy,
  context: FixContext,
): FixPlan | undefined {
  const options = trainingOptions(source, context);
  if (!options) return undefined;
  const property = propertyOf(options, 'batchSize');
  const stated = property && constantOf(source, valueOf(property))?.value;
  if (property && typeof stated !== 'number') return undefined;
  const now = typeof stated === 'number' ? stated : BATCH_SIZE;
  const isSmaller = remedy.id === 'smaller-batch';
  const asked = remedy.values?.['size'];
  const derived = isSmaller ? Math.max(1, Math.round(now / BATCH_FACTOR)) : now * BATCH_FACTOR;
  const target = typeof asked === 'number' ? asked : derived;
  if (isSmaller ? target >= now : target <= now) return undefined;
  const edits = new Edits();
  if (property) changeValue(source, edits, valueOf(property), String(target), () => true);
  else setProperty(source, edits, options, 'batchSize', String(target));
  return edits.plan(`Train with batches of ${target} instead of ${now} samples`);
}

/** Plans `shuffle`: takes back what switched it off. */
export function shuffle(source: Source, _: Remedy, context: FixContext): FixPlan | undefined {
  const options = trainingOptions(source, context);
  const property = options && propertyOf(options, 'shuffle');
  if (!property || constantOf(source, valueOf(property))?.value !== false) return undefined;
  const edits = new Edits();
  changeValue(source, edits, valueOf(property), 'true', () => true);
  return edits.plan('Shuffle the samples in each epoch');
}

/**
 * Plans `class-weights`: `values` holds the weight of each class by its number. Only `fit` takes
 * them: experiments and datasets do not.
 */
export function weighClasses(
  source: Source,
  remedy: Remedy,
  context: FixContext,
): FixPlan | undefined {
  const weights = Object.entries(remedy.values ?? {}).filter(([name]) => /^\d+$/.test(name));
  const fit = context.kind === 'program' ? onlyFit(source) : undefined;
  if (fit?.method !== 'fit' || weights.length === 0) return undefined;
  if (propertyOf(fit.options, 'classWeight')) return undefined;
  const entries = weights.map(([name, weight]) => `${name}: ${numberText(Number(weight))}`);
  const edits = new Edits();
  setProperty(source, edits, fit.options, 'classWeight', `{ ${entries.join(', ')} }`);
  return edits.plan(`Weigh the ${weights.length} classes by how rare they are`);
}

/** The options of the one training: of an experiment, or of the only `fit`. */
function trainingOptions(
  source: Source,
  context: FixContext,
): ts.ObjectLiteralExpression | undefined {
  if (context.kind === 'experiment') return experimentTraining(source, context);
  return onlyFit(source)?.options;
}
