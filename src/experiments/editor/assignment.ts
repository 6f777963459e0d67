// Which way the values of a trial reach its training: as hyperparameters of the module, in the place of options of
// its training, or as edits of its source.
import type { HyperparameterValue } from '../../shared/core/runSummary';
import type { TrainingOverrides } from '../../shared/core/trainingOverrides';
import type { Recognition } from '../../model/recognise';
import type { Assignment } from '../spec/experimentSpec';
import { isHyperparameter } from '../spec/parameters';

/** A trial's values, by their way. */
export interface Ways {
  hyperparameters: Record<string, HyperparameterValue>;
  training: TrainingOverrides;
  /** To be written into the source, in this order. */
  edits: readonly (readonly [name: string, value: HyperparameterValue])[];
  /** Those that are no hyperparameters: for lists. */
  varied: Record<string, HyperparameterValue>;
}

/** What reaches a program that trains in the editor's own worker or thread. */
const REACHES_PROGRAMS = new Set(['training.learningRate', 'training.schedule']);

/** Layers first, because an edit of a layer is found by its line; the rate is the new optimizer's. */
const ORDER = ['layers.depth', 'layers.activation', 'layers.initializer', 'training.optimizer'];

/** Sorts a trial's values. */
export function waysOf(assignment: Assignment, { kind, needsNode }: Recognition): Ways {
  const hyperparameters: Ways['hyperparameters'] = {};
  const training: Record<string, HyperparameterValue> = {};
  const edits: [string, HyperparameterValue][] = [];
  const varied: Ways['varied'] = {};
  for (const [name, value] of Object.entries(assignment)) {
    if (isHyperparameter(name)) {
      // A program has no hyperparameters of its own: there it can only be a value of its text.
      if (kind === 'experiment') hyperparameters[name] = value;
      else edits.push([name, value]);
      continue;
    }
    varied[name] = value;
    const isReached = kind === 'experiment' || (!needsNode && REACHES_PROGRAMS.has(name));
    if (name.startsWith('training.') && isReached) training[name.slice(9)] = value;
    else edits.push([name, value]);
  }
  return { hyperparameters, training, edits: inOrder(edits), varied };
}

/** In the order in which they can be written one after the other. */
export function inOrder<T extends readonly [name: string, value: HyperparameterValue]>(
  edits: readonly T[],
): T[] {
  const place = (name: string): number => {
    const at = ORDER.indexOf(name);
    return at < 0 ? ORDER.length : at;
  };
  return edits.toSorted(([a], [b]) => place(a) - place(b));
}
