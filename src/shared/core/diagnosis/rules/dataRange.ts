// Data range: inputs or labels whose values make training hard or impossible. NaN and class numbers out
// of range are errors as they stand; a scale is one only where the training does badly.
import type { ModelFacts } from '../../facts';
import type { Rule } from '../rule';
import { standingOf } from '../standing';
import { CLOSE_AFTER } from '../thresholds';
import { inputScaleTrait, labelScaleTrait } from '../traits/scale';
import { worstOf, type Trait } from '../traits/trait';
import {
  nonFiniteTrait,
  outOfRangeTrait,
  sameInputsTrait,
  sameLabelsTrait,
} from '../traits/values';

/** In the order in which they are said. */
const TRAITS = [
  nonFiniteTrait,
  outOfRangeTrait,
  sameInputsTrait,
  sameLabelsTrait,
  inputScaleTrait,
  labelScaleTrait,
] as const;

const known = new WeakMap<ModelFacts, readonly Trait[]>();

function traitsOf(facts: ModelFacts): readonly Trait[] {
  let traits = known.get(facts);
  if (!traits) {
    traits = TRAITS.map((trait) => trait(facts)).filter((trait) => trait !== undefined);
    known.set(facts, traits);
  }
  return traits;
}

export const dataRange: Rule = {
  id: 'data-range',
  reference:
    'LeCun et al. 1998, “Efficient BackProp” (scale and spread of inputs against the conditioning of the loss); ' +
    'TheDeepChecker 2022 and UMLAUT 2021 check the range of inputs before training.',
  openAfter: 1,
  closeAfter: CLOSE_AFTER,
  evaluate(window) {
    const traits = window.facts ? traitsOf(window.facts) : [];
    return traits.length > 0 ? worstOf(traits, standingOf(window)) : undefined;
  },
};
