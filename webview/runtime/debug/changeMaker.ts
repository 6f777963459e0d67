// Makes the changes that a debugger asks for: says beforehand what is wrong with them, and what was there.
import type { Optimizer, Tensor, Variable } from '@tensorflow/tfjs';
import type { TrainingChange } from '../../../src/shared/core/recording';
import { randomNormal, seededRandom } from '../../../src/shared/core/random';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { readValues } from '../checkpoint/capture';
import { assignValues, isKnownOptimizer, isOnDevice } from '../checkpoint/state';
import { clipControl, clippedOptimizer } from '../experiment/clipping';
import { learningRateOf, setLearningRate } from '../experiment/optimizer';
import type { ChangeLog } from './changeLog';

/** What a change needs to know of the training. */
export interface ChangeContext {
  log: ChangeLog;
  /** Optimizer steps so far. */
  step(): number;
  /** The optimizer of the newest step; that of the model, where there is none yet. */
  optimizer(): Optimizer | undefined;
  /** Names of the layers that are trained, as far as they are known. */
  layers(): ReadonlySet<string>;
  /** Says why the next batch cannot be swapped with this one; undefined where it can. */
  refuseSwap(batch: number): string | undefined;
}

/** What a change replaces, or why it cannot be made. */
export type Judgement = { before: number | boolean | undefined } | { refused: string };

/** A finite number that is left in a refusal of the others. */
const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);

const NO_OPTIMIZER =
  'No step was taken yet, so that the optimizer of this program is not known: take a step first.';

/** Judges and makes changes. */
export class ChangeMaker {
  constructor(
    private readonly tf: TfNamespace,
    private readonly context: ChangeContext,
  ) {}

  /** Whether `change` can be made after the newest step. Changes nothing. */
  judge(change: TrainingChange): Judgement {
    switch (change.type) {
      case 'learningRate':
        return this.judgeRate(change.value);
      case 'clipNorm':
        return this.judgeClipping(change.value);
      case 'trainable':
        return this.judgeFreezing(change.layer);
      case 'element':
        return this.judgeElement(change);
      case 'nudge':
        return this.judgeNudge(change);
      case 'batch': {
        const refused = this.context.refuseSwap(change.batch);
        return refused === undefined ? { before: undefined } : { refused };
      }
    }
  }

  /** Makes a change of numbers at once; clipping and freezing follow from the log, batches are the loop's. */
  make(change: TrainingChange): void {
    if (change.type === 'learningRate') {
      const optimizer = this.context.optimizer();
      if (optimizer) setLearningRate(optimizer, change.value);
      return;
    }
    if (change.type !== 'element' && change.type !== 'nudge') return;
    const variable = this.variable(change.variable);
    if (!variable) return;
    const values = readValues(this.tf, variable) as Float32Array;
    if (change.type === 'element') values[change.index] = change.value;
    else {
      const random = seededRandom(change.seed);
      values.forEach((value, i) => (values[i] = value + change.deviation * randomNormal(random)));
    }
    const { shape } = variable;
    const onDevice = isOnDevice(this.tf, variable);
    assignValues(this.tf, variable, { values, shape, dtype: 'float32', onDevice });
  }

  private judgeRate(value: unknown): Judgement {
    if (!isNumber(value)) return { refused: 'A learning rate is a finite number.' };
    const optimizer = this.context.optimizer();
    if (!optimizer) return { refused: NO_OPTIMIZER };
    const before = learningRateOf(optimizer);
    if (before === undefined) return { refused: 'This optimizer has no learning rate.' };
    const waiting = this.waiting('learningRate').at(-1);
    return { before: waiting?.value ?? before };
  }

  private judgeClipping(value: unknown): Judgement {
    if (value !== undefined && !(isNumber(value) && value > 0)) {
      return { refused: 'A norm to clip to is a finite number above 0.' };
    }
    const optimizer = this.context.optimizer();
    const asked = optimizer && clipControl(optimizer)?.asked;
    const { clipNorm } = this.context.log.settingsAfter(this.context.step());
    return { before: clipNorm ? clipNorm.value : asked };
  }

  private judgeFreezing(layer: string): Judgement {
    const layers = this.context.layers();
    if (!layers.has(layer)) {
      const known = [...layers].join(', ');
      const refused = known
        ? `No layer that is trained is called "${layer}". There are ${known}.`
        : 'No step was taken yet, so that the layers of this program are not known: take a step first.';
      return { refused };
    }
    const optimizer = this.context.optimizer();
    if (!optimizer) return { refused: NO_OPTIMIZER };
    if (!isKnownOptimizer(this.tf, clippedOptimizer(optimizer))) {
      const refused =
        'The optimizer is of a class of the program itself, and may not do without the gradients of a layer: set `trainable` in the program instead.';
      return { refused };
    }
    return { before: !this.context.log.settingsAfter(this.context.step()).frozen.has(layer) };
  }

  private judgeElement({
    variable: name,
    index,
    value,
  }: Extract<TrainingChange, { type: 'element' }>): Judgement {
    const variable = this.variable(name);
    if (!variable) return { refused: this.unknown(name) };
    if (typeof value !== 'number') return { refused: 'An element is set to a number.' };
    if (!Number.isInteger(index) || index < 0 || index >= variable.size) {
      return { refused: `"${name}" has ${variable.size} elements; there is none at ${index}.` };
    }
    const waiting = this.waiting('element').findLast(
      (one) => one.variable === name && one.index === index,
    );
    return { before: waiting?.value ?? readValues(this.tf, variable, index, index + 1)[0] };
  }

  private judgeNudge({
    variable,
    deviation,
    seed,
  }: Extract<TrainingChange, { type: 'nudge' }>): Judgement {
    if (!this.variable(variable)) return { refused: this.unknown(variable) };
    if (!(isNumber(deviation) && deviation >= 0)) {
      return { refused: 'A standard deviation is a finite number, not below 0.' };
    }
    if (!isNumber(seed)) return { refused: 'A seed is a finite number.' };
    return { before: undefined };
  }

  private waiting<T extends TrainingChange['type']>(
    type: T,
  ): Extract<TrainingChange, { type: T }>[] {
    const { context } = this;
    return context.log
      .waiting(context.step())
      .filter((change): change is Extract<TrainingChange, { type: T }> => change.type === type);
  }

  private variable(name: string): (Variable & Tensor) | undefined {
    const known: Partial<Record<string, Variable>> = this.tf.engine().registeredVariables;
    const variable = known[name];
    return variable?.dtype === 'float32' && !variable.isDisposed ? variable : undefined;
  }

  private unknown(name: string): string {
    return `There is no variable "${name}" of floating-point numbers.`;
  }
}
