// Bytes of a probe: they end the packed record that carries it. Probes are rare, so each names its
// layers itself and no template knows of them.
import type { LayerProbe, ProbeRecord } from '../core/probe';
import type { ByteReader, ByteWriter } from './bytes';
import { readSummary, writeSummary } from './summaryCodec';

/** Bits of the optional fields of a layer's probe: summaries first, then counts. */
const SUMMARIES = ['preActivation', 'delta'] as const;
const COUNTS = ['deadUnits', 'saturatedUnits', 'identicalUnits'] as const;
/** A name that would reach the object's prototype instead of becoming a key. */
const FORBIDDEN_NAME = '__proto__';

/** Appends one probe. */
export function writeProbe(writer: ByteWriter, probe: ProbeRecord): void {
  writer.varint(probe.samples);
  writer.u8(probe.loss === undefined ? 0 : 1);
  if (probe.loss !== undefined) writer.f64(probe.loss);
  const layers = Object.entries(probe.layers);
  writer.varint(layers.length);
  for (const [name, layer] of layers) {
    writer.text(name);
    let mask = 0;
    [...SUMMARIES, ...COUNTS].forEach((field, i) => {
      if (layer[field] !== undefined) mask |= 1 << i;
    });
    writer.u8(mask);
    writer.varint(layer.units);
    writeSummary(writer, layer.activation);
    for (const field of SUMMARIES) {
      const summary = layer[field];
      if (summary) writeSummary(writer, summary);
    }
    for (const field of COUNTS) {
      const units = layer[field];
      if (units !== undefined) writer.varint(units);
    }
  }
}

/** Reads what {@link writeProbe} wrote. */
export function readProbe(reader: ByteReader): ProbeRecord {
  const samples = reader.varint('a probe');
  const hasLoss = reader.u8('a probe') !== 0;
  const probe: ProbeRecord = {
    samples,
    ...(hasLoss && { loss: reader.f64('the loss of a probe') }),
    layers: {},
  };
  const count = reader.varint('the layers of a probe');
  if (count > reader.remaining) reader.fail(`${count} layers of a probe cannot follow`);
  for (let i = 0; i < count; i++) {
    const name = reader.text('a layer of a probe');
    if (name === FORBIDDEN_NAME) reader.fail(`a layer of a probe is named ${name}`);
    const mask = reader.u8('a layer of a probe');
    const layer: LayerProbe = {
      units: reader.varint('the units of a layer'),
      activation: readSummary(reader),
    };
    SUMMARIES.forEach((field, bit) => {
      if (mask & (1 << bit)) layer[field] = readSummary(reader);
    });
    COUNTS.forEach((field, bit) => {
      if (mask & (1 << (bit + SUMMARIES.length))) layer[field] = reader.varint(field);
    });
    probe.layers[name] = layer;
  }
  return probe;
}
