// The step records of a run within a byte budget. They are held packed (a sixth of their size as
// objects) and unpack themselves when read. Beyond the budget they are thinned by step; what a
// reader looks for first (start, end, extremes, first non-finite values) is never dropped.
import type { StepRecord } from '../shared/core/stepRecord';
import { encodePacked, encodeStepRecords } from '../shared/protocol/codec';
import {
  RecordPacker,
  type PackedRecord,
  type RecordTemplate,
} from '../shared/protocol/recordPacker';
import { isNonFinite, MAX_NON_FINITE, totalGradientNorm } from './notable';

/** Newest records that thinning leaves alone. */
const EXACT_TAIL = 32;
/** Estimated size of the object around a packed record, bytes. */
const ENTRY_OVERHEAD = 400;
/** Share of the budget that a thinning leaves, so that thinnings are far apart. */
const THINNED_SHARE = 0.7;

/** A record that is kept elsewhere (on disk) and read from there whenever somebody looks into it. */
export interface StoredRecord {
  /** The record without its layers and tensors. */
  head: StepRecord;
  /** L2 norm of all gradients of the step together. */
  gradientNorm: number;
  isNonFinite: boolean;
  /** The whole record; undefined where it is not there any more. */
  read(): StepRecord | undefined;
}

interface Entry {
  step: number;
  /** One of the two: held here, or kept elsewhere. */
  packed?: PackedRecord;
  stored?: StoredRecord;
  view: StepRecord;
  isProtected: boolean;
}

/** Bytes that an entry takes. */
function bytesOf({ packed }: Entry): number {
  return (packed?.bytes.length ?? 0) + ENTRY_OVERHEAD;
}

/** Lowest and highest value met so far, and the entries that hold them. */
class Extremes {
  private low: { value: number; entry: Entry } | undefined;
  private high: { value: number; entry: Entry } | undefined;

  note(value: number | undefined, entry: Entry): void {
    if (value === undefined || !Number.isFinite(value)) return;
    if (!this.low || value < this.low.value) this.low = { value, entry };
    if (!this.high || value > this.high.value) this.high = { value, entry };
  }

  holds(entry: Entry): boolean {
    return this.low?.entry === entry || this.high?.entry === entry;
  }
}

function withoutProbe(record: StepRecord): StepRecord {
  if (!record.probe) return record;
  const kept = { ...record };
  delete kept.probe;
  return kept;
}

function hasLayers({ layers }: StepRecord): boolean {
  return Object.keys(layers).length > 0;
}

/** Holds and hands out the records. */
export class RecordStore {
  private readonly packer = new RecordPacker();
  /** The newest with layers. */
  private measured: Entry | undefined;
  private entries: Entry[] = [];
  private bytes = 0;
  private stride = 1;
  private protectedNonFinite = 0;
  private readonly loss = new Extremes();
  private readonly gradientNorm = new Extremes();

  /** @param budgetBytes bound of the packed records and of the objects around them. */
  constructor(private budgetBytes: number) {}

  /** Changes the bound; what is beyond it is thinned at once. */
  limit(budgetBytes: number): void {
    this.budgetBytes = budgetBytes;
    if (this.bytes > budgetBytes) this.thin();
  }

  /** The kept records, ascending by step. The array is new; the records are shared. */
  get records(): StepRecord[] {
    return this.entries.map((entry) => entry.view);
  }

  /** Where each of {@link records} is kept; undefined for one that is held here. */
  get places(): (StoredRecord | undefined)[] {
    return this.entries.map((entry) => entry.stored);
  }

  get length(): number {
    return this.entries.length;
  }

  /** Bytes held. */
  get size(): number {
    return this.bytes;
  }

  append(record: StepRecord): void {
    // What the probe showed of single units is in the layers; the probe itself is not kept.
    const packed = this.packer.pack(withoutProbe(record));
    const view = this.viewOf(record, () => this.packer.unpack(packed));
    const entry = { step: record.step, packed, view, isProtected: false };
    if (hasLayers(record)) this.measured = entry;
    this.add(entry, record.loss, {
      gradientNorm: totalGradientNorm(record),
      isNonFinite: isNonFinite(record),
    });
  }

  /** Takes a record that stays where it is. */
  adopt(stored: StoredRecord): void {
    const { head } = stored;
    const view = this.viewOf(head, () => stored.read() ?? head);
    const entry = { step: head.step, stored, view, isProtected: false };
    // A gradient of zero may be one that is not there; the newest record is looked at when it is asked for.
    if (stored.gradientNorm !== 0 || stored.isNonFinite) this.measured = entry;
    this.add(entry, head.loss, stored);
  }

