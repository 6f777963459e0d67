// Class imbalance: one class is far more frequent than another, beyond what chance makes of a sample. A
// problem only where the model settles for the frequencies themselves.
import type { ModelFacts, OutputFacts } from '../../facts';
import type { Remedy } from '../../finding';
import { baselineOf } from '../baseline';
import type { Rule, Statement } from '../rule';
import { isFalling, shareLeft } from '../standing';
import { CLOSE_AFTER } from '../thresholds';
import {
  DATA_SAMPLES,
  DOMINANCE_LEFT,
  DOMINANCE_RATIO,
  DOMINANT_SHARE,
  IMBALANCE_RATIO,
  IMBALANCE_SCORE,
  MAJORITY_ABOVE,
  MAJORITY_ERROR,
  MAJORITY_LEFT,
  MAJORITY_STEPS,
} from '../thresholds/data';
import type { DiagnosisWindow } from '../window';
import { percent, short } from '../words';

/** Classes beyond which weights are not listed one by one. */
const LISTED_CLASSES = 20;

interface Imbalance {
  layer: string;
  counts: readonly number[];
  rarest: number;
  commonest: number;
  total: number;
  /** Most to least frequent, at least. */
  ratio: number;
}

/** Upper bound of a share, k of n seen (Wilson 1927). */
function upperShare(k: number, n: number): number {
  const z2 = IMBALANCE_SCORE ** 2;
  const centre = (k + z2 / 2) / (n + z2);
  return centre + (IMBALANCE_SCORE / (n + z2)) * Math.sqrt((k * (n - k)) / n + z2 / 4);
}

function imbalanceOf(
  { layer, classCounts }: OutputFacts,
  samples: number | undefined,
): Imbalance | undefined {
  if (!classCounts) return undefined;
  const total = classCounts.reduce((sum, count) => sum + count, 0);
  // A class that is not in a sample may yet be in the data, which may be sorted.
  const isAll = samples !== undefined && total >= samples;
  const seen = classCounts
    .map((count, index) => ({ count, index }))
    .filter(({ count }) => count > 0);
  const [first, ...rest] = seen.sort((a, b) => a.count - b.count);
  const last = rest.at(-1);
  if (!first || !last || total < DATA_SAMPLES) return undefined;
  const both = first.count + last.count;
  const share = isAll ? first.count / both : upperShare(first.count, both);
  const ratio = (1 - share) / share;
  if (ratio < IMBALANCE_RATIO) return undefined;
  return { layer, counts: classCounts, rarest: first.index, commonest: last.index, total, ratio };
}

const known = new WeakMap<ModelFacts, { imbalance: Imbalance | undefined }>();

function worstOf(facts: ModelFacts): Imbalance | undefined {
  let found = known.get(facts);
  if (!found) {
    const imbalance = facts.outputs
      .map((output) => imbalanceOf(output, facts.samples))
      .reduce((worst, one) => (one && one.ratio > (worst?.ratio ?? 0) ? one : worst), undefined);
    known.set(facts, (found = { imbalance }));
  }
  return found.imbalance;
}

/**
 * What the model has made of it: `majority` where the loss has settled at the entropy of the labels, so that
 * it answers with their frequencies; `ignored` where one class is nearly all and most of what the
 * frequencies leave open is not learnt either.
 */
function outcomeOf(
  { loss, facts }: DiagnosisWindow,
  { counts, commonest, total, ratio }: Imbalance,
): 'majority' | 'ignored' | undefined {
  const baseline = baselineOf(facts);
  const half = loss.history.newerHalf;
  if (!baseline || !half || loss.isContested || loss.history.steps < MAJORITY_STEPS)
    return undefined;
  if (isFalling(half)) return undefined;
  const left = shareLeft(half.mean, baseline);
  // Class weights, or steps that are too large, lift the loss far above the entropy.
  const isSettled = left > MAJORITY_LEFT && left < MAJORITY_ABOVE;
  if (isSettled && half.error < MAJORITY_ERROR * half.mean) return 'majority';
  const isDominated =
    ratio >= DOMINANCE_RATIO &&
    (counts[commonest] ?? 0) >= DOMINANT_SHARE * total &&
    counts.length <= LISTED_CLASSES;
  return isDominated && left > DOMINANCE_LEFT && left < MAJORITY_ABOVE ? 'ignored' : undefined;
}

/** Weights that make all classes count the same: total ÷ (classes · count). */
function classWeights({ counts, total }: Imbalance): Remedy {
  const classes = counts.filter((count) => count > 0).length;
  const values: Record<string, number> = {};
  if (counts.length <= LISTED_CLASSES) {
    counts.forEach((count, index) => {
      if (count > 0) values[String(index)] = Number((total / classes / count).toPrecision(3));
    });
  }
  return {
    id: 'class-weights',
    title: 'Weigh the classes: total ÷ (classes · samples of the class) for each.',
    values,
  };
}

export const classImbalance: Rule = {
  id: 'class-imbalance',
  reference:
    'He and Garcia 2009, “Learning from Imbalanced Data”; SageMaker Debugger’s ClassImbalance (ratio 10); bound of a ' +
    'share by Wilson 1927.',
  openAfter: 1,
  closeAfter: CLOSE_AFTER,
  yieldsTo: ['loss-activation-mismatch'],
  evaluate(window): Statement | undefined {
    const imbalance = window.facts && worstOf(window.facts);
    if (!imbalance) return undefined;
    const { layer, counts, rarest, commonest, total, ratio } = imbalance;
    const outcome = outcomeOf(window, imbalance);
    const level = baselineOf(window.facts)?.loss;
    const shareOfLevel = (window.loss.history.newerHalf?.mean ?? 0) / (level ?? 1);
    return {
      severity: outcome ? 'warning' : 'information',
      layer,
      evidence: {
        measured: ratio,
        threshold: IMBALANCE_RATIO,
        unit: 'samples of the most ÷ of the least frequent class',
        window: total,
      },
      message:
        `Class ${commonest} has ${counts[commonest] ?? 0} of ${total} samples (${percent((counts[commonest] ?? 0) / total)}), class ` +
        `${rarest} has ${counts[rarest] ?? 0}` +
        (outcome === undefined || level === undefined
          ? ': accuracy says little here, look at each class.'
          : outcome === 'majority'
            ? `, and the loss stays at ${short(level)}, which their frequencies alone give: the model answers with the majority.`
            : `, and the loss has stopped at ${percent(shareOfLevel)} of what their frequencies alone give: too much for the ` +
              'rare classes to have been learnt.'),
      remedies: [
        classWeights(imbalance),
        { id: 'check-data', title: 'Or draw the rare classes more often.' },
      ],
    };
  },
};
