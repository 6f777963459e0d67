// What may be typed into the Debug Console besides expressions: changes of the training, and steps.
import { tensorName } from '../expression/names';
import { similarName } from '../../shared/core/similarName';
import type { DebuggedRun } from '../debuggedRun';
import { ChangeError } from './changeError';
import type { Changes } from './changes';

/** A command that was typed. */
export type Command =
  | { type: 'change'; make: (changes: Changes) => Promise<string> }
  /** Takes so many steps. */
  | { type: 'step'; count: number }
  | { type: 'help' };

export const HELP = `Expressions over the stopped step:
  loss, lr, dense_1.gradient.norm, dense_1.kernel.gradient.std, layers.updateRatio
  max(layers.gradient.norm), any(layers.deadUnits > 0.5), histogram(dense_1.kernel)
  functions: max min mean sum abs log10 sqrt isNaN isFinite count histogram any all
Changes of the training, from the next step on:
  lr = 1e-3            the learning rate (any expression: lr = lr / 10)
  clipNorm = 1         clips gradients by their common norm; clipNorm = none
  freeze dense_1       and unfreeze dense_1
  nudge dense_1.kernel 0.01   adds normal noise of this deviation
  batch 3              the next step takes batch 3 of the epoch
Going on:
  step 10              ten steps
`;

const SET = /^(lr|learningRate|clipNorm)\s*=(?!=)\s*(.+)$/s;
const FREEZE = /^(freeze|unfreeze)\s+(\S+)$/;
const NUDGE = /^nudge\s+(\S+)\s+(\S+)$/;
const BATCH = /^batch\s+(\d+)$/;
const STEP = /^step\s+(\d+)$/;
/** First words that are a command, so that a slip in the rest is told as such. */
const FORMS: Readonly<Record<string, string>> = {
  freeze: 'freeze dense_1',
  unfreeze: 'unfreeze dense_1',
  nudge: 'nudge dense_1.kernel 0.01',
  batch: 'batch 3',
};

/** The command that `text` is; undefined where it is none. Throws ChangeError where it is a broken one. */
export function commandOf(text: string, run: DebuggedRun): Command | undefined {
  const line = text.trim();
  if (/^(help|\?)$/.test(line)) return { type: 'help' };
  const [, name, value] = SET.exec(line) ?? [];
  if (name !== undefined && value !== undefined) {
    return {
      type: 'change',
      make: (changes) =>
        name === 'clipNorm' ? changes.setClipNorm(value) : changes.setLearningRate(value),
    };
  }
  const [, verb, layer] = FREEZE.exec(line) ?? [];
  if (verb !== undefined && layer !== undefined) {
    return { type: 'change', make: (changes) => changes.setTrainable(layer, verb === 'unfreeze') };
  }
  const [, path, deviation] = NUDGE.exec(line) ?? [];
  if (path !== undefined) {
    const variable = variableNamed(path, run);
    return { type: 'change', make: (changes) => changes.nudge(variable, Number(deviation)) };
  }
  const batch = BATCH.exec(line)?.[1];
  if (batch !== undefined) {
    return { type: 'change', make: (changes) => changes.takeBatch(Number(batch)) };
  }
  const steps = STEP.exec(line)?.[1];
  if (steps !== undefined && Number(steps) >= 1) return { type: 'step', count: Number(steps) };
  const form = /^(\w+)\s+\S/.exec(line)?.[1];
  if (form !== undefined && Object.hasOwn(FORMS, form)) {
    throw new ChangeError(`\`${line}\` is not understood; it goes like \`${FORMS[form]}\`.`);
  }
  return undefined;
}

/** The variable that `dense_1.kernel`, or its name in full, means. */
function variableNamed(path: string, { layers }: DebuggedRun): string {
  const variables = layers.flatMap(({ name, tensors }) =>
    tensors.map((tensor) => ({ path: `${name}.${tensorName(tensor.name)}`, name: tensor.name })),
  );
  const found = variables.find((variable) => variable.path === path || variable.name === path);
  if (found) return found.name;
  const paths = variables.map((variable) => variable.path);
  const similar = similarName(path, paths);
  const hint =
    similar === undefined ? `There are: ${paths.join(', ')}.` : `Did you mean ${similar}?`;
  throw new ChangeError(`There is no variable ${path}. ${hint}`);
}
