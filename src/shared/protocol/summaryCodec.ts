// Bytes of one tensor summary: counts as varints, moments as float64 (NaN and ±Infinity survive),
// each side of the histogram as first octave, number of octaves and their counts.
import { OCTAVES, type TensorSummary } from '../core/stepRecord';
import type { ByteReader, ByteWriter } from './bytes';

function writeSide(writer: ByteWriter, counts: readonly number[]): void {
  const octaves = counts.length;
  let first = 0;
  while (first < octaves && (counts[first] ?? 0) === 0) first++;
  let end = octaves;
  while (end > first && (counts[end - 1] ?? 0) === 0) end--;
  writer.u8(first);
  writer.u8(end - first);
  for (let i = first; i < end; i++) writer.varint(counts[i] ?? 0);
}

function readSide(reader: ByteReader): number[] {
  const counts = new Array<number>(OCTAVES).fill(0);
  const first = reader.u8('a histogram');
  const length = reader.u8('a histogram');
  if (first + length > OCTAVES) reader.fail(`a histogram reaches beyond octave ${OCTAVES}`);
  for (let i = first; i < first + length; i++) counts[i] = reader.varint('a histogram count');
  return counts;
}

/** Appends one summary. */
export function writeSummary(writer: ByteWriter, summary: TensorSummary): void {
  writer.varint(summary.count);
  writer.varint(summary.zeros);
  writer.varint(summary.nans);
  writer.varint(summary.posInfs);
  writer.varint(summary.negInfs);
  writer.f64(summary.min);
  writer.f64(summary.max);
  writer.f64(summary.mean);
  writer.f64(summary.std);
  writer.f64(summary.norm);
  writeSide(writer, summary.histogram.negative);
  writeSide(writer, summary.histogram.positive);
}

/** Reads what {@link writeSummary} wrote. */
export function readSummary(reader: ByteReader): TensorSummary {
  return {
    count: reader.varint('a summary'),
    zeros: reader.varint('a summary'),
    nans: reader.varint('a summary'),
    posInfs: reader.varint('a summary'),
    negInfs: reader.varint('a summary'),
    min: reader.f64('a summary'),
    max: reader.f64('a summary'),
    mean: reader.f64('a summary'),
    std: reader.f64('a summary'),
    norm: reader.f64('a summary'),
    histogram: { negative: readSide(reader), positive: readSide(reader) },
  };
}
