// Packs step records against templates. A template is the structure that most records of a run share
// (which names, which optional fields); a packed record is an index of a template and its numbers.
import type { LayerRecord, StepRecord, TensorRecord } from '../core/stepRecord';
import { ByteReader, ByteWriter } from './bytes';
import { readProbe, writeProbe } from './probeCodec';
import { readSummary, writeSummary } from './summaryCodec';

/** Bits of the optional fields of a step record. */
const STEP_FIELDS = ['epoch', 'loss', 'learningRate'] as const;
const PROBE_BIT = 1 << STEP_FIELDS.length;
/** Bits of the optional fields of a layer record: summaries first, then shares. */
const LAYER_SUMMARIES = ['activation', 'activationGradient'] as const;
const LAYER_SHARES = ['deadUnits', 'saturatedUnits'] as const;

/** The structure of a step record. Bit i of a mask says that the i-th optional field is there. */
export interface RecordTemplate {
  fields: number;
  metrics: readonly string[];
  layers: readonly { name: string; fields: number }[];
  tensors: readonly string[];
}

/** A record as bytes: `bytes` are readable only against the template it names. */
export interface PackedRecord {
  template: number;
  bytes: Uint8Array<ArrayBuffer>;
}

function maskOf(fields: readonly string[], value: object): number {
  let mask = 0;
  const own = value as Record<string, unknown>;
  fields.forEach((field, i) => {
    if (own[field] !== undefined) mask |= 1 << i;
  });
  return mask;
}

function layerMask(layer: LayerRecord): number {
  return maskOf(LAYER_SUMMARIES, layer) | (maskOf(LAYER_SHARES, layer) << LAYER_SUMMARIES.length);
}

function stepMask(record: StepRecord): number {
  return maskOf(STEP_FIELDS, record) | (record.probe ? PROBE_BIT : 0);
}

function templateOf(record: StepRecord): RecordTemplate {
  return {
    fields: stepMask(record),
    metrics: Object.keys(record.metrics),
    layers: Object.entries(record.layers).map(([name, layer]) => ({
      name,
      fields: layerMask(layer),
    })),
    tensors: Object.keys(record.tensors),
  };
}

/** True where `record` has exactly the structure of `template`: the check of every step but the first. */
function matches(template: RecordTemplate, record: StepRecord): boolean {
  if (template.fields !== stepMask(record)) return false;
  let i = 0;
  for (const name in record.metrics) if (template.metrics[i++] !== name) return false;
  if (i !== template.metrics.length) return false;
  i = 0;
  for (const name in record.layers) {
    const expected = template.layers[i++];
    const layer = record.layers[name];
    if (expected?.name !== name || !layer || expected.fields !== layerMask(layer)) return false;
  }
  if (i !== template.layers.length) return false;
  i = 0;
  for (const name in record.tensors) if (template.tensors[i++] !== name) return false;
  return i === template.tensors.length;
}

function writeTensor(writer: ByteWriter, record: TensorRecord): void {
  writer.f64(record.updateRatio);
  writeSummary(writer, record.gradient);
  writeSummary(writer, record.weight);
}

function readTensor(reader: ByteReader): TensorRecord {
  const updateRatio = reader.f64('a tensor record');
  return { gradient: readSummary(reader), weight: readSummary(reader), updateRatio };
}

/** Packs and unpacks records, collecting the templates they need. */
export class RecordPacker {
  private readonly writer = new ByteWriter();
  private latest = 0;

  constructor(readonly templates: RecordTemplate[] = []) {}

  private templateIndex(record: StepRecord): number {
    const latest = this.templates[this.latest];
    if (latest && matches(latest, record)) return this.latest;
    let index = this.templates.findIndex((template) => matches(template, record));
    if (index < 0) index = this.templates.push(templateOf(record)) - 1;
    this.latest = index;
    return index;
  }

  pack(record: StepRecord): PackedRecord {
    const index = this.templateIndex(record);
    const writer = this.writer;
    writer.reset();
    writer.f64(record.step);
    writer.f64(record.seconds);
    for (const field of STEP_FIELDS) {
      const value = record[field];
      if (value !== undefined) writer.f64(value);
    }
    for (const name in record.metrics) writer.f64(record.metrics[name] ?? NaN);
    for (const name in record.layers) {
      const layer = record.layers[name];
      if (!layer) continue;
      writeTensor(writer, layer);
      for (const field of LAYER_SUMMARIES) {
        const summary = layer[field];
        if (summary) writeSummary(writer, summary);
      }
      for (const field of LAYER_SHARES) {
        const share = layer[field];
        if (share !== undefined) writer.f64(share);
      }
    }
    for (const name in record.tensors) {
      const tensor = record.tensors[name];
      if (tensor) writeTensor(writer, tensor);
    }
    if (record.probe) writeProbe(writer, record.probe);
    return { template: index, bytes: writer.finish() };
  }

  unpack(packed: { template: number; bytes: Uint8Array }): StepRecord {
    const reader: ByteReader = new ByteReader(packed.bytes);
    const template = this.templates[packed.template];
    if (!template) reader.fail(`there is no template ${packed.template}`);
    const record: StepRecord = {
      step: reader.f64('the step'),
      seconds: reader.f64('the time'),
      metrics: {},
      layers: {},
      tensors: {},
    };
    STEP_FIELDS.forEach((field, i) => {
      if (template.fields & (1 << i)) record[field] = reader.f64(field);
    });
    for (const name of template.metrics) record.metrics[name] = reader.f64('a metric');
    for (const { name, fields } of template.layers) {
      const layer: LayerRecord = readTensor(reader);
      LAYER_SUMMARIES.forEach((field, i) => {
        if (fields & (1 << i)) layer[field] = readSummary(reader);
      });
      LAYER_SHARES.forEach((field, i) => {
        if (fields & (1 << (i + LAYER_SUMMARIES.length))) layer[field] = reader.f64(field);
      });
      record.layers[name] = layer;
    }
    for (const name of template.tensors) record.tensors[name] = readTensor(reader);
    if (template.fields & PROBE_BIT) record.probe = readProbe(reader);
    if (reader.remaining > 0) reader.fail(`a record leaves ${reader.remaining} bytes unread`);
    return record;
  }
}
