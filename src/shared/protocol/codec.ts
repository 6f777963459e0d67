// Step records as bytes, for messages and for files. Layout (little-endian): magic, number of
// templates, templates; number of records, and per record its template, size and bytes. A record of a
// 20-layer net takes about 10 KB so, instead of 60 KB as JSON, and NaN and ±Infinity survive.
import type { StepRecord } from '../core/stepRecord';
import { ByteReader, ByteWriter } from './bytes';
import { ProtocolError } from './protocolError';
import { RecordPacker, type PackedRecord, type RecordTemplate } from './recordPacker';

/** "GLS" and the version of the layout. */
const MAGIC = 0x01534c47;

/** Names that would reach an object's prototype instead of becoming a key. */
const FORBIDDEN_NAME = '__proto__';

/** Appends a template. */
export function writeTemplate(writer: ByteWriter, template: RecordTemplate): void {
  writer.u8(template.fields);
  writer.varint(template.metrics.length);
  for (const name of template.metrics) writer.text(name);
  writer.varint(template.layers.length);
  for (const layer of template.layers) {
    writer.u8(layer.fields);
    writer.text(layer.name);
  }
  writer.varint(template.tensors.length);
  for (const name of template.tensors) writer.text(name);
}

/** Reads `count` items of at least one byte each, so that a hostile count fails before it allocates. */
function readList<T>(reader: ByteReader, what: string, read: () => T): T[] {
  const count = reader.varint(`the number of ${what}`);
  if (count > reader.remaining) reader.fail(`${count} ${what} cannot follow`);
  return Array.from({ length: count }, read);
}

/** Reads what {@link writeTemplate} wrote. Throws a ProtocolError for anything else. */
export function readTemplate(reader: ByteReader): RecordTemplate {
  const fields = reader.u8('a template');
  const name = (what: string): string => {
    const text = reader.text(what);
    if (text === FORBIDDEN_NAME) reader.fail(`${what} is named ${FORBIDDEN_NAME}`);
    return text;
  };
  const metrics = readList(reader, 'metrics', () => name('a metric'));
  const layers = readList(reader, 'layers', () => {
    const layerFields = reader.u8('a layer');
    return { fields: layerFields, name: name('a layer') };
  });
  const tensors = readList(reader, 'tensors', () => name('a tensor'));
  for (const names of [metrics, layers.map((layer) => layer.name), tensors]) {
    if (new Set(names).size !== names.length) reader.fail('a name occurs twice in a template');
  }
  return { fields, metrics, layers, tensors };
}

/**
 * Frames packed records with the templates they need.
 * @param offsets takes the place of each record's bytes in the result.
 */
export function encodePacked(
  templates: readonly RecordTemplate[],
  records: readonly PackedRecord[],
  offsets?: number[],
): ArrayBuffer {
  const used = [...new Set(records.map((record) => record.template))].sort((a, b) => a - b);
  const renumbered = new Map(used.map((old, index) => [old, index]));
  const writer = new ByteWriter(1024 + records.reduce((sum, r) => sum + r.bytes.length + 8, 0));
  writer.u32(MAGIC);
  writer.varint(used.length);
  for (const index of used) {
    const template = templates[index];
    if (!template) {
      throw new ProtocolError(
        'unencodable-record',
        `A packed step record names template ${index}, but only ${templates.length} are known.`,
      );
    }
    writeTemplate(writer, template);
  }
  writer.varint(records.length);
  for (const record of records) {
    writer.varint(renumbered.get(record.template) ?? 0);
    writer.varint(record.bytes.length);
    offsets?.push(writer.size);
    writer.raw(record.bytes);
  }
  return writer.finish().buffer;
}

/** Packs records for a message or a file. Throws a ProtocolError for counts that are no counts. */
export function encodeStepRecords(records: readonly StepRecord[]): ArrayBuffer {
  const packer = new RecordPacker();
  const packed = records.map((record) => packer.pack(record));
  return encodePacked(packer.templates, packed);
}

/** A record within a batch: `bytes` are a view of the batch, `offset` is where they begin in it. */
export interface FramedRecord {
  template: number;
  bytes: Uint8Array;
  offset: number;
}

/** Takes a batch apart and leaves its records packed. Throws a ProtocolError for anything but a batch. */
export function decodePacked(batch: Uint8Array): {
  templates: RecordTemplate[];
  records: FramedRecord[];
} {
  const reader = new ByteReader(batch);
  if (reader.u32('the magic number') !== MAGIC) reader.fail('it does not begin as a batch does');
  const templates = readList(reader, 'templates', () => readTemplate(reader));
  const records = readList(reader, 'records', () => {
    const template = reader.varint('a record');
    const size = reader.varint('a record');
    const offset = batch.length - reader.remaining;
    return { template, bytes: reader.raw(size, 'a record'), offset };
  });
  if (reader.remaining > 0) reader.fail(`${reader.remaining} bytes follow the last record`);
  return { templates, records };
}

/** Unpacks what {@link encodeStepRecords} packed. Throws a ProtocolError for anything else. */
export function decodeStepRecords(buffer: ArrayBuffer): StepRecord[] {
  const { templates, records } = decodePacked(new Uint8Array(buffer));
  const packer = new RecordPacker(templates);
  return records.map((record) => packer.unpack(record));
}
