// Which steps are written whatever their turn: where values are not finite, or the loss or the gradient leaps.
import type { StepRecord } from '../core/stepRecord';
import { nonFiniteCount } from '../core/summary';

/** A value this many times the slow average of those before is a spike. */
const SPIKE = 4;
/** Weight of the newest value in that average: a memory of about fifty steps. */
const SMOOTHING = 0.02;
/** Steps with non-finite values that count; a run that stays NaN says no more later. */
const MAX_NON_FINITE = 64;

/** What the newest record is. */
export interface Noted {
  /** Names the optimizer by its layers; empty for a step without layers. */
  key: string;
  /** L2 norm of all gradients together; undefined without layers. */
  norm: number | undefined;
  standsOut: boolean;
}

/** The slow average of one series. */
class Level {
  private mean: number | undefined;

  /** True where a value leaps above those before it. */
  leaps(value: number): boolean {
    if (!Number.isFinite(value)) return false;
    const size = Math.abs(value);
    const before = this.mean;
    this.mean = before === undefined ? size : before + SMOOTHING * (size - before);
    return before !== undefined && size > SPIKE * before;
  }
}

/** Looks at the records of a run, each once. */
export class StandOut {
  private nonFinite = 0;
  private readonly loss = new Level();
  private readonly norms = new Map<string, Level>();

  note(record: StepRecord): Noted {
    let first = '';
    let count = 0;
    let squares = 0;
    let isBroken = record.loss !== undefined && !Number.isFinite(record.loss);
    for (const name in record.layers) {
      const layer = record.layers[name];
      if (!layer) continue;
      if (count++ === 0) first = name;
      squares += layer.gradient.norm ** 2;
      isBroken ||= nonFiniteCount(layer.gradient) + nonFiniteCount(layer.weight) > 0;
    }
    const key = count === 0 ? '' : `${count} ${first}`;
    const norm = count === 0 ? undefined : Math.sqrt(squares);
    let standsOut = isBroken && this.nonFinite++ < MAX_NON_FINITE;
    if (record.loss !== undefined) standsOut = this.loss.leaps(record.loss) || standsOut;
    if (norm !== undefined) standsOut = this.levelOf(key).leaps(norm) || standsOut;
    return { key, norm, standsOut };
  }

  private levelOf(key: string): Level {
    let level = this.norms.get(key);
    if (!level) this.norms.set(key, (level = new Level()));
    return level;
  }
}
