// At which step each finding was first stated: its own first step is where what it states began, which can
// lie before. A walk that comes to the step again stops there again.
import type { Finding } from '../../shared/core/finding';

export interface StatedFinding {
  finding: Finding;
  /** The step whose record made it be stated. */
  step: number;
}

const keyOf = ({ rule, layer, tensor, firstStep }: Finding): string =>
  JSON.stringify([rule, layer, tensor, firstStep]);

/** Follows the findings of a run. */
export class StatedFindings {
  private readonly stated = new Map<string, StatedFinding>();
  private seen: readonly Finding[] | undefined;

  /** Takes the findings as they are after the record of `step`; costs nothing where they have not changed. */
  update(findings: readonly Finding[], step: number): void {
    if (findings === this.seen) return;
    this.seen = findings;
    for (const finding of findings) {
      const key = keyOf(finding);
      const known = this.stated.get(key);
      this.stated.set(key, { finding, step: known?.step ?? step });
    }
  }

  /** The past was changed after `step`. */
  forget(step: number): void {
    for (const [key, stated] of this.stated) if (stated.step > step) this.stated.delete(key);
  }

  /** Those stated with the record of `step`. */
  statedAt(step: number): Finding[] {
    return this.all.filter((stated) => stated.step === step).map(({ finding }) => finding);
  }

  /** Those that held at `step`. */
  openAt(step: number): StatedFinding[] {
    return this.all.filter(
      ({ finding, step: from }) => from <= step && !((finding.closedStep ?? Infinity) <= step),
    );
  }

  private get all(): StatedFinding[] {
    return [...this.stated.values()];
  }
}
