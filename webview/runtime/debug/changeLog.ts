// The changes that a debugger made to a training, in the order of their steps: what was done once is done
// again wherever the same steps are taken again.
import type { MadeChange, TrainingChange } from '../../../src/shared/core/recording';

/** Changes that last. */
export interface Settings {
  /** Learning rate in the place of the program's schedule. */
  rate?: number;
  /** Common norm that gradients are clipped to, in the place of what the program asks for. */
  clipNorm?: { value: number | undefined };
  /** Names of layers. */
  frozen: ReadonlySet<string>;
}

/** Changes, of which the first ones are made and the others wait for their step. */
export class ChangeLog {
  private entries: MadeChange[];
  private made = 0;
  private current: Settings = { frozen: new Set() };

  constructor(changes: readonly MadeChange[]) {
    this.entries = [...changes].sort((a, b) => a.step - b.step);
  }

  /** What the changes that are made amount to. */
  get settings(): Settings {
    return this.current;
  }

  /** What it will amount to with those that are due after `step`, which is the newest. */
  settingsAfter(step: number): Settings {
    return settingsOf(this.entries.filter((entry) => entry.step <= step));
  }

  /** Those up to `step`, made or not. */
  upTo(step: number): readonly MadeChange[] {
    return this.entries.filter((entry) => entry.step <= step);
  }

  /** Changes that are due before the step after `step`, and not made yet. */
  waiting(step: number): readonly TrainingChange[] {
    if (this.entries[this.made] === undefined) return NONE;
    return this.entries
      .slice(this.made)
      .filter((entry) => entry.step <= step)
      .map(({ change }) => change);
  }

  /** Takes them as made. */
  takeDue(step: number): readonly TrainingChange[] {
    const due = this.waiting(step);
    if (due.length === 0) return due;
    this.made += due.length;
    this.current = settingsOf(this.entries.slice(0, this.made));
    return due;
  }

  /** Adds a change that is made after `step`. What was to come at later steps is of another training. */
  add(step: number, change: TrainingChange): void {
    this.entries = this.entries.filter((entry) => entry.step <= step);
    this.entries.push({ step, change });
  }

  /** The training stands after `step`, and the changes that were made there wait again. */
  putBack(step: number): void {
    const first = this.entries.findIndex((entry) => entry.step >= step);
    this.made = first < 0 ? this.entries.length : first;
    this.current = settingsOf(this.entries.slice(0, this.made));
  }

  /** Batches that were swapped at steps from `from` on, and before `to`. */
  swaps(from: number, to: number): { step: number; batch: number }[] {
    return this.entries.flatMap(({ step, change }) =>
      change.type === 'batch' && step >= from && step < to ? [{ step, batch: change.batch }] : [],
    );
  }
}

const NONE: readonly TrainingChange[] = [];

function settingsOf(entries: readonly MadeChange[]): Settings {
  const frozen = new Set<string>();
  const settings: Settings = { frozen };
  for (const { change } of entries) {
    if (change.type === 'learningRate') settings.rate = change.value;
    else if (change.type === 'clipNorm') settings.clipNorm = { value: change.value };
    else if (change.type !== 'trainable') continue;
    else if (change.value) frozen.delete(change.layer);
    else frozen.add(change.layer);
  }
  return settings;
}
