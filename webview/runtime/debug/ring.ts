// Earlier states of a training, to go back to. Those of long ago lie further apart than those of just now,
// so that going back some steps is quick, going back far is possible, and memory is bounded.
import type { Checkpoint } from '../checkpoint/checkpoint';

/** All checkpoints together take no more. Bytes. */
const MAX_BYTES = 256 * 1024 * 1024;
/** Nor are there more than so many, however small they are. */
const MAX_COUNT = 128;

interface Kept {
  checkpoint: Checkpoint;
  bytes: number;
}

/** Checkpoints in the order of their steps. The first and the newest are never dropped. */
export class CheckpointRing {
  private readonly kept: Kept[] = [];
  private bytes = 0;

  constructor(
    private readonly maxBytes = MAX_BYTES,
    private readonly maxCount = MAX_COUNT,
  ) {}

  /** Whether a state of so many bytes can be kept beside the first one. */
  fits(bytes: number): boolean {
    return bytes + (this.kept[0]?.bytes ?? 0) <= this.maxBytes;
  }

  /** Whether the state after `step` is kept. */
  has(step: number): boolean {
    return this.kept.some(({ checkpoint }) => checkpoint.step === step);
  }

  /** The newest state after `step` or before. */
  before(step: number): Checkpoint | undefined {
    return this.kept.findLast(({ checkpoint }) => checkpoint.step <= step)?.checkpoint;
  }

  /** Keeps a state; one after the same step stays. The caller has asked whether it fits. */
  add(checkpoint: Checkpoint): void {
    const { step } = checkpoint;
    if (this.has(step)) return;
    const bytes = checkpoint.tensors.reduce((sum, { values }) => sum + values.byteLength, 0);
    const after = this.kept.findIndex((one) => one.checkpoint.step > step);
    this.kept.splice(after < 0 ? this.kept.length : after, 0, { checkpoint, bytes });
    this.bytes += bytes;
    while (this.kept.length > 2 && (this.bytes > this.maxBytes || this.kept.length > this.maxCount))
      this.dropOne();
  }

  /** Forgets what came after `step`: it would not come so again. */
  forgetAfter(step: number): void {
    const from = this.kept.findIndex(({ checkpoint }) => checkpoint.step > step);
    if (from < 0) return;
    for (const { bytes } of this.kept.splice(from)) this.bytes -= bytes;
  }

  /** Drops the one without which the gap is the smallest, measured by how long ago it is. */
  private dropOne(): void {
    const step = (i: number): number => this.kept[i]?.checkpoint.step ?? 0;
    const newest = step(this.kept.length - 1);
    let least = 1;
    let leastShare = Infinity;
    for (let i = 1; i < this.kept.length - 1; i++) {
      const share = (step(i + 1) - step(i - 1)) / (newest - step(i));
      if (share >= leastShare) continue;
      least = i;
      leastShare = share;
    }
    const [dropped] = this.kept.splice(least, 1);
    this.bytes -= dropped?.bytes ?? 0;
  }
}
