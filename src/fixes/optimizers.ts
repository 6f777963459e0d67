// Finds the learning rates that a source states: `tf.train.adam(0.01)`, `optimizer: 'adam'`,
// `optimizer: { name: 'adam', learningRate: 0.01 }`.
import ts from 'typescript';
import { constantOf, objectOf } from './constants';
import type { Edits, FixContext } from './fixPlan';
import { insertAfter } from './lists';
import { propertyOf, setProperty, valueOf } from './objects';
import type { Source } from './source';
import { tfReference } from './tfReference';
import { compileConfigs, experimentTraining } from './training';
import { changeValue, writeOver } from './values';

/** A learning rate of the source, and how to give it another value. */
export interface StatedRate {
  value: number;
  /** What is edited: two optimizers that share a constant have the same. */
  place: ts.Node;
  write(edits: Edits, rate: string): boolean;
}

/** Learning rates that tfjs and Keras take where none is given. */
export const DEFAULT_RATES: Record<string, number> = {
  sgd: 0.01,
  momentum: 0.01,
  adam: 0.001,
  adamax: 0.002,
  rmsprop: 0.001,
  adagrad: 0.01,
  adadelta: 1,
};

/** `adam` of `AdamOptimizer`. */
const CLASS = /^(\w+)Optimizer$/;

/** Name of the optimizer that `tf.train.adam(…)` or `new tf.AdamOptimizer(…)` makes. */
function optimizerOf(
  source: Source,
  node: ts.CallExpression | ts.NewExpression,
): string | undefined {
  const path = source.tfPath(node.expression);
  if (ts.isCallExpression(node)) {
    return path?.length === 2 && path[0] === 'train' ? path[1] : undefined;
  }
  return path?.length === 1 ? CLASS.exec(path[0] ?? '')?.[1]?.toLowerCase() : undefined;
}

/** The rate that an expression states. Changed where it stands, or in the constant that it names. */
function rateAt(source: Source, expression: ts.Expression): StatedRate | undefined {
  const constant = constantOf(source, expression);
  if (typeof constant?.value !== 'number') return undefined;
  return {
    value: constant.value,
    place: constant.node,
    write: (edits, rate) => {
      // A constant that is called a learning rate is one, whoever else reads it.
      changeValue(source, edits, expression, rate, () => true);
      return true;
    },
  };
}

function rateOfCall(
  source: Source,
  node: ts.CallExpression | ts.NewExpression,
): StatedRate | undefined {
  const name = optimizerOf(source, node);
  const standard = name === undefined ? undefined : DEFAULT_RATES[name];
  if (standard === undefined) return undefined;
  const [rate] = node.arguments ?? [];
  if (rate) return rateAt(source, rate);
  return {
    value: standard,
    place: node,
    write: (edits, text) => {
      edits.replace(node.expression.end, node.end, `(${text})`);
      return true;
    },
  };
}

/** `optimizer: 'adam'` of `compile`. */
function rateOfName(source: Source, value: ts.Expression): StatedRate | undefined {
  const name = constantOf(source, value)?.value;
  const standard = typeof name === 'string' ? DEFAULT_RATES[name.toLowerCase()] : undefined;
  if (typeof name !== 'string' || standard === undefined) return undefined;
  return {
    value: standard,
    place: value,
    write: (edits, rate) => {
      const make = tfReference(source, edits, undefined, ['train', name.toLowerCase()]);
      if (make === undefined) return false;
      writeOver(source, edits, value, `${make}(${rate})`);
      return true;
    },
  };
}

/** The optimizer of an experiment: missing, by name, or with options. */
function rateOfExperiment(
  source: Source,
  training: ts.ObjectLiteralExpression,
): StatedRate | undefined {
  const property = propertyOf(training, 'optimizer');
  const options = (name: string, rate: string): string =>
    `{ name: ${source.quoted(name)}, learningRate: ${rate} }`;
  if (!property) {
    return {
      value: DEFAULT_RATES['adam'] ?? 0,
      place: training,
      write: (edits, rate) => {
        setProperty(source, edits, training, 'optimizer', options('adam', rate));
        return true;
      },
    };
  }
  const value = valueOf(property);
  const name = constantOf(source, value)?.value;
  if (typeof name === 'string') {
    const standard = DEFAULT_RATES[name.toLowerCase()];
    return standard === undefined
      ? undefined
      : {
          value: standard,
          place: value,
          write: (edits, rate) => {
            writeOver(source, edits, value, options(name, rate));
            return true;
          },
        };
  }
  const object = objectOf(source, value);
  return object && rateOfOptions(source, object);
}

/** `{ name: 'adam', learningRate: 0.01 }` */
function rateOfOptions(source: Source, object: ts.ObjectLiteralExpression): StatedRate | undefined {
  const rate = propertyOf(object, 'learningRate');
  if (rate) return rateAt(source, valueOf(rate));
  const named = propertyOf(object, 'name');
  const name = named && constantOf(source, valueOf(named))?.value;
  const standard = typeof name === 'string' ? DEFAULT_RATES[name.toLowerCase()] : undefined;
  if (!named || standard === undefined) return undefined;
  return {
    value: standard,
    place: object,
    write: (edits, text) => {
      const close = object.end - 1;
      insertAfter(source, edits, object.properties, named, `learningRate: ${text}`, close);
      return true;
    },
  };
}

/** Every learning rate that the source states, each place once. */
export function statedRates(source: Source, context: FixContext): StatedRate[] {
  const isMaker = (node: ts.Node): node is ts.CallExpression | ts.NewExpression =>
    ts.isCallExpression(node) || ts.isNewExpression(node);
  const rates = source.all(isMaker).map((node) => rateOfCall(source, node));
  const compiled = compileConfigs(source);
  for (const config of compiled) {
    const optimizer = propertyOf(config, 'optimizer');
    if (optimizer) rates.push(rateOfName(source, valueOf(optimizer)));
  }
  const training = experimentTraining(source, context);
  // A compiled model brings its own optimizer; one made by tf.train has been found above.
  if (training && compiled.length === 0) rates.push(rateOfExperiment(source, training));
  const seen = new Set<ts.Node>();
  return rates.filter((rate): rate is StatedRate => {
    if (!rate || seen.has(rate.place)) return false;
    seen.add(rate.place);
    return true;
  });
}

/** The rate that a finding is about: the only one, or the only one of the value it trained with. */
export function rateInUse(source: Source, context: FixContext): StatedRate | undefined {
  const rates = statedRates(source, context);
  if (rates.length <= 1) return rates[0];
  const { learningRate } = context;
  if (learningRate === undefined) return undefined;
  const same = rates.filter(({ value }) => Math.abs(value / learningRate - 1) < 1e-4);
  return same.length === 1 ? same[0] : undefined;
}
