// Events as framed bytes. What is the same in all values of a tag is encoded once: the event of a step is a copy
// of a few hundred bytes, its numbers and a checksum.
import { PbfWriter } from 'pbf';
import { frameRecord } from './records';
import {
  DataClass,
  DimField,
  DType,
  EventField,
  MetadataField,
  PluginDataField,
  SESSION_START,
  ShapeField,
  SummaryField,
  TensorField,
  ValueField,
  Wire,
} from './wire';

/** First record of every file: TensorBoard and TensorFlow know it by this. */
export const FILE_VERSION = 'brain.Event:2';

/** Buckets (left, right, count), one after another: a tensor of shape [rows.length ÷ 3, 3]. */
export type BucketRows = readonly number[];

function encode(write: (pbf: PbfWriter) => void): Uint8Array {
  const pbf = new PbfWriter(new Uint8Array(256));
  write(pbf);
  return pbf.finish();
}

function writeRaw(pbf: PbfWriter, bytes: Uint8Array): void {
  pbf.realloc(bytes.length);
  pbf.buf.set(bytes, pbf.pos);
  pbf.pos += bytes.length;
}

/** The metadata field of a value, by which TensorBoard knows which plugin shows it. */
function metadataOf(plugin: string, dataClass: number, content?: Uint8Array): Uint8Array {
  const data = encode((pbf) => {
    pbf.writeStringField(PluginDataField.PLUGIN_NAME, plugin);
    if (content) pbf.writeBytesField(PluginDataField.CONTENT, content);
  });
  const message = encode((pbf) => {
    pbf.writeBytesField(MetadataField.PLUGIN_DATA, data);
    pbf.writeVarintField(MetadataField.DATA_CLASS, dataClass);
  });
  return encode((pbf) => pbf.writeBytesField(ValueField.METADATA, message));
}

const SCALAR = metadataOf('scalars', DataClass.SCALAR);
const HISTOGRAM = metadataOf('histograms', DataClass.TENSOR);
const TEXT = metadataOf('text', DataClass.TENSOR);

function tagField(tag: string): Uint8Array {
  return encode((pbf) => pbf.writeStringField(ValueField.TAG, tag));
}

function tensorField(dtype: number, shape: readonly number[], values: (pbf: PbfWriter) => void) {
  const dims = encode((pbf) => {
    for (const size of shape) {
      const dim = encode((inner) => inner.writeVarintField(DimField.SIZE, size));
      pbf.writeBytesField(ShapeField.DIM, dim);
    }
  });
  const tensor = encode((pbf) => {
    pbf.writeVarintField(TensorField.DTYPE, dtype);
    pbf.writeBytesField(TensorField.SHAPE, dims);
    values(pbf);
  });
  return encode((pbf) => pbf.writeBytesField(ValueField.TENSOR, tensor));
}

/** A scalar's tensor: float32 of rank 0, whose number is the last four bytes. */
const SCALAR_TENSOR = tensorField(DType.FLOAT, [], (pbf) =>
  pbf.writePackedFloat(TensorField.FLOAT_VAL, [0]),
);

/** float64 values as bytes, little-endian on every machine. */
function doubles(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  for (let i = 0; i < values.length; i++) view.setFloat64(8 * i, values[i] ?? 0, true);
  return new Uint8Array(view.buffer);
}

/**
 * Encodes the events of one file. Metadata stand on the first value of each tag only, as the schema of
 * `Summary.Value` describes, so one encoder writes the whole of a file.
 */
export class EventEncoder {
  private readonly pbf = new PbfWriter(new Uint8Array(4096));
  /** Fields before a scalar's number, by tag. */
  private readonly scalars = new Map<string, Uint8Array>();
  private readonly described = new Set<string>();

  /** The first event of a file. `seconds`: wall time, since 1970. */
  version(seconds: number): Uint8Array<ArrayBuffer> {
    return this.frame(seconds, 0, (pbf) =>
      pbf.writeStringField(EventField.FILE_VERSION, FILE_VERSION),
    );
  }

  /** Says that steps from `step` on come again: TensorBoard forgets those that it has. */
  restart(seconds: number, step: number): Uint8Array<ArrayBuffer> {
    const log = encode((pbf) => pbf.writeVarintField(1, SESSION_START));
    return this.frame(seconds, step, (pbf) => pbf.writeBytesField(EventField.SESSION_LOG, log));
  }

