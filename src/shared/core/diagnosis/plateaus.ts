// Two kinds of plateau that the loss of the steps does not show: below the penalty on the weights of a
// regularized net, and of a net whose layers are all linear, which is one layer in fact.
import type { LayerFacts, ModelFacts } from '../facts';
import { penalizedBaselineOf, type Baseline } from './baseline';
import { shareLeft } from './standing';
import { PLATEAU_FALL, PLATEAU_GAIN } from './thresholds/loss';
import type { DiagnosisWindow } from './window';

const ENTROPIES = /crossentropy/i;
/** Layers that leave a linear net linear. */
const LINEAR = new Set([
  'InputLayer',
  'Dense',
  'Flatten',
  'Reshape',
  'Dropout',
  'BatchNormalization',
]);

/**
 * Loss of the newest probe where that of the steps holds a penalty, and it is at the level of a constant
 * answer, or has risen to it as the penalty undid the learning. Only for classes of like frequency, whose level is the same in every sample.
 */
export function plateauOfProbes({
  facts,
  probe,
  previousProbe,
}: DiagnosisWindow): { loss: number; baseline: Baseline } | undefined {
  const [loss, before] = [probe?.loss, previousProbe?.loss];
  if (!facts || loss === undefined || before === undefined) return undefined;
  const baseline = penalizedBaselineOf(facts);
  if (!baseline || baseline.isImbalanced) return undefined;
  // Its moving statistics lag behind: what a probe sees of a young net is not what trains.
  if (facts.layers.some(({ className }) => className === 'BatchNormalization')) return undefined;
  if (!facts.outputs.every(({ loss: name }) => ENTROPIES.test(name))) return undefined;
  const isStuck = shareLeft(loss, baseline) >= 1 - PLATEAU_GAIN;
  return isStuck && loss >= (1 - PLATEAU_FALL) * before ? { loss, baseline } : undefined;
}

const known = new WeakMap<ModelFacts, readonly LayerFacts[]>();

/**
 * Hidden layers of a net that is linear up to its output, and none of them a bottleneck on purpose (as in
 * a linear autoencoder). Empty for any other net.
 */
export function uselessLayers(facts: ModelFacts): readonly LayerFacts[] {
  let layers = known.get(facts);
  if (!layers) known.set(facts, (layers = find(facts)));
  return layers;
}

function find({ layers, outputs }: ModelFacts): readonly LayerFacts[] {
  const ends = outputs.map(({ layer }) => layer);
  const hidden = layers.filter(
    ({ name, className }) => className === 'Dense' && !ends.includes(name),
  );
  const isLinear = layers.every(
    ({ name, className, activation }) =>
      LINEAR.has(className) &&
      (className !== 'Dense' || activation === 'linear' || ends.includes(name)),
  );
  const width = Math.min(
    hidden[0]?.fanIn ?? Infinity,
    ...outputs.map(({ shape }) => shape.at(-1) ?? Infinity),
  );
  const isWide = hidden.every(({ fanOut }) => fanOut !== undefined && fanOut >= width);
  return isLinear && isWide ? hidden : [];
}
