// Adds an L2 penalty to the weights of layers.
import type { Remedy } from '../../shared/core/finding';
import { numberText } from '../constants';
import { Edits, type FixContext, type FixPlan } from '../fixPlan';
import { configOf, hiddenLayers, isOwnConfig, layerCalls } from '../layerCalls';
import { propertyOf, setProperty } from '../objects';
import type { Source } from '../source';
import { tfReference } from '../tfReference';
import { layerWords } from '../words';

/** Rate of the penalty where the remedy names none; Keras's default is 0.01, which often underfits. */
const RATE = 0.001;

/** Layers without a `kernelRegularizer`. */
const WITHOUT_KERNEL =
  /^(BatchNormalization|LayerNormalization|PReLU|Embedding|Variable|SeparableConv2D|DepthwiseConv2D)$/;

/** Plans `l2`. */
export function addWeightDecay(
  source: Source,
  remedy: Remedy,
  context: FixContext,
): FixPlan | undefined {
  const hidden = hiddenLayers(context).filter(({ className }) => !WITHOUT_KERNEL.test(className));
  const names = remedy.layers ?? hidden.map(({ name }) => name);
  const calls = layerCalls(source, names, context);
  if (!calls) return undefined;
  const asked = remedy.values?.['rate'];
  const rate = numberText(typeof asked === 'number' ? asked : RATE);
  const edits = new Edits();
  for (const { call } of calls) {
    const config = configOf(source, call);
    const nodes = calls.map((other) => other.call);
    if (!config || !isOwnConfig(source, config, nodes)) return undefined;
    if (propertyOf(config, 'kernelRegularizer')) return undefined;
    const reference = tfReference(source, edits, call.expression, ['regularizers', 'l2']);
    if (reference === undefined) return undefined;
    setProperty(source, edits, config, 'kernelRegularizer', `${reference}({ l2: ${rate} })`);
  }
  return edits.plan(`Add an L2 penalty of ${rate} to the weights of ${layerWords(names)}`);
}
