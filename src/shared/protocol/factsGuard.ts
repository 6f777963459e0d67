// The guard of model facts: the largest message that is no bytes. Copied field by field, as all that
// comes from the worker.
import type {
  FeatureRange,
  InitializerFacts,
  InputFacts,
  LayerFacts,
  ModelFacts,
  OutputFacts,
} from '../core/facts';
import { count, Fields, LIMITS, number, text } from './checks';
import { summary } from './summaryGuard';

const LABEL_KINDS = ['one-hot', 'class-number', 'binary', 'probabilities', 'real'] as const;

function initializer(value: unknown, at: string): InitializerFacts {
  const fields = new Fields(value, at);
  const config: Record<string, number | string | boolean> = {};
  const given = fields.nested('config');
  for (const name of given.names(LIMITS.metrics)) {
    const entry = given.get(name);
    if (typeof entry === 'boolean') config[name] = entry;
    else if (typeof entry === 'string') config[name] = given.text(name);
    else config[name] = given.number(name);
  }
  return { className: fields.text('className'), config };
}

/** A dimension of a shape; null where it is not known. */
function dimension(value: unknown, at: string): number | null {
  return value === null ? null : count(value, at);
}

function layerFacts(value: unknown, at: string): LayerFacts {
  const fields = new Fields(value, at);
  const part = <K extends keyof LayerFacts>(
    name: K,
    read: (value: unknown, at: string) => LayerFacts[K],
  ): Partial<LayerFacts> =>
    fields.has(name) ? { [name]: read(fields.get(name), fields.path(name)) } : {};
  return {
    name: fields.text('name'),
    className: fields.text('className'),
    inbound: fields.list('inbound', LIMITS.tensors, text),
    outputShape: fields.list('outputShape', LIMITS.rank, dimension),
    trainable: fields.get('trainable') === true,
    ...part('activation', text),
    ...(fields.has('useBias') && { useBias: fields.get('useBias') === true }),
    ...part('kernelInitializer', initializer),
    ...part('biasInitializer', initializer),
    ...part('fanIn', number),
    ...part('fanOut', number),
    ...part('initialKernel', summary),
    ...part('initialBias', summary),
    ...part('negativeSlope', number),
    ...part('interpolation', text),
    ...part('dropoutRate', number),
    ...(fields.get('regularized') === true && { regularized: true }),
  };
}

function feature(value: unknown, at: string): FeatureRange {
  const fields = new Fields(value, at);
  return {
    index: fields.count('index'),
    mean: fields.number('mean'),
    std: fields.number('std'),
  };
}

function inputFacts(value: unknown, at: string): InputFacts {
  const fields = new Fields(value, at);
  const range = (name: 'narrowest' | 'widest'): Partial<InputFacts> =>
    fields.has(name) ? { [name]: feature(fields.get(name), fields.path(name)) } : {};
  return {
    name: fields.text('name'),
    shape: fields.list('shape', LIMITS.rank, count),
    summary: summary(fields.get('summary'), fields.path('summary')),
    ...range('narrowest'),
    ...range('widest'),
    ...(fields.has('constantFeatures') && { constantFeatures: fields.count('constantFeatures') }),
    integers: fields.get('integers') === true,
  };
}

function outputFacts(value: unknown, at: string): OutputFacts {
  const fields = new Fields(value, at);
  return {
    layer: fields.text('layer'),
    activation: fields.text('activation'),
    shape: fields.list('shape', LIMITS.rank, dimension),
    labelShape: fields.list('labelShape', LIMITS.rank, count),
    loss: fields.text('loss'),
    labels: summary(fields.get('labels'), fields.path('labels')),
    labelKind: fields.oneOf('labelKind', LABEL_KINDS),
    ...(fields.has('classCounts') && {
      classCounts: fields.list('classCounts', LIMITS.classes, count),
    }),
  };
}

/** Facts of a model, checked and copied. Throws `Malformed`. */
export function modelFacts(value: unknown, at: string): ModelFacts {
  const fields = new Fields(value, at);
  const optimizer = fields.nested('optimizer');
  return {
    step: fields.count('step'),
    trainedLayers: fields.list('trainedLayers', LIMITS.layers, text),
    layers: fields.list('layers', LIMITS.layers, layerFacts),
    inputs: fields.list('inputs', LIMITS.tensors, inputFacts),
    outputs: fields.list('outputs', LIMITS.tensors, outputFacts),
    optimizer: {
      className: optimizer.text('className'),
      ...(optimizer.has('learningRate') && { learningRate: optimizer.number('learningRate') }),
    },
    batchSize: fields.count('batchSize'),
    ...(fields.has('samples') && { samples: fields.count('samples') }),
    ...(fields.get('labelsMove') === true && { labelsMove: true }),
    sampled: fields.count('sampled'),
    backend: fields.text('backend'),
    epsilon: fields.number('epsilon'),
    ...(fields.has('shippedEpsilon') && { shippedEpsilon: fields.number('shippedEpsilon') }),
  };
}
