// Changes of a training that is held, and what stands changed until the next step shows it.
import type { TrainingChange } from '../../shared/core/recording';
import type { DebuggedRun, StepDebugger } from '../debuggedRun';
import { evaluate, type Names } from '../expression/evaluate';
import { numberText } from '../expression/values';
import { ChangeError } from './changeError';

/** Makes changes for one session. */
export class Changes {
  /**
   * @param names The names that a typed value may use: `lr / 10`.
   * @param changed Told what was changed, in a sentence.
   */
  constructor(
    private readonly run: DebuggedRun,
    private readonly debug: StepDebugger,
    private readonly names: () => Names,
    private readonly changed: (words: string) => void,
  ) {}

  /** The learning rate that was set, where the newest step does not show it yet. */
  get learningRate(): number | undefined {
    const made = this.latest('learningRate');
    return made?.step === this.debug.position ? made.change.value : undefined;
  }

  /** The clip norm that was set; undefined where none was, or it was taken away. */
  get clipNorm(): number | undefined {
    return this.latest('clipNorm')?.change.value;
  }

  /** False where the layer was frozen here. */
  isTrainable(layer: string): boolean {
    const made = this.debug.changes.findLast(
      ({ change }) => change.type === 'trainable' && change.layer === layer,
    );
    return made?.change.type === 'trainable' ? made.change.value : true;
  }

  /** The value that an element was set to after the recorded step. */
  elementSet(variable: string, index: number): number | undefined {
    const made = this.debug.changes.findLast(
      ({ change, step }) =>
        change.type === 'element' &&
        step === this.debug.position &&
        change.variable === variable &&
        change.index === index,
    );
    return made?.change.type === 'element' ? made.change.value : undefined;
  }

  /** @param text A number, or an expression that gives one. */
  async setLearningRate(text: string): Promise<string> {
    const value = this.number(text);
    if (!(value >= 0)) throw new ChangeError(`A learning rate is 0 or more; ${text} is not.`);
    const before = await this.make({ type: 'learningRate', value });
    const was = typeof before === 'number' ? `${numberText(before)} → ` : '';
    return this.done(numberText(value), `Learning rate ${was}${numberText(value)}`);
  }

  /** @param text A number above 0, or `none`. */
  async setClipNorm(text: string): Promise<string> {
    const isNone = /^(none|off|undefined)$/.test(text.trim());
    const value = isNone ? undefined : this.number(text);
    if (value !== undefined && !(value > 0)) {
      throw new ChangeError(`A clip norm is above 0, or none; ${text} is neither.`);
    }
    await this.make({ type: 'clipNorm', value });
    const words =
      value === undefined
        ? 'Gradients are clipped no longer'
        : `Gradients are clipped at a norm of ${numberText(value)}`;
    return this.done(value === undefined ? 'none' : numberText(value), words);
  }

  /** @param text `true` or `false`, as it was typed. */
  async setTrainableTo(layer: string, text: string): Promise<string> {
    const value = text.trim();
    if (value === 'true' || value === 'false') return this.setTrainable(layer, value === 'true');
    throw new ChangeError(`A layer's trainable is true or false; ${text} is neither.`);
  }

  async setTrainable(layer: string, value: boolean): Promise<string> {
    if (!this.run.layers.some(({ name }) => name === layer)) {
      const names = this.run.layers.map(({ name }) => name).join(', ');
      throw new ChangeError(`No layer that trains is called ${layer}. There are: ${names}.`);
    }
    await this.make({ type: 'trainable', layer, value });
    return this.done(String(value), `Layer ${layer} is ${value ? 'trained again' : 'frozen'}`);
  }

  async setElement(variable: string, index: number, text: string): Promise<string> {
    const value = this.number(text);
    await this.make({ type: 'element', variable, index, value });
    return this.done(
      numberText(value, 9),
      `Element ${index} of ${variable} is ${numberText(value, 9)}`,
    );
  }

  /** Adds normal noise; the same one whenever it is done after the same step. */
  async nudge(variable: string, deviation: number): Promise<string> {
    if (!(deviation > 0)) throw new ChangeError('The deviation of a nudge is above 0.');
    const seed = this.debug.position + 1;
    await this.make({ type: 'nudge', variable, deviation, seed });
    const words = `Noise of deviation ${numberText(deviation)} was added to ${variable}`;
    return this.done(words, words);
  }

  async takeBatch(batch: number): Promise<string> {
    if (!(Number.isSafeInteger(batch) && batch >= 1)) {
      throw new ChangeError('Batches are numbered from 1 within their epoch.');
    }
    await this.make({ type: 'batch', batch });
    const words = `The next step takes batch ${batch} of the epoch`;
    return this.done(words, words);
  }

  private async make(change: TrainingChange): Promise<number | boolean | undefined> {
    return this.debug.change(change);
  }

  private done(value: string, words: string): string {
    this.changed(`${words}, from step ${this.debug.position + 1} on.`);
    return value;
  }

  private number(text: string): number {
    const value = evaluate(text, this.names());
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new ChangeError(`A finite number is needed; ${text} is none.`);
    }
    return value;
  }

  private latest<T extends TrainingChange['type']>(type: T) {
    const made = this.debug.changes.findLast(({ change }) => change.type === type);
    return made as { step: number; change: Extract<TrainingChange, { type: T }> } | undefined;
  }
}
