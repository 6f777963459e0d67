// What a tag means, by the names that frameworks and people usually give. A table of rules, tried in order; what
// fits none is a metric of its own name, or a histogram that is left out.
import { type NamedTensor, nameTensor, type Split, splitOf, withoutSplit } from './tagWords';

/** Which numbers the steps of a tag are: Keras counts epochs in `epoch_…`, steps in everything else. */
export type Axis = 'step' | 'epoch';

/** What a scalar tag is. */
export type ScalarRole =
  /** Training loss; the lowest rank that a log has is the loss of its run. */
  | { is: 'loss'; rank: number; name: string; axis: Axis }
  | { is: 'metric'; name: string; axis: Axis; split: Split | undefined }
  | { is: 'learning-rate'; axis: Axis }
  /** Number of the epoch, from 0. */
  | { is: 'epoch' }
  | { is: 'total-gradient-norm' }
  /** Says nothing that another tag does not. */
  | { is: 'ignored' }
  | ({ is: 'gradient-norm' | 'weight-norm' | 'update-ratio' | 'non-finite' } & NamedTensor);

/** What a histogram tag is; undefined where it is none of what is known. */
export type HistogramRole = { is: 'gradient' | 'weight' | 'activation' } & NamedTensor;

const GRADIENT_NORM =
  /^(?:(.+)\/)?(?:grad(?:ient)?s?)[_-]?(?:(?:2(?:\.0)?|l2)[_-])?norms?(?:\/(.+))?$/i;
const TOTAL_NORM =
  /(^|[/_-])(global|total)[_-](grad(ient)?s?[_-])?norm$|grad(ient)?s?[_-]((2(\.0)?|l2)[_-])?norm[_-](total|global)$/i;
const WEIGHT_NORM = /^(?:.+\/)?(?:weight|param|parameter)s?[_-](?:l2[_-])?norms?\/(.+)$/i;
const UPDATE_RATIO = /^(?:.+\/)?update[_-]ratios?\/(.+)$/i;
const NON_FINITE = /^gradient_non_finite\/(.+)$/;
const RATE = /(^|[/_\s-])(lr|learning[_\s-]?rate)([/_\s-]|$)/i;
/** Keras writes validation a second time by steps; Lightning writes a number that means nothing, for hparams. */
const IGNORED = /^(evaluation_.+_vs_iterations|hp_metric)$/;
const LOSS = /loss|^(nll|cost|objective|cross_?entropy)$/i;
const SYNONYM = /^(nll|cost|objective|cross_?entropy|nll_loss)$/i;
/** Words that do not make one loss another one. */
const LOSS_FILLERS =
  /^(loss|losses|epoch|step|batch|avg|average|mean|total|iter|iteration|per|running|\d+)$/i;