  private add(
    entry: Entry,
    loss: number | undefined,
    { gradientNorm, isNonFinite }: Pick<StoredRecord, 'gradientNorm' | 'isNonFinite'>,
  ): void {
    if (isNonFinite && this.protectedNonFinite < MAX_NON_FINITE) {
      entry.isProtected = true;
      this.protectedNonFinite++;
    }
    this.loss.note(loss, entry);
    this.gradientNorm.note(gradientNorm, entry);
    this.entries.push(entry);
    this.bytes += bytesOf(entry);
    if (this.bytes > this.budgetBytes) this.thin();
  }

  /** The newest record as it is held, with its template; undefined where it is kept elsewhere. */
  get newestPacked(): { template: RecordTemplate; bytes: Uint8Array<ArrayBuffer> } | undefined {
    const packed = this.entries.at(-1)?.packed;
    const template = packed && this.packer.templates[packed.template];
    return template && { template, bytes: packed.bytes };
  }

  /** Adds metrics to a kept record. False where that record is not kept, or not here yet. */
  addMetrics(step: number, metrics: Record<string, number>): boolean {
    const entry = this.entries[this.indexAfter(step) - 1];
    if (entry?.step !== step) return false;
    Object.assign(entry.view.metrics, metrics);
    const { packed } = entry;
    if (!packed) return true;
    this.bytes -= packed.bytes.length;
    const unpacked = this.packer.unpack(packed);
    // Repacked into the same object: the record's view reads its bytes from there.
    Object.assign(packed, this.packer.pack({ ...unpacked, metrics: entry.view.metrics }));
    this.bytes += packed.bytes.length;
    return true;
  }

  /**
   * The newest record packed for a message, where it came after `step`; else none. The newest with layers, where there
   * is one: logs have their histograms at few of the steps that have a loss.
   */
  encodeNewest(step: number): ArrayBuffer {
    const last = this.entries.at(-1);
    if (!last || last.step <= step) return encodePacked([], []);
    const newest = last.stored && hasLayers(last.view) ? last : (this.measured ?? last);
    if (newest.step <= step) return encodePacked([], []);
    const { packed, view } = newest;
    return packed ? encodePacked(this.packer.templates, [packed]) : encodeStepRecords([view]);
  }

  /** Index of the first entry after `step`. */
  private indexAfter(step: number): number {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.entries[middle]?.step ?? 0) <= step) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** A record whose layers and tensors are unpacked when read, and kept while somebody holds them. */
  private viewOf(record: StepRecord, unpack: () => StepRecord): StepRecord {
    let held: WeakRef<StepRecord> | undefined;
    const whole = (): StepRecord => {
      const known = held?.deref();
      if (known) return known;
      const unpacked = unpack();
      held = new WeakRef(unpacked);
      return unpacked;
    };
    return {
      step: record.step,
      ...(record.epoch !== undefined && { epoch: record.epoch }),
      ...(record.loss !== undefined && { loss: record.loss }),
      metrics: { ...record.metrics },
      ...(record.learningRate !== undefined && { learningRate: record.learningRate }),
      seconds: record.seconds,
      get layers() {
        return whole().layers;
      },
      get tensors() {
        return whole().tensors;
      },
    };
  }

  private isKept(entry: Entry, index: number): boolean {
    return (
      index === 0 ||
      index >= this.entries.length - EXACT_TAIL ||
      entry.isProtected ||
      this.loss.holds(entry) ||
      this.gradientNorm.holds(entry)
    );
  }

  /** Doubles the distance of kept steps until the budget holds, or only kept records are left. */
  private thin(): void {
    const target = this.budgetBytes * THINNED_SHARE;
    // First the records since the last thinning, at its distance; then all, at twice the distance.
    for (let first = true; this.bytes > target; first = false) {
      if (!first) this.stride *= 2;
      const before = this.entries.length;
      let window = -1;
      this.entries = this.entries.filter((entry, index) => {
        const own = Math.floor(entry.step / this.stride);
        const opensWindow = own !== window;
        window = own;
        if (opensWindow || this.isKept(entry, index)) return true;
        this.bytes -= bytesOf(entry);
        return false;
      });
      const newest = this.entries.at(-1)?.step ?? 0;
      if (this.entries.length === before && this.stride > newest) {
        this.dropOldest(target);
        return;
      }
    }
  }

  /** Records so large that the kept ones alone exceed the budget: the first and the newest stay. */
  private dropOldest(target: number): void {
    while (this.bytes > target && this.entries.length > 2) {
      const [dropped] = this.entries.splice(1, 1);
      if (dropped) this.bytes -= bytesOf(dropped);
    }
  }
}
