// Where in the steps file which record is, and what can be said of a record without reading it. Bounded: of more records
// than the bound, every second one that does not stand out is left to the file.
import type { StepRecord } from '../shared/core/stepRecord';
import type { ByteReader, ByteWriter } from '../shared/protocol/bytes';
import { readTemplate, writeTemplate } from '../shared/protocol/codec';
import type { RecordTemplate } from '../shared/protocol/recordPacker';

/** Records listed: so many take some 10 MB of memory. */
const MAX_ENTRIES = 32_768;
/** Newest entries that thinning leaves alone. */
const EXACT_TAIL = 64;
/** Bits of an entry's flags. */
const STANDS_OUT = 1;
const NON_FINITE = 2;
const FIELDS = ['epoch', 'loss', 'learningRate'] as const;

/** A record in the steps file. */
export interface IndexEntry {
  template: RecordTemplate;
  /** Where its bytes begin in the file, and how many they are. */
  offset: number;
  size: number;
  /** The record without layers and tensors. */
  head: StepRecord;
  gradientNorm: number;
  standsOut: boolean;
  isNonFinite: boolean;
}

/** Shared by all heads: it stays empty. */
const NOTHING: Record<string, never> = {};

/** A record without its layers and tensors. */
export function headOf({
  step,
  epoch,
  loss,
  learningRate,
  metrics,
  seconds,
}: StepRecord): StepRecord {
  return {
    step,
    ...(epoch !== undefined && { epoch }),
    ...(loss !== undefined && { loss }),
    metrics,
    ...(learningRate !== undefined && { learningRate }),
    seconds,
    layers: NOTHING,
    tensors: NOTHING,
  };
}

export class StepIndex {
  private list: IndexEntry[] = [];

  constructor(private readonly maxEntries = MAX_ENTRIES) {}

  /** Ascending by step. */
  get entries(): readonly IndexEntry[] {
    return this.list;
  }

  add(entry: IndexEntry): void {
    this.list.push(entry);
    if (this.list.length <= this.maxEntries) return;
    const tail = this.list.length - EXACT_TAIL;
    this.list = this.list.filter(
      ({ standsOut }, i) => i % 2 === 0 || i >= tail || (standsOut && this.list.length > tail),
    );
    // All of them stand out: then none does.
    if (this.list.length > this.maxEntries) this.list = this.list.filter((_, i) => i % 2 === 0);
  }

  /** Forgets the records after `step`. */
  cut(step: number): void {
    while ((this.list.at(-1)?.head.step ?? 0) > step) this.list.pop();
  }
}

function fieldsOf(head: StepRecord): number {
  return FIELDS.reduce((mask, field, i) => mask | (head[field] === undefined ? 0 : 1 << i), 0);
}

/** Appends the entries with the templates that they need. */
export function writeIndex(writer: ByteWriter, entries: readonly IndexEntry[]): void {
  const templates = [...new Set(entries.map(({ template }) => template))];
  const numbers = new Map(templates.map((template, i) => [template, i]));
  const metricLists = new Map<string, number>();
  const metrics = entries.map(({ head }) => {
    const key = JSON.stringify(Object.keys(head.metrics));
    if (!metricLists.has(key)) metricLists.set(key, metricLists.size);
    return metricLists.get(key) ?? 0;
  });
  writer.varint(templates.length);
  for (const template of templates) writeTemplate(writer, template);
  writer.varint(metricLists.size);
  for (const key of metricLists.keys()) writer.text(key);
  writer.varint(entries.length);
  entries.forEach(({ template, offset, size, head, ...entry }, i) => {
    writer.varint(numbers.get(template) ?? 0);
    writer.varint(metrics[i] ?? 0);
    writer.varint(offset);
    writer.varint(size);
    writer.u8((entry.standsOut ? STANDS_OUT : 0) | (entry.isNonFinite ? NON_FINITE : 0));
    writer.f64(entry.gradientNorm);
    writer.varint(head.step);
    writer.f64(head.seconds);
    writer.u8(fieldsOf(head));
    for (const field of FIELDS) if (head[field] !== undefined) writer.f64(head[field]);
    for (const name in head.metrics) writer.f64(head.metrics[name] ?? NaN);
  });
}

function readNames(reader: ByteReader): string[] {
  const names: unknown = JSON.parse(reader.text('names of metrics'));
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) {
    reader.fail('names of metrics are none');
  }
  return names.filter((name) => name !== '__proto__');
}

function readCount(reader: ByteReader, what: string): number {
  const count = reader.varint(`the number of ${what}`);
  if (count > reader.remaining) reader.fail(`${count} ${what} cannot follow`);
  return count;
}

/** Reads what {@link writeIndex} wrote. Throws a ProtocolError for anything else. */
export function readIndex(reader: ByteReader): IndexEntry[] {
  const list = <T>(what: string, read: () => T) =>
    Array.from({ length: readCount(reader, what) }, read);
  const templates = list('templates', () => readTemplate(reader));
  const metricLists = list('lists of metrics', () => readNames(reader));
  return list('records', () => {
    const template = templates[reader.varint('a template')];
    const names = metricLists[reader.varint('a list of metrics')];
    if (!template || !names) return reader.fail('a record has no template');
    const offset = reader.varint('a place');
    const size = reader.varint('a size');
    const flags = reader.u8('flags');
    const gradientNorm = reader.f64('a norm');
    const head: StepRecord = {
      step: reader.varint('a step'),
      seconds: 0,
      metrics: {},
      layers: NOTHING,
      tensors: NOTHING,
    };
    head.seconds = reader.f64('a time');
    const fields = reader.u8('fields');
    FIELDS.forEach((field, i) => {
      if (fields & (1 << i)) head[field] = reader.f64(field);
    });
    for (const name of names) head.metrics[name] = reader.f64('a metric');
    return {
      ...{ template, offset, size, head, gradientNorm },
      standsOut: (flags & STANDS_OUT) !== 0,
      isNonFinite: (flags & NON_FINITE) !== 0,
    };
  });
}
