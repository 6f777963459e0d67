// The newest that is known of each layer. Of two optimizers in turn, each updates layers of its own, and
// the shares of dead and saturated units come with some steps only.
import type { LayerRecord, StepRecord } from '../shared/core/stepRecord';

/** Collects over the steps; its size is that of one record. */
export class LatestLayers {
  private readonly known = new Map<string, LayerRecord>();

  note({ layers }: StepRecord): void {
    for (const [name, record] of Object.entries(layers)) {
      const { deadUnits, saturatedUnits } = this.known.get(name) ?? {};
      this.known.set(name, {
        ...(deadUnits !== undefined && { deadUnits }),
        ...(saturatedUnits !== undefined && { saturatedUnits }),
        ...record,
      });
    }
  }

  get(name: string): LayerRecord | undefined {
    return this.known.get(name);
  }

  get names(): string[] {
    return [...this.known.keys()];
  }
}
