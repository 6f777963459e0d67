// The epochs of a run, bounded: a run of very many short epochs keeps every second one, then every
// fourth … and those with the extremes of a metric, or with one that is not finite.
import type { EpochRecord } from '../shared/core/run';

/** Epochs at which the list is thinned. */
const MAX_EPOCHS = 2048;
/** Epochs with a non-finite metric that are protected; a run that stays NaN says no more later. */
const MAX_PROTECTED = 64;

function isBroken({ metrics }: EpochRecord): boolean {
  return Object.values(metrics).some((value) => !Number.isFinite(value));
}

/** All that a list knows, to be kept and restored. */
export interface EpochListState {
  list: readonly EpochRecord[];
  stride: number;
}

export class EpochList {
  private list: EpochRecord[] = [];
  /** Of every window of so many epochs, one is sure to stay. */
  private stride = 1;
  private thinnings = 0;

  /** Ascending. The array is the list itself. */
  get records(): readonly EpochRecord[] {
    return this.list;
  }

  /** How often the list was thinned: a reader that counts on indices has to start again. */
  get generation(): number {
    return this.thinnings;
  }

  get state(): EpochListState {
    return { list: this.list, stride: this.stride };
  }

  restore({ list, stride }: EpochListState): void {
    this.list = [...list];
    this.stride = stride;
  }

  append(epoch: EpochRecord): void {
    this.list.push(epoch);
    if (this.list.length > MAX_EPOCHS) this.thin();
  }

  private thin(): void {
    const kept = this.extremes();
    const bound = MAX_EPOCHS / 2 + kept.size + MAX_PROTECTED;
    // First the epochs since the last thinning, at its distance; then all, at twice the distance.
    this.list = this.thinned(kept);
    while (this.list.length > bound && this.stride < Number.MAX_SAFE_INTEGER) {
      this.stride *= 2;
      this.list = this.thinned(kept);
    }
    this.thinnings++;
  }

  /** The first epoch of every window of `stride` epochs, those in `kept`, and the newest. */
  private thinned(kept: ReadonlySet<EpochRecord>): EpochRecord[] {
    let window = NaN;
    let broken = 0;
    return this.list.filter((epoch, index) => {
      const own = Math.floor(epoch.epoch / this.stride);
      const opensWindow = own !== window;
      window = own;
      if (opensWindow || index === this.list.length - 1 || kept.has(epoch)) return true;
      return isBroken(epoch) && broken++ < MAX_PROTECTED;
    });
  }

  /** The epochs with the lowest and the highest value of each metric. */
  private extremes(): Set<EpochRecord> {
    const low = new Map<string, EpochRecord>();
    const high = new Map<string, EpochRecord>();
    for (const epoch of this.list) {
      for (const [name, value] of Object.entries(epoch.metrics)) {
        if (!Number.isFinite(value)) continue;
        if (!(value >= (low.get(name)?.metrics[name] ?? Infinity))) low.set(name, epoch);
        if (!(value <= (high.get(name)?.metrics[name] ?? -Infinity))) high.set(name, epoch);
      }
    }
    return new Set([...low.values(), ...high.values()]);
  }
}
