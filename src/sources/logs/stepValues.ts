// What is known of one step until its record is complete: values of several events, and of several files.
import { absentSummary, isAbsent, normOnly } from '../../shared/core/absent';
import type { LayerRecord, TensorRecord, TensorSummary } from '../../shared/core/stepRecord';
import { mergeSummaries } from '../../shared/core/summary';

/** A number that several workers may have logged: their mean counts. */
class Mean {
  private readonly byFile = new Map<string, number>();

  /** The same file again corrects itself. */
  note(file: string, value: number): void {
    this.byFile.set(file, value);
  }

  get value(): number {
    let sum = 0;
    for (const value of this.byFile.values()) sum += value;
    return sum / this.byFile.size;
  }

  get workers(): number {
    return this.byFile.size;
  }
}

/** Named numbers. */
export class Scalars {
  private readonly means = new Map<string, Mean>();

  note(name: string, file: string, value: number): void {
    let mean = this.means.get(name);
    if (!mean) this.means.set(name, (mean = new Mean()));
    mean.note(file, value);
  }

  get(name: string): number | undefined {
    return this.means.get(name)?.value;
  }

  get names(): string[] {
    return [...this.means.keys()];
  }

  /** Files that one of the numbers came from, at most. */
  get workers(): number {
    return Math.max(0, ...[...this.means.values()].map(({ workers }) => workers));
  }
}

/** What can be known of a tensor. */
type Part = 'gradient' | 'weight' | 'activation';

/** What one step says of one tensor. */
class TensorValues {
  readonly scalars = new Scalars();
  private readonly histograms = new Map<Part, Map<string, TensorSummary>>();

  note(part: Part, file: string, summary: TensorSummary): void {
    let byFile = this.histograms.get(part);
    if (!byFile) this.histograms.set(part, (byFile = new Map<string, TensorSummary>()));
    byFile.set(file, summary);
  }

  has(part: Part): boolean {
    return this.histograms.has(part);
  }

  /** The elements of all workers; a norm that was logged beside is the exact one, where only one has logged. */
  summary(part: Part): TensorSummary {
    const byFile = [...(this.histograms.get(part)?.values() ?? [])];
    const norm = this.scalars.get(`${part}-norm`);
    if (byFile.length === 0) return norm === undefined ? absentSummary() : normOnly(norm);
    const summary = byFile.length === 1 && byFile[0] ? byFile[0] : mergeSummaries(byFile);
    const nans = this.scalars.get('non-finite') ?? 0;
    const isBroken = part === 'gradient' && nans > 0 && summary.nans === 0;
    return {
      ...summary,
      ...(norm !== undefined && Number.isFinite(norm) && byFile.length === 1 && { norm }),
      // Non-finite elements are in no bucket; which kind they are is not told.
      ...(isBroken && { nans, count: summary.count + nans }),
    };
  }
}

/** Norms of parts that are not all known as distributions. */
function joinedNorm(summaries: readonly TensorSummary[]): TensorSummary {
  return normOnly(Math.hypot(...summaries.map(({ norm }) => norm)));
}

/** Tensors of one layer taken together. */
function joined(summaries: readonly TensorSummary[]): TensorSummary {
  const known = summaries.filter((summary) => !isAbsent(summary));
  const [only] = known;
  if (!only) return absentSummary();
  if (known.length === 1) return only;
  return known.some(({ count }) => count === 0) ? joinedNorm(known) : mergeSummaries(known);
}

/** One step of a log. */
export class StepValues {
  readonly scalars = new Scalars();
  private readonly layers = new Map<string, Map<string, TensorValues>>();

  constructor(
    readonly step: number,
    /** Seconds since 1970 of the first event. */
    readonly at: number,
  ) {}

  /** What is said of one tensor. */
  tensor(layer: string, tensor: string): TensorValues {
    let tensors = this.layers.get(layer);
    if (!tensors) this.layers.set(layer, (tensors = new Map<string, TensorValues>()));
    let values = tensors.get(tensor);
    if (!values) tensors.set(tensor, (values = new TensorValues()));
    return values;
  }

  /** The layers and tensors of a step record. */
  records(): { layers: Record<string, LayerRecord>; tensors: Record<string, TensorRecord> } {
    const layers: Record<string, LayerRecord> = {};
    const tensors: Record<string, TensorRecord> = {};
    for (const [name, values] of this.layers) {
      const records = [...values].map(([tensor, of]) => ({ tensor, of, record: recordOf(of) }));
      // A layer of one tensor, whose name it has, is no tensor besides.
      const isWhole = records.length === 1 && records[0]?.tensor === name;
      if (!isWhole) for (const { tensor, record } of records) tensors[tensor] = record;
      const activations = records
        .filter(({ of }) => of.has('activation'))
        .map(({ of }) => of.summary('activation'));
      const ratios = records.map(({ record }) => record.updateRatio).filter(Number.isFinite);
      layers[name] = {
        gradient: joined(records.map(({ record }) => record.gradient)),
        weight: joined(records.map(({ record }) => record.weight)),
        updateRatio: ratios.length === 1 ? (ratios[0] ?? NaN) : NaN,
        ...(activations.length > 0 && { activation: joined(activations) }),
      };
    }
    return { layers, tensors };
  }
}

function recordOf(values: TensorValues): TensorRecord {
  return {
    gradient: values.summary('gradient'),
    weight: values.summary('weight'),
    updateRatio: values.scalars.get('update-ratio') ?? NaN,
  };
}
