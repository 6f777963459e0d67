// Changes the output layer: its activation and its units. `drop-softmax` makes it linear, for a loss
// that takes logits.
import ts from 'typescript';
import type { Remedy } from '../../shared/core/finding';
import { constantOf } from '../constants';
import { Edits, type FixContext, type FixPlan } from '../fixPlan';
import {
  configOf,
  factoryOf,
  isOwnConfig,
  layerCalls,
  outputNames,
  type LayerCall,
} from '../layerCalls';
import { nextLayer, usesOfLayers, type LayerUse } from '../layerUses';
import { propertyOf, removeProperty, setProperty, valueOf } from '../objects';
import { removeNext } from '../removeLayer';
import type { Source } from '../source';
import { changePassed, changeValue, passedAs, within } from '../values';

const LINEAR = 'linear';

/** Plans `drop-softmax`. */
export function dropSoftmax(
  source: Source,
  remedy: Remedy,
  context: FixContext,
): FixPlan | undefined {
  const target = outputCall(source, remedy, context);
  const edits = new Edits();
  if (!target || !setActivation(source, edits, target, LINEAR)) return undefined;
  return edits.plan(`Let the output layer ${target.name} give logits, without an activation`);
}

/** Plans `change-output`. */
export function changeOutput(
  source: Source,
  remedy: Remedy,
  context: FixContext,
): FixPlan | undefined {
  const target = outputCall(source, remedy, context);
  const activation = remedy.values?.['activation'];
  const units = remedy.values?.['units'];
  if (!target) return undefined;
  const edits = new Edits();
  const words: string[] = [];
  if (typeof units === 'number') {
    const property = propertyOf(target.config, 'units');
    const found = property && constantOf(source, valueOf(property));
    if (!property || target.call.layers.length > 1) return undefined;
    if (found?.value !== units) {
      changeValue(source, edits, valueOf(property), String(units), within([target.call.call]));
      words.push(units === 1 ? '1 unit' : `${units} units`);
    }
  }
  if (typeof activation === 'string' && activation !== target.activation) {
    if (!setActivation(source, edits, target, activation)) return undefined;
    words.push(activation === LINEAR ? 'no activation' : `activation '${activation}'`);
  }
  return edits.plan(`Give the output layer ${target.name} ${words.join(' and ')}`);
}

/** The call that builds the output. */
interface Target {
  name: string;
  /** Activation that it trained with. */
  activation: string;
  call: LayerCall;
  config: ts.ObjectLiteralExpression;
}

function outputCall(source: Source, remedy: Remedy, context: FixContext): Target | undefined {
  const names = remedy.layers ?? [...outputNames(context)];
  const [name] = names;
  const [call, ...others] = layerCalls(source, names, context) ?? [];
  const config = call && configOf(source, call.call);
  if (!call || !config || name === undefined || others.length > 0 || names.length > 1) {
    return undefined;
  }
  if (!isOwnConfig(source, config, [call.call])) return undefined;
  const activation = context.layers.find((layer) => layer.name === name)?.activation ?? LINEAR;
  return { name, activation, call, config };
}

/** Gives the output layer an activation, where it stands: beside it, handed over, or in a layer of its own. */
function setActivation(source: Source, edits: Edits, target: Target, to: string): boolean {
  const { call, config, activation: from } = target;
  const property = propertyOf(config, 'activation');
  const alike = call.layers.filter((layer) => (layer.activation ?? LINEAR) === from);
  if (property) {
    const value = valueOf(property);
    const passed = passedAs(source, value);
    if (passed) return alike.length === 1 && changePassed(source, edits, passed, from, to);
    if (constantOf(source, value)?.value !== from || from === to) return false;
    if (call.layers.length > 1) return false;
    if (to !== LINEAR) {
      changeValue(source, edits, value, source.quoted(to), within([call.call]));
    } else if (ts.findAncestor(config, (node) => node === call.call)) {
      removeProperty(source, edits, config, 'activation');
    } else {
      setProperty(source, edits, config, 'activation', source.quoted(to));
    }
    return true;
  }
  if (setSeparate(source, edits, target, to)) return true;
  if (to === LINEAR || from !== LINEAR || call.layers.length > 1) return false;
  const own = usesOfOutput(source, target);
  // Behind a layer that is an activation itself, a second one would be wrong.
  if (own.some((use) => isActivation(source, nextLayer(source, use)))) return false;
  setProperty(source, edits, config, 'activation', source.quoted(to));
  return true;
}

function isActivation(source: Source, call: ts.CallExpression | undefined): boolean {
  return /^(activation|softmax|reLU|leakyReLU|elu|prelu|thresholdedReLU)$/.test(
    (call && factoryOf(source, call)) ?? '',
  );
}

/** Where the output layer joins the model; nowhere, if it cannot be told from others. */
function usesOfOutput(source: Source, { call, name }: Target): readonly LayerUse[] {
  const others = new Set(call.layers.map((layer) => layer.name));
  return usesOfLayers(source, call, new Set([name]), others)?.uses ?? [];
}

/** The activation is a layer behind the output layer: `tf.layers.softmax()`. */
function setSeparate(source: Source, edits: Edits, target: Target, to: string): boolean {
  const [use, ...others] = usesOfOutput(source, target);
  const next = use && nextLayer(source, use);
  if (!use || !next || others.length > 0 || !isActivation(source, next)) return false;
  if (to === LINEAR) return removeNext(source, edits, use);
  const config = configOf(source, next);
  const property = config && propertyOf(config, 'activation');
  if (!property || constantOf(source, valueOf(property))?.value === to) return false;
  changeValue(source, edits, valueOf(property), source.quoted(to), within([next]));
  return true;
}
