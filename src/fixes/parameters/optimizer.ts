// Exchanges the optimizer where the source states it: in the export `training`, in `compile`, or as the only
// call of `tf.train`.
import ts from 'typescript';
import { constantOf, objectOf } from '../constants';
import { Edits, type FixContext, type FixPlan } from '../fixPlan';
import { propertyOf, setProperty, valueOf } from '../objects';
import { DEFAULT_RATES } from '../optimizers';
import type { Source } from '../source';
import { compileConfigs, experimentTraining } from '../training';
import { writeOver } from '../values';

/** Plans it, with the new optimizer's standard learning rate. No edits where it is that one already. */
export function setOptimizer(
  source: Source,
  name: string,
  context: FixContext,
): FixPlan | undefined {
  const rate = DEFAULT_RATES[name];
  if (rate === undefined) return undefined;
  const edits = new Edits();
  const title = `optimizer ${name}`;
  const makers = source.all(ts.isCallExpression).flatMap((call) => {
    const path = source.tfPath(call.expression);
    const made = path?.length === 2 && path[0] === 'train' ? path[1] : undefined;
    const { expression: callee } = call;
    return made !== undefined && made in DEFAULT_RATES && ts.isPropertyAccessExpression(callee)
      ? [{ call, callee, made }]
      : [];
  });
  const [maker, ...others] = makers;
  if (others.length > 0) return undefined;
  if (maker) {
    if (maker.made === name) return { title: '', edits: [] };
    edits.replace(source.startOf(maker.callee.name), maker.call.end, `${name}(${rate})`);
    return edits.plan(title);
  }
  const [config, ...more] = compileConfigs(source);
  if (more.length > 0) return undefined;
  const training = config ?? experimentTraining(source, context);
  if (!training) return undefined;
  const property = propertyOf(training, 'optimizer');
  const text = source.quoted(name);
  const value = property && valueOf(property);
  const stated = value && constantOf(source, value)?.value;
  const options = value && objectOf(source, value);
  const named = options && propertyOf(options, 'name');
  const before = stated ?? (named && constantOf(source, valueOf(named))?.value) ?? (property ? undefined : 'adam'); // prettier-ignore
  if (before === undefined) return undefined;
  if (typeof before === 'string' && before.toLowerCase() === name) return { title: '', edits: [] };
  if (value) writeOver(source, edits, value, text);
  else setProperty(source, edits, training, 'optimizer', text);
  return edits.plan(title);
}
