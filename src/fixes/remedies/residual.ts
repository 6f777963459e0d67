// Adds a connection around a layer: its output plus its input. Only where the model is wired by
// `.apply` and the layer keeps the shape: a Sequential model has no place for it.
import ts from 'typescript';
import type { Remedy } from '../../shared/core/finding';
import type { LayerInfo } from '../../shared/core/run';
import { constantOf } from '../constants';
import { Edits, type FixContext, type FixPlan } from '../fixPlan';
import { configOf, factoryOf, hiddenLayers, layerCalls, outputNames } from '../layerCalls';
import { nextLayer, usesOfLayers, type LayerUse } from '../layerUses';
import { propertyOf, valueOf } from '../objects';
import { unwrap, wrapped, type Source } from '../source';
import { tfReference } from '../tfReference';
import { layerWords } from '../words';

/** True for a layer whose output has the shape of its input. */
function keepsShape(
  source: Source,
  { className, tensors }: LayerInfo,
  config: ts.ObjectLiteralExpression | undefined,
): boolean {
  const kernel = tensors.find(({ shape }) => shape.length > 1)?.shape ?? [];
  const [inputs, outputs] = kernel.slice(-2);
  if (inputs === undefined || inputs !== outputs) return false;
  if (className === 'Dense') return kernel.length === 2;
  if (!/^Conv[12]D$/.test(className) || !config) return false;
  const padding = propertyOf(config, 'padding');
  const isSame = padding && constantOf(source, valueOf(padding))?.value === 'same';
  return isSame === true && !propertyOf(config, 'strides');
}

/** True where the layer is inside an addition already. */
function isAdded(source: Source, call: ts.CallExpression): boolean {
  const array = wrapped(call).parent;
  const outer = ts.isArrayLiteralExpression(array) ? array.parent : undefined;
  if (!outer || !ts.isCallExpression(outer)) return false;
  const { expression: callee } = outer;
  return ts.isPropertyAccessExpression(callee) && factoryOf(source, callee.expression) === 'add';
}

/** Type of the cast around an expression: ` as tf.SymbolicTensor`; empty for none. */
function castOf(source: Source, call: ts.CallExpression): string {
  const { parent } = call;
  return ts.isAsExpression(parent) ? source.text.slice(call.end, parent.end) : '';
}

/** Plans `residual`. */
export function addResidual(
  source: Source,
  remedy: Remedy,
  context: FixContext,
): FixPlan | undefined {
  const asked = remedy.layers ?? hiddenLayers(context).map(({ name }) => name);
  // A loop may begin with a layer that changes the shape: then it is left out with all of the loop.
  const calls = layerCalls(source, asked, context)?.filter(({ call, layers }) =>
    layers.every((layer) => keepsShape(source, layer, configOf(source, call))),
  );
  if (!calls || calls.length === 0) return undefined;
  const edits = new Edits();
  const names = new Set<string>();
  for (const layerCall of calls) {
    const wanted = new Set(asked);
    const found = usesOfLayers(source, layerCall, wanted, outputNames(context));
    if (!found) return undefined;
    const reference = tfReference(source, edits, layerCall.call.expression, ['layers', 'add']);
    if (reference === undefined) return undefined;
    for (const use of found.uses) if (!addAround(source, edits, use, reference)) return undefined;
    for (const name of found.names) names.add(name);
  }
  const where = layerWords([...names], 'hidden layers');
  return edits.plan(`Add a residual connection around ${where}`);
}

function addAround(source: Source, edits: Edits, use: LayerUse, reference: string): boolean {
  if (use.kind !== 'apply' || isAdded(source, use.call)) return false;
  const next = nextLayer(source, use);
  if (next && factoryOf(source, next) === 'add') return false;
  const [input] = use.call.arguments;
  // The input is written a second time: it must be a name, not a computation.
  if (!input || !ts.isIdentifier(unwrap(input))) return false;
  const cast = castOf(source, use.call);
  if (source.isTypeScript && cast === '') return false;
  edits.insert(source.startOf(use.call), `${reference}().apply([${source.textOf(input)}, `);
  edits.insert(use.call.end, `${cast}])`);
  return true;
}
