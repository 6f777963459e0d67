// The trust boundary of an inspection: it comes out of the user's program, so it is checked and copied field
// by field. JSON knows neither NaN nor infinities: they come as null, and are read as NaN.
import { Fields, guarded, LIMITS, Malformed, number } from './checks';
import {
  INSPECTION_LIMITS,
  type FromInspectionPage,
  type Inspection,
  type LastGradient,
  type LayerInspection,
  type LayerRow,
  type ModelInspection,
  type TensorInspection,
} from './inspection';
import type { OnReject } from './guards';
import { describe } from './messageParts';
import { summary } from './summaryGuard';

const flag = (fields: Fields, name: string): boolean => fields.get(name) === true;
const shape = (fields: Fields, name: string): number[] => fields.list(name, LIMITS.rank, number);

function gradient(fields: Fields): LastGradient {
  return {
    step: fields.count('step'),
    summary: summary(fields.get('summary'), fields.path('summary')),
  };
}

function tensor(fields: Fields): TensorInspection {
  const columns = fields.has('columns') ? fields.nested('columns') : undefined;
  return {
    ...(fields.has('name') && { name: fields.text('name') }),
    className: fields.text('className'),
    shape: shape(fields, 'shape'),
    dtype: fields.text('dtype'),
    ...(fields.has('trainable') && { trainable: flag(fields, 'trainable') }),
    ...(fields.has('summary') && {
      summary: summary(fields.get('summary'), fields.path('summary')),
    }),
    ...(fields.has('problem') && { problem: fields.text('problem') }),
    ...(fields.has('firstNonFinite') && { firstNonFinite: shape(fields, 'firstNonFinite') }),
    ...(columns && {
      columns: {
        count: columns.count('count'),
        zero: columns.count('zero'),
        constant: columns.count('constant'),
        nonFinite: columns.count('nonFinite'),
      },
    }),
    ...(fields.has('gradient') && { gradient: gradient(fields.nested('gradient')) }),
  };
}

function layer(fields: Fields): LayerInspection {
  return {
    name: fields.text('name'),
    className: fields.text('className'),
    ...(fields.has('outputShape') && { outputShape: shape(fields, 'outputShape') }),
    ...(fields.has('activation') && { activation: fields.text('activation') }),
    trainable: flag(fields, 'trainable'),
    parameters: fields.count('parameters'),
    weights: fields.list('weights', INSPECTION_LIMITS.weights, (item, at) =>
      tensor(new Fields(item, at)),
    ),
    more: fields.count('more'),
  };
}

function row(value: unknown, at: string): LayerRow {
  const fields = new Fields(value, at);
  return {
    name: fields.text('name'),
    className: fields.text('className'),
    ...(fields.has('outputShape') && { outputShape: shape(fields, 'outputShape') }),
    parameters: fields.count('parameters'),
    trainable: flag(fields, 'trainable'),
    ...(fields.has('weightNorm') && { weightNorm: fields.number('weightNorm') }),
    ...(fields.has('gradientNorm') && { gradientNorm: fields.number('gradientNorm') }),
    nonFinite: fields.count('nonFinite'),
  };
}

function model(fields: Fields): ModelInspection {
  return {
    name: fields.text('name'),
    className: fields.text('className'),
    ...(fields.has('optimizer') && { optimizer: fields.text('optimizer') }),
    ...(fields.has('learningRate') && { learningRate: fields.number('learningRate') }),
    ...(fields.has('loss') && { loss: fields.text('loss') }),
    parameters: fields.count('parameters'),
    trainableParameters: fields.count('trainableParameters'),
    layers: fields.list('layers', INSPECTION_LIMITS.layers, row),
    more: fields.count('more'),
    ...(fields.has('step') && { step: fields.count('step') }),
  };
}

function keyed(value: unknown, at: string): { key: string; tensor: TensorInspection } {
  const fields = new Fields(value, at);
  return { key: fields.text('key'), tensor: tensor(fields.nested('tensor')) };
}

function inspection(value: unknown): Inspection {
  const fields = new Fields(value, 'inspection');
  const kind = fields.get('kind');
  switch (kind) {
    case 'tensor':
      return { kind, tensor: tensor(fields.nested('tensor')) };
    case 'layer':
      return { kind, layer: layer(fields.nested('layer')) };
    case 'model':
      return { kind, model: model(fields.nested('model')) };
    case 'tensors':
      return {
        kind,
        tensors: fields.list('tensors', INSPECTION_LIMITS.tensors, keyed),
        more: fields.count('more'),
      };
    case 'other':
      return { kind, message: fields.text('message') };
    default:
      throw new Malformed(`inspection.kind ${describe(kind)} is unknown`);
  }
}

/** What the inspector returned, checked and copied; undefined where it is no inspection. */
export function parseInspection(json: string, onReject?: OnReject): Inspection | undefined {
  return guarded(() => {
    try {
      return inspection(JSON.parse(json));
    } catch (error) {
      if (error instanceof SyntaxError) throw new Malformed('the inspection is not JSON');
      throw error;
    }
  }, onReject);
}

/** A message of the page that shows inspections. */
export function parseFromInspectionPage(value: unknown): FromInspectionPage | undefined {
  return guarded(() => {
    const fields = new Fields(value, 'message');
    const type = fields.oneOf('type', ['ready', 'pageError']);
    return type === 'ready' ? { type } : { type, message: fields.longText('message') };
  });
}
