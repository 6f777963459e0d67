// Poor initialization: weights from which training cannot start, or starts far off. Units that are
// copies of each other, weights too small or too large for the depth, biases that hold units fast. What
// the initial weights imply is certain; whether it matters, the loss says.
import type { ModelFacts } from '../../facts';
import { heldByBias, identicalLayer } from '../initialState';
import { statementOnScale } from '../initialSignal';
import { onBias, onIdentical, onLoud, onStalled } from '../initialUnits';
import type { Rule } from '../rule';
import { signalScale } from '../signalScale';
import { stalledLayers, type Stalled } from '../symmetry';
import { CLOSE_AFTER } from '../thresholds';

const cache = new WeakMap<ModelFacts, readonly Stalled[]>();

function stalled(facts: ModelFacts): readonly Stalled[] {
  let found = cache.get(facts);
  if (!found) cache.set(facts, (found = stalledLayers(facts)));
  return found;
}

export const poorInitialization: Rule = {
  id: 'poor-initialization',
  reference:
    'Glorot and Bengio 2010, “Understanding the difficulty of training deep feedforward neural networks”; ' +
    'He et al. 2015, “Delving Deep into Rectifiers”; Schoenholz et al. 2017, “Deep Information ' +
    'Propagation” (signals over depth).',
  openAfter: 1,
  closeAfter: CLOSE_AFTER,
  lasting: true,
  yieldsTo: ['framework-defect'],
  evaluate(window) {
    const { facts } = window;
    if (!facts) return undefined;
    const certain = onStalled(window, stalled(facts));
    if (certain) return certain;
    if (window.probe) {
      const identical = identicalLayer(window);
      if (identical !== undefined) return onIdentical(window, identical);
      const held = heldByBias(window);
      const statement = held && onBias(window, held);
      if (statement) return statement;
    }
    const scale = signalScale(facts);
    return (scale && statementOnScale(window, scale)) ?? onLoud(window);
  },
};