/** Norms and ratios of single tensors, and of the whole model. */
function normRole(tag: string): ScalarRole | undefined {
  const of = (
    is: 'gradient-norm' | 'weight-norm' | 'update-ratio' | 'non-finite',
    name: string | undefined,
  ): ScalarRole | undefined => {
    const named = name === undefined ? undefined : nameTensor(name);
    return named && { is, ...named };
  };
  if (TOTAL_NORM.test(tag) || /^(global|total)_norm\//i.test(tag))
    return { is: 'total-gradient-norm' };
  const gradient = GRADIENT_NORM.exec(tag);
  if (gradient) {
    const [, before, after] = gradient;
    const name = after ?? (before !== undefined && !splitOf(before) ? before : undefined);
    return name === undefined ? { is: 'total-gradient-norm' } : of('gradient-norm', name);
  }
  const [, weight] = WEIGHT_NORM.exec(tag) ?? [];
  const [, ratio] = UPDATE_RATIO.exec(tag) ?? [];
  const [, broken] = NON_FINITE.exec(tag) ?? [];
  return of('weight-norm', weight) ?? of('update-ratio', ratio) ?? of('non-finite', broken);
}

/** How sure it is that a tag with `loss` in it is the training loss: 0 surest. */
function lossRank(rest: string, isEpoch: boolean): number {
  const words = rest.split(/[/_\s-]+/).filter((word) => word !== '');
  if (words.some((word) => !LOSS_FILLERS.test(word))) return SYNONYM.test(rest) ? 3 : 4;
  if (isEpoch || words.includes('epoch')) return 2;
  return words.length <= 1 ? 0 : 1;
}

/**
 * The role of a scalar. `folder`: where its file lies below the run's folder: Keras writes `train` and `validation`,
 * PyTorch's add_scalars a folder per curve.
 */
export function scalarRole(tag: string, folder = ''): ScalarRole {
  const norm = normRole(tag);
  if (norm) return norm;
  if (IGNORED.test(tag)) return { is: 'ignored' };
  const whole = unfolded(tag, folder);
  const isEpoch = /^epoch_/.test(whole);
  const axis: Axis = isEpoch ? 'epoch' : 'step';
  const plain = whole.replace(/^(epoch|batch)_(?=.)/, '');
  const { rest, split: own } = withoutSplit(plain);
  const inFolder = folder
    .split('/')
    .map(splitOf)
    .find((split) => split !== undefined);
  const split = own ?? inFolder;
  if (RATE.test(plain) && split !== 'validation') return { is: 'learning-rate', axis };
  if (/^(.*\/)?epoch$/i.test(whole)) return { is: 'epoch' };
  if (LOSS.test(rest.split('/').at(-1) ?? '') || /^loss(es)?\//i.test(`${rest}/`)) {
    const rank = lossRank(rest, isEpoch);
    const name = rank < 4 ? 'loss' : metricName(rest);
    if (split === 'validation') return { is: 'metric', name: `val_${name}`, axis, split };
    return { is: 'loss', rank, name: rank === 0 ? 'loss' : metricName(plain), axis };
  }
  const name = metricName(rest === '' ? plain : rest);
  return { is: 'metric', name: split === 'validation' ? `val_${name}` : name, axis, split };
}

/** add_scalars writes the curve `train` of `Accuracy` as `Accuracy` in the folder `Accuracy_train`. */
function unfolded(tag: string, folder: string): string {
  const last = folder.split('/').at(-1) ?? '';
  const prefix = `${tag.replace(/\//g, '_')}_`;
  return last.startsWith(prefix) ? `${tag}/${last.slice(prefix.length)}` : tag;
}

/** As Keras spells the usual ones, so that rules and charts know them. */
function metricName(rest: string): string {
  return /^(acc|accuracy|loss)$/i.test(rest) ? rest.toLowerCase() : rest;
}

const GRADIENT_WORD = /^(grads?|gradients?)$/i;
const WEIGHT_WORD = /^(weights?|params?|parameters?|variables?|vars?)$/i;
const ACTIVATION_WORD = /^(activations?|outputs?)$/i;

/** The name that is left of a tag without the segment that says what it is of. */
function besides(segments: readonly string[], word: RegExp): string | undefined {
  const at = segments.findIndex((segment) => word.test(segment));
  if (at < 0) return undefined;
  const after = segments.slice(at + 1);
  const name = after.length > 0 ? after : segments.slice(0, at);
  return name.length > 0 ? name.join('/') : undefined;
}

/** The role of a histogram; undefined where its tag is none of the usual. */
export function histogramRole(tag: string): HistogramRole | undefined {
  const segments = tag.split('/').filter((word, i) => i > 0 || splitOf(word) === undefined);
  const whole = segments.join('/');
  const [, before] = /^(.+)[._:-](?:grads?|gradients?)$/i.exec(whole) ?? [];
  const [, behind] = /^(?:grads?|gradients?)[._:-](.+)$/i.exec(whole) ?? [];
  const named = (is: HistogramRole['is'], name: string | undefined): HistogramRole | undefined => {
    const tensor = name === undefined ? undefined : nameTensor(name);
    return tensor && { is, ...tensor };
  };
  const gradient = besides(segments, GRADIENT_WORD) ?? before ?? behind;
  // Flax names all weights below `params`; here that says no more than `weights` does.
  if (gradient !== undefined) return named('gradient', gradient.replace(/^params\//, ''));
  const first = segments[0] ?? '';
  if (WEIGHT_WORD.test(first) && segments.length > 1) {
    return named('weight', segments.slice(1).join('/'));
  }
  const weight = nameTensor(whole);
  // Before outputs, because a layer may be called so.
  if (weight?.rank !== undefined) return { is: 'weight', ...weight };
  const activation = besides(segments, ACTIVATION_WORD) ?? /^(.+)_out$/.exec(whole)?.[1];
  return named('activation', activation);
}
