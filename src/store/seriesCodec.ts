// Curves and histograms of a history as bytes: exactly, so that a run that is opened goes on where it was.
import type { SeriesState } from '../run/runHistory';
import type { EpochRecord } from '../shared/core/run';
import { count, Fields, Malformed, metrics } from '../shared/protocol/checks';
import { ByteReader, ByteWriter } from '../shared/protocol/bytes';
import { decodeHistograms, encodeHistograms } from '../shared/protocol/histogramCodec';
import { parse, stringify } from './json';

const BYTES_PER_NUMBER = 8;
/** Halvings of 2^53 steps: more would be no state. */
const MAX_LEVEL = 64;
const MAX_EPOCHS = 10_000;
const MAX_NON_FINITE = 10_000;
const MAX_COLUMNS = 100_000;

/** Bytes of a column. Machines that VS Code runs on are little-endian, as the file is. */
function columnBytes({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** What is small, as text. */
interface Rest {
  step: number;
  rows: number;
  columns: string[];
  nonFiniteSteps: readonly number[];
  nonFiniteGap: number;
  level: number;
  coarseRows: number;
  epochs: readonly EpochRecord[];
  epochStride: number;
  stride: number;
  firstStep: number;
  lastStep: number;
}

/** The state as parts of a file, copied; the first is the size of the second. */
export function encodeSeries({ step, curves, histograms }: SeriesState): Uint8Array[] {
  const { columns, epochs, nonFiniteSteps, nonFiniteGap, level, coarseRows } = curves;
  const { rows, stride, firstStep, lastStep } = histograms;
  const rest: Rest = {
    ...{ step, rows: curves.step.length, columns: columns.map(([name]) => name) },
    ...{ nonFiniteSteps, nonFiniteGap, level, coarseRows },
    ...{ epochs: epochs.list, epochStride: epochs.stride },
    ...{ stride, firstStep, lastStep },
  };
  const text = Buffer.from(stringify(rest), 'utf8');
  const packed = new Uint8Array(encodeHistograms({ isWhole: true, rows }));
  const sizes = new ByteWriter(16);
  sizes.u32(text.length);
  sizes.u32(packed.length);
  return [
    sizes.finish(),
    text,
    packed,
    ...[curves.step, ...columns.map(([, values]) => values)].map((values) =>
      Uint8Array.from(columnBytes(values)),
    ),
  ];
}

function epoch(value: unknown, at: string): EpochRecord {
  const fields = new Fields(value, at);
  return {
    epoch: fields.count('epoch'),
    step: fields.count('step'),
    metrics: metrics(fields.get('metrics'), fields.path('metrics')),
  };
}

/** A whole number in a range that a state can have. */
function within(fields: Fields, name: string, from: number, to: number): number {
  const value = fields.count(name);
  if (value < from || value > to) throw new Malformed(`${fields.path(name)} is ${value}`);
  return value;
}

function restOf(value: unknown): Rest {
  const fields = new Fields(value, 'series');
  const most = Number.MAX_SAFE_INTEGER;
  const rows = fields.count('rows');
  return {
    step: fields.count('step'),
    rows,
    columns: fields.list('columns', MAX_COLUMNS, (name, at) =>
      new Fields({ name }, at).text('name'),
    ),
    nonFiniteSteps: fields.list('nonFiniteSteps', MAX_NON_FINITE, count),
    nonFiniteGap: within(fields, 'nonFiniteGap', 1, most),
    level: within(fields, 'level', 0, MAX_LEVEL),
    coarseRows: within(fields, 'coarseRows', 0, rows),
    epochs: fields.list('epochs', MAX_EPOCHS, epoch),
    epochStride: within(fields, 'epochStride', 1, most),
    stride: within(fields, 'stride', 1, most),
    firstStep: fields.count('firstStep'),
    lastStep: fields.count('lastStep'),
  };
}

/** Reads what {@link encodeSeries} wrote. Throws a ProtocolError, a SyntaxError or `Malformed` for anything else. */
export function decodeSeries(bytes: Uint8Array): SeriesState {
  const reader: ByteReader = new ByteReader(bytes);
  const textSize = reader.u32('a size');
  const packedSize = reader.u32('a size');
  const rest = restOf(parse(Buffer.from(reader.raw(textSize, 'the lists')).toString('utf8')));
  const { step, rows, columns, epochs, epochStride, stride, firstStep, lastStep } = rest;
  const packed = Uint8Array.from(reader.raw(packedSize, 'the histograms')).buffer;
  const column = (): Float64Array =>
    new Float64Array(Uint8Array.from(reader.raw(rows * BYTES_PER_NUMBER, 'a column')).buffer);
  const steps = column();
  return {
    step,
    curves: {
      step: steps,
      columns: columns.map((name) => [name, column()] as const),
      nonFiniteSteps: rest.nonFiniteSteps,
      nonFiniteGap: rest.nonFiniteGap,
      level: rest.level,
      coarseRows: rest.coarseRows,
      epochs: { list: epochs, stride: epochStride },
    },
    histograms: { rows: decodeHistograms(packed).rows, stride, firstStep, lastStep },
  };
}
