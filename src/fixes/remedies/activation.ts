// Changes the activation of layers, with the initializer that suits it.
import type ts from 'typescript';
import type { Remedy } from '../../shared/core/finding';
import type { LayerInfo } from '../../shared/core/run';
import { constantOf } from '../constants';
import { Edits, type FixContext, type FixPlan } from '../fixPlan';
import { insertBehind } from '../insertLayer';
import {
  configOf,
  factoryOf,
  hiddenLayers,
  isOwnConfig,
  layerCalls,
  outputNames,
  type LayerCall,
} from '../layerCalls';
import { nextLayer, usesOf, usesOfLayers } from '../layerUses';
import { propertyOf, removeProperty, setProperty, valueOf } from '../objects';
import type { Source } from '../source';
import { tfReference } from '../tfReference';
import { changePassed, changeValue, passedAs, within } from '../values';
import { kindOf, layerWords } from '../words';
import { writeInitializer } from './initializer';

/** Activations whose slope is far below 1 for most inputs: the ones worth replacing unasked. */
const SATURATING = new Set(['sigmoid', 'hardSigmoid', 'tanh', 'softsign', 'softmax']);

/** What is changed, and for which layers. */
interface Change {
  activation: string;
  remedy: Remedy;
  context: FixContext;
  wanted: ReadonlySet<string>;
  calls: readonly LayerCall[];
  /** All layers that the edits change: a loop builds more than a finding names. */
  changed: Set<string>;
}

/** The layers to change: those of the remedy, else the hidden ones that saturate. */
function namesFor(remedy: Remedy, context: FixContext): readonly string[] {
  if (remedy.layers) return remedy.layers;
  return hiddenLayers(context)
    .filter(({ activation = '' }) => SATURATING.has(activation))
    .map(({ name }) => name);
}

/** Plans `change-activation`. */
export function changeActivation(
  source: Source,
  remedy: Remedy,
  context: FixContext,
): FixPlan | undefined {
  const activation = remedy.values?.['activation'];
  const calls = layerCalls(source, namesFor(remedy, context), context);
  if (typeof activation !== 'string' || !calls) return undefined;
  const wanted = new Set(namesFor(remedy, context));
  const edits = new Edits();
  const changed = new Set<string>();
  const change: Change = { activation, remedy, context, wanted, calls, changed };
  for (const call of calls) if (!changeCall(source, edits, call, change)) return undefined;
  const initializer = remedy.values?.['initializer'];
  const suffix = typeof initializer === 'string' ? ` with ${initializer}` : '';
  const names = [...changed];
  const where = layerWords(names, kindOf(names, outputNames(context)));
  return edits.plan(`Use activation '${activation}'${suffix} in ${where}`);
}

/** False where the activation of the call's layers cannot be changed, or needs no change. */
function changeCall(source: Source, edits: Edits, layerCall: LayerCall, change: Change): boolean {
  const { call, layers } = layerCall;
  const { wanted, activation, calls, context } = change;
  const config = configOf(source, call);
  const nodes = calls.map((other) => other.call);
  if (!config || !isOwnConfig(source, config, nodes)) return false;
  const asked = layers.filter(({ name }) => wanted.has(name));
  const from = asked[0]?.activation ?? 'linear';
  if (from === activation || asked.some((layer) => (layer.activation ?? 'linear') !== from)) {
    return false;
  }
  const property = propertyOf(config, 'activation');
  const passed = property && passedAs(source, valueOf(property));
  const isLeaky = activation.toLowerCase() === 'leakyrelu';
  const outputs = outputNames(context);
  // What one text says of several layers, it says of an output too.
  const misled = layers.filter(({ name }) => !wanted.has(name) && outputs.has(name));
  if (passed) {
    if (isLeaky || misled.some((layer) => layer.activation === from)) return false;
    if (!changePassed(source, edits, passed, from, activation)) return false;
    for (const layer of layers) if (layer.activation === from) change.changed.add(layer.name);
    const onlyFor = layers.length > asked.length ? source.textOf(valueOf(property)) : undefined;
    return writeInitializer(source, edits, { call, config, ...change, onlyFor });
  }
  if (misled.length > 0) return false;
  for (const { name } of layers) change.changed.add(name);
  if (!property && changeSeparate(source, edits, layerCall, change)) {
    return writeInitializer(source, edits, { call, config, ...change });
  }
  if (property && constantOf(source, valueOf(property))?.value !== from) return false;
  if (isLeaky) return useLeaky(source, edits, layerCall, config, change);
  if (!property && from !== 'linear' && !isDefault(layers)) return false;
  const text = source.quoted(activation);
  if (property) changeValue(source, edits, valueOf(property), text, within(nodes));
  else setProperty(source, edits, config, 'activation', text);
  return writeInitializer(source, edits, { call, config, ...change });
}

/** True for layers that have an activation without being told one. */
function isDefault(layers: readonly LayerInfo[]): boolean {
  const recurrent = /rnn|lstm|gru|bidirectional/i;
  return layers.every(({ className }) => recurrent.test(className));
}

/** The activation stands in a layer of its own: `net.add(tf.layers.activation({ … }))`. */
function changeSeparate(
  source: Source,
  edits: Edits,
  layerCall: LayerCall,
  { activation, wanted, context }: Change,
): boolean {
  const found = usesOfLayers(source, layerCall, wanted, outputNames(context));
  const next = (found?.uses ?? []).map((use) => nextLayer(source, use));
  if (next.length === 0) return false;
  for (const call of next) {
    if (!call || factoryOf(source, call) !== 'activation') return false;
    const config = configOf(source, call);
    const property = config && propertyOf(config, 'activation');
    const found = property && constantOf(source, valueOf(property));
    if (!property || !found || found.value === activation) return false;
    changeValue(source, edits, valueOf(property), source.quoted(activation), within([call]));
  }
  return true;
}

/** tfjs has leaky ReLU only as a layer. */
function useLeaky(
  source: Source,
  edits: Edits,
  layerCall: LayerCall,
  config: ts.ObjectLiteralExpression,
  change: Change,
): boolean {
  const { call } = layerCall;
  const uses = usesOf(source, call);
  const reference = tfReference(source, edits, call.expression, ['layers', 'leakyReLU']);
  if (!uses || reference === undefined) return false;
  if (!writeInitializer(source, edits, { call, config, ...change })) return false;
  removeProperty(source, edits, config, 'activation');
  for (const use of uses) insertBehind(source, edits, use, `${reference}()`);
  return true;
}
