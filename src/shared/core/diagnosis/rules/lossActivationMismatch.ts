// Mismatch of loss, output activation and labels: probabilities where logits are asked for, labels that
// the output cannot reach, classes treated as quantities. What trains anyway is information at most.
import type { ModelFacts } from '../../facts';
import type { Rule } from '../rule';
import { standingOf } from '../standing';
import { CLOSE_AFTER } from '../thresholds';
import { misfitsOf } from '../traits/misfit';
import { worstOf, type Trait } from '../traits/trait';

const known = new WeakMap<ModelFacts, readonly Trait[]>();

function traitsOf(facts: ModelFacts): readonly Trait[] {
  let traits = known.get(facts);
  if (!traits) known.set(facts, (traits = facts.outputs.flatMap(misfitsOf)));
  return traits;
}

export const lossActivationMismatch: Rule = {
  id: 'loss-activation-mismatch',
  reference:
    'Goodfellow et al. 2016, “Deep Learning”, 6.2.2 (output units and their losses); losses.ts of tfjs-layers 4.22 ' +
    '(clipping to epsilon … 1 − epsilon, division by the sum).',
  openAfter: 1,
  closeAfter: CLOSE_AFTER,
  evaluate(window) {
    const traits = window.facts ? traitsOf(window.facts) : [];
    return traits.length > 0 ? worstOf(traits, standingOf(window)) : undefined;
  },
};
