// Histogram histories as bytes, for the messages to the page. Layout (little-endian): magic, whether
// they hold the whole run, number of layers; per layer its name, range and columns; per column its
// steps, records, non-finite elements and the counts between its first and last used bucket.
import { SIGNED_BUCKETS, type HistogramColumn, type OctaveRange } from '../core/histogramHistory';
import { OCTAVES } from '../core/stepRecord';
import { ByteReader, ByteWriter } from './bytes';

/** "GLH" and the version of the layout. */
const MAGIC = 0x01484c47;

/** The columns of one layer that a reader lacks. */
export interface HistogramRow {
  name: string;
  range: OctaveRange;
  columns: readonly HistogramColumn[];
}

export interface HistogramUpdate {
  /** True where the columns replace all that the reader has, of every layer. */
  isWhole: boolean;
  rows: readonly HistogramRow[];
}

function writeColumn(writer: ByteWriter, column: HistogramColumn): void {
  const { counts } = column;
  writer.varint(column.firstStep);
  writer.varint(column.lastStep - column.firstStep);
  writer.varint(column.records);
  writer.varint(column.nonFinite);
  let first = 0;
  while (first < SIGNED_BUCKETS && (counts[first] ?? 0) === 0) first++;
  let end = SIGNED_BUCKETS;
  while (end > first && (counts[end - 1] ?? 0) === 0) end--;
  writer.u8(first);
  writer.u8(end - first);
  for (let i = first; i < end; i++) writer.varint(counts[i] ?? 0);
}

function readColumn(reader: ByteReader): HistogramColumn {
  const what = 'a histogram column';
  const firstStep = reader.varint(what);
  const lastStep = firstStep + reader.varint(what);
  const records = reader.varint(what);
  const nonFinite = reader.varint(what);
  const counts = new Float64Array(SIGNED_BUCKETS);
  const first = reader.u8(what);
  const length = reader.u8(what);
  if (first + length > SIGNED_BUCKETS) reader.fail(`${what} reaches beyond its buckets`);
  for (let i = first; i < first + length; i++) counts[i] = reader.varint(what);
  return { firstStep, lastStep, records, counts, nonFinite };
}

/** A number of items of at least one byte each, so that a hostile count fails before it allocates. */
function readCount(reader: ByteReader, what: string): number {
  const count = reader.varint(`the number of ${what}`);
  if (count > reader.remaining) reader.fail(`${count} ${what} cannot follow`);
  return count;
}

function readRange(reader: ByteReader): OctaveRange {
  const low = reader.u8('a range');
  const high = reader.u8('a range');
  if (low > high || high > OCTAVES) reader.fail(`the range ${low} to ${high} is none`);
  return low === 0 ? undefined : [low - 1, high - 1];
}

/** Packs histories. Throws a ProtocolError for counts that are no counts. */
export function encodeHistograms({ isWhole, rows }: HistogramUpdate): ArrayBuffer {
  const writer = new ByteWriter(1024);
  writer.u32(MAGIC);
  writer.u8(isWhole ? 1 : 0);
  writer.varint(rows.length);
  for (const { name, range, columns } of rows) {
    writer.text(name);
    // Octaves from 1, so that 0 says that there is no range yet.
    writer.u8(range === undefined ? 0 : range[0] + 1);
    writer.u8(range === undefined ? 0 : range[1] + 1);
    writer.varint(columns.length);
    for (const column of columns) writeColumn(writer, column);
  }
  return writer.finish().buffer;
}

/** Unpacks what {@link encodeHistograms} packed. Throws a ProtocolError for anything else. */
export function decodeHistograms(buffer: ArrayBuffer): HistogramUpdate {
  const reader: ByteReader = new ByteReader(new Uint8Array(buffer));
  if (reader.u32('the magic number') !== MAGIC) reader.fail('it holds no histograms');
  const isWhole = reader.u8('its beginning') === 1;
  const rows = Array.from({ length: readCount(reader, 'layers') }, () => {
    const name = reader.text('a layer');
    const range = readRange(reader);
    const columns = Array.from({ length: readCount(reader, 'columns') }, () => readColumn(reader));
    return { name, range, columns };
  });
  if (reader.remaining > 0) reader.fail(`${reader.remaining} bytes follow the last histogram`);
  return { isWhole, rows };
}