  /** Scalars of one step, as float32. */
  scalarEvent(
    seconds: number,
    step: number,
    tags: readonly string[],
    values: readonly number[],
  ): Uint8Array<ArrayBuffer> {
    return this.summary(seconds, step, (pbf) => {
      for (let i = 0; i < tags.length; i++) this.writeScalar(pbf, tags[i] ?? '', values[i] ?? NaN);
    });
  }

  /** Histograms of one step: float64 tensors of shape [k, 3]. */
  histogramEvent(
    seconds: number,
    step: number,
    histograms: readonly { tag: string; rows: BucketRows }[],
  ): Uint8Array<ArrayBuffer> {
    return this.summary(seconds, step, (pbf) => {
      for (const { tag, rows } of histograms) {
        const tensor = tensorField(DType.DOUBLE, [rows.length / 3, 3], (inner) =>
          inner.writeBytesField(TensorField.CONTENT, doubles(rows)),
        );
        this.writeValue(pbf, tag, tensor, HISTOGRAM);
      }
    });
  }

  /** Markdown. */
  textEvent(seconds: number, step: number, tag: string, text: string): Uint8Array<ArrayBuffer> {
    const tensor = tensorField(DType.STRING, [], (pbf) =>
      pbf.writeStringField(TensorField.STRING_VAL, text),
    );
    return this.summary(seconds, step, (pbf) => this.writeValue(pbf, tag, tensor, TEXT));
  }

  /** A message of the hparams plugin, which stands in the metadata; the tensor means nothing. */
  hparamsEvent(seconds: number, tag: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
    const tensor = tensorField(DType.FLOAT, [1], (pbf) =>
      pbf.writePackedFloat(TensorField.FLOAT_VAL, [0]),
    );
    const metadata = metadataOf('hparams', DataClass.TENSOR, content);
    return this.summary(seconds, 0, (pbf) => this.writeValue(pbf, tag, tensor, metadata));
  }

  private writeScalar(pbf: PbfWriter, tag: string, value: number): void {
    let fields = this.scalars.get(tag);
    if (!fields) {
      fields = encode((inner) => {
        writeRaw(inner, tagField(tag));
        writeRaw(inner, SCALAR_TENSOR);
      });
      this.scalars.set(tag, fields);
    }
    const isFirst = this.isFirst(tag);
    pbf.writeTag(SummaryField.VALUE, Wire.BYTES);
    pbf.writeVarint(fields.length + (isFirst ? SCALAR.length : 0));
    writeRaw(pbf, fields);
    pbf.dataView.setFloat32(pbf.pos - 4, value, true);
    if (isFirst) writeRaw(pbf, SCALAR);
  }

  private writeValue(pbf: PbfWriter, tag: string, tensor: Uint8Array, metadata: Uint8Array): void {
    const fields = tagField(tag);
    const isFirst = this.isFirst(tag);
    pbf.writeTag(SummaryField.VALUE, Wire.BYTES);
    pbf.writeVarint(fields.length + tensor.length + (isFirst ? metadata.length : 0));
    writeRaw(pbf, fields);
    writeRaw(pbf, tensor);
    if (isFirst) writeRaw(pbf, metadata);
  }

  private isFirst(tag: string): boolean {
    if (this.described.has(tag)) return false;
    this.described.add(tag);
    return true;
  }

  private summary(
    seconds: number,
    step: number,
    write: (pbf: PbfWriter) => void,
  ): Uint8Array<ArrayBuffer> {
    return this.frame(seconds, step, (pbf) =>
      pbf.writeMessage(EventField.SUMMARY, () => write(pbf), undefined),
    );
  }

  private frame(
    seconds: number,
    step: number,
    write: (pbf: PbfWriter) => void,
  ): Uint8Array<ArrayBuffer> {
    const { pbf } = this;
    pbf.pos = 0;
    pbf.writeDoubleField(EventField.WALL_TIME, seconds);
    // Proto3 leaves out what is 0.
    if (step !== 0) pbf.writeVarintField(EventField.STEP, step);
    write(pbf);
    return frameRecord(pbf.buf.subarray(0, pbf.pos));
  }
}
