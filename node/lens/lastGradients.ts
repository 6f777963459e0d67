// The last gradient of each variable, for whoever looks at one while the program is stopped.
import type { StepRecord, TensorSummary } from '../../src/shared/core/stepRecord';

/** A gradient and its step. */
interface LastGradient {
  step: number;
  summary: TensorSummary;
}

/** Remembers them by the variables' names. */
export class LastGradients {
  readonly #byName = new Map<string, LastGradient>();

  note(records: readonly StepRecord[]): void {
    for (const { step, tensors } of records) {
      for (const [name, { gradient }] of Object.entries(tensors)) {
        this.#byName.set(name, { step, summary: gradient });
      }
    }
  }

  /** `newest`: a record that was not noted yet. */
  of(variable: object, newest?: StepRecord): LastGradient | undefined {
    const { name } = variable as { name?: unknown };
    if (typeof name !== 'string') return undefined;
    const record = newest?.tensors[name];
    if (newest && record) return { step: newest.step, summary: record.gradient };
    return this.#byName.get(name);
  }
}
