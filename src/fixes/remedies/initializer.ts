// Changes what the weights of layers start from.
import type ts from 'typescript';
import type { Remedy } from '../../shared/core/finding';
import { constantOf, numberText } from '../constants';
import { Edits, type FixContext, type FixPlan } from '../fixPlan';
import {
  configOf,
  factoryOf,
  hiddenLayers,
  isOwnConfig,
  layerCalls,
  type LayerCall,
} from '../layerCalls';
import { propertyOf, setProperty, valueOf } from '../objects';
import type { Source } from '../source';
import { tfReference } from '../tfReference';
import { changeValue, within } from '../values';
import { layerWords } from '../words';

/** The property that initializes the weight matrix, where it is not `kernelInitializer`. */
const PROPERTIES: Record<string, string> = {
  embedding: 'embeddingsInitializer',
  depthwiseConv2d: 'depthwiseInitializer',
};
const KERNEL = 'kernelInitializer';
/** Layers with several matrices, each with an initializer of its own. */
const SEVERAL = new Set(['separableConv2d']);

/** Initializers that keep the size of the signal, by activation (He 2015, Glorot 2010, LeCun 1998). */
const BY_ACTIVATION: Record<string, string> = {
  relu: 'heUniform',
  relu6: 'heUniform',
  elu: 'heUniform',
  gelu: 'heUniform',
  swish: 'heUniform',
  mish: 'heUniform',
  selu: 'lecunUniform',
};
const STANDARD = 'glorotUniform';

/** A place where an initializer is to be written. */
interface Target {
  call: ts.CallExpression;
  config: ts.ObjectLiteralExpression;
  remedy: Remedy;
  calls: readonly LayerCall[];
  activation?: string;
  /** Expression of the activation, where only layers that get the new one get the initializer. */
  onlyFor?: string | undefined;
}

/** The initializer of a remedy as text; undefined where it names none. */
function initializerText(
  source: Source,
  edits: Edits,
  near: ts.Expression,
  { values }: Remedy,
): string | undefined {
  const scale = values?.['scale'];
  const name = values?.['initializer'];
  if (typeof scale === 'number') {
    const factory = tfReference(source, edits, near, ['initializers', 'varianceScaling']);
    const options = [
      `scale: ${numberText(scale)}`,
      `mode: ${source.quoted('fanIn')}`,
      `distribution: ${source.quoted('uniform')}`,
    ];
    return factory && `${factory}({ ${options.join(', ')} })`;
  }
  return typeof name === 'string' ? source.quoted(name) : undefined;
}

/** The option that the remedy sets where it is not that of the weight matrix: `biasInitializer`. */
function optionOf({ values }: Remedy): string | undefined {
  const option = values?.['option'];
  return typeof option === 'string' && option !== KERNEL ? option : undefined;
}

/** Writes the remedy's initializer into a configuration, if it names one. False where it cannot. */
export function writeInitializer(source: Source, edits: Edits, target: Target): boolean {
  const { call, config, remedy, calls, onlyFor, activation = '' } = target;
  const text = initializerText(source, edits, call.expression, remedy);
  if (text === undefined) return remedy.values?.['initializer'] === undefined;
  const factory = factoryOf(source, call) ?? '';
  const name = optionOf(remedy) ?? PROPERTIES[factory] ?? KERNEL;
  if (name === KERNEL && SEVERAL.has(factory)) return false;
  const property = propertyOf(config, name);
  if (onlyFor !== undefined) {
    const other = property ? source.textOf(valueOf(property)) : source.quoted(STANDARD);
    if (other === text) return true;
    const condition = `${onlyFor} === ${source.quoted(activation)}`;
    setProperty(source, edits, config, name, `${condition} ? ${text} : ${other}`);
    return true;
  }
  const value = property && valueOf(property);
  const wanted =
    remedy.values?.['scale'] === undefined ? remedy.values?.['initializer'] : undefined;
  const isThere =
    value &&
    (source.textOf(value) === text ||
      (wanted !== undefined && constantOf(source, value)?.value === wanted));
  if (isThere) return true;
  const isWithin = within(calls.map((other) => other.call));
  if (value) changeValue(source, edits, value, text, isWithin);
  else setProperty(source, edits, config, name, text);
  return true;
}

/** Plans `change-initializer`: what the remedy says, else what suits each layer's activation. */
export function changeInitializer(
  source: Source,
  remedy: Remedy,
  context: FixContext,
): FixPlan | undefined {
  const names = remedy.layers ?? hiddenLayers(context).map(({ name }) => name);
  const calls = layerCalls(source, names, context);
  if (!calls) return undefined;
  const edits = new Edits();
  const used = new Set<string>();
  for (const { call, layers } of calls) {
    const config = configOf(source, call);
    const nodes = calls.map((other) => other.call);
    if (!config || !isOwnConfig(source, config, nodes)) return undefined;
    const values = valuesFor(remedy, layers[0]?.activation);
    const { scale, initializer = '' } = values;
    used.add(
      typeof scale === 'number' ? `variance scaling of ${numberText(scale)}` : String(initializer),
    );
    const target = { call, config, calls, remedy: { ...remedy, values } };
    if (!writeInitializer(source, edits, target)) return undefined;
  }
  const what = optionOf(remedy) === 'biasInitializer' ? 'the bias of ' : '';
  return edits.plan(`Initialize ${what}${layerWords(names)} with ${[...used].join(' and ')}`);
}

/** The values of the remedy, with the initializer that suits the activation where it names none. */
function valuesFor({ values }: Remedy, activation = ''): Readonly<Record<string, number | string>> {
  if (values?.['initializer'] !== undefined || values?.['scale'] !== undefined) return values;
  return { ...values, initializer: BY_ACTIVATION[activation] ?? STANDARD };
}
