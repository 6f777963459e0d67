// What is known of the models of a run: one entry for each that trains.
import type { ModelFacts } from '../shared/core/facts';

/** `known` with `facts`, which may come again: of more samples, or after the model was compiled anew. */
export function withFacts(known: readonly ModelFacts[], facts: ModelFacts): readonly ModelFacts[] {
  return [...known.filter((other) => !isOfSameModel(other, facts)), facts];
}

/** True where both are of a model that trains the same layers. */
function isOfSameModel(a: ModelFacts, b: ModelFacts): boolean {
  return (
    a.trainedLayers.length === b.trainedLayers.length &&
    a.trainedLayers.every((name, i) => name === b.trainedLayers[i])
  );
}
