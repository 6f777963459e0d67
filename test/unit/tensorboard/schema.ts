// An independent reader of event files: framing and CRC by the format's description, messages by protobufjs from the
// schemas' text. Shares nothing with src/shared/tensorboard.
import protobuf from 'protobufjs';

/** As published in tensorboard/compat/proto and tensorboard/plugins/hparams: names and numbers, in one file. */
const SCHEMA = `
syntax = "proto3";
message Event {
  double wall_time = 1; int64 step = 2;
  oneof what { string file_version = 3; bytes graph_def = 4; Summary summary = 5; SessionLog session_log = 7; }
}
message SessionLog { int32 status = 1; string checkpoint_path = 2; string msg = 3; }
message PluginData { string plugin_name = 1; bytes content = 2; }
message SummaryMetadata {
  PluginData plugin_data = 1; string display_name = 2; string summary_description = 3; int32 data_class = 4;
}
message Summary { repeated Value value = 1; }
message Value {
  string node_name = 7; string tag = 1; SummaryMetadata metadata = 9;
  oneof value { float simple_value = 2; HistogramProto histo = 5; TensorProto tensor = 8; }
}
message HistogramProto {
  double min = 1; double max = 2; double num = 3; double sum = 4; double sum_squares = 5;
  repeated double bucket_limit = 6 [packed = true]; repeated double bucket = 7 [packed = true];
}
message Dim { int64 size = 1; string name = 2; }
message TensorShapeProto { repeated Dim dim = 2; bool unknown_rank = 3; }
message TensorProto {
  int32 dtype = 1; TensorShapeProto tensor_shape = 2; int32 version_number = 3; bytes tensor_content = 4;
  repeated int32 half_val = 13 [packed = true]; repeated float float_val = 5 [packed = true];
  repeated double double_val = 6 [packed = true]; repeated int32 int_val = 7 [packed = true];
  repeated bytes string_val = 8; repeated int64 int64_val = 10 [packed = true];
}
message Any { oneof kind { double number_value = 2; string string_value = 3; bool bool_value = 4; } }
message HParamsPluginData { int32 version = 1; SessionStartInfo session_start_info = 3; SessionEndInfo session_end_info = 4; }
message SessionStartInfo { map<string, Any> hparams = 1; string group_name = 4; double start_time_secs = 5; }
message SessionEndInfo { int32 status = 1; double end_time_secs = 2; }
`;

const root = protobuf.parse(SCHEMA, { keepCase: true }).root;

/** A message as plain values: 64-bit integers as numbers, bytes as Buffer. */
export interface Plain {
  [field: string]: unknown;
}

/** Decodes a message of the schema. */
export function decode(type: string, bytes: Uint8Array): Plain {
  const message = root.lookupType(type);
  return message.toObject(message.decode(bytes), { longs: Number, oneofs: true });
}

/** Encodes a message of the schema. */
export function encode(type: string, value: object): Uint8Array {
  const message = root.lookupType(type);
  return message.encode(message.fromObject(value)).finish();
}

/** CRC-32C bit by bit: reflected, polynomial 0x1edc6f41 (RFC 3720). */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function masked(bytes: Uint8Array): number {
  const crc = BigInt(crc32c(bytes));
  return Number((((crc >> 15n) | (crc << 17n)) + 0xa282ead8n) & 0xffffffffn);
}

/** Frames a record. */
export function frame(data: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header.writeBigUInt64LE(BigInt(data.length));
  const crcs = [masked(header), masked(data)].map((crc) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(crc);
    return bytes;
  });
  return Buffer.concat([header, crcs[0]!, data, crcs[1]!]);
}

/** All records of a file, their checksums verified. Throws where one does not fit or the end is torn. */
export function readRecords(file: Buffer): Buffer[] {
  const records: Buffer[] = [];
  let at = 0;
  while (at < file.length) {
    const header = file.subarray(at, at + 8);
    if (file.readUInt32LE(at + 8) !== masked(header)) throw new Error(`bad length at ${at}`);
    const end = at + 12 + Number(header.readBigUInt64LE());
    const data = file.subarray(at + 12, end);
    if (file.readUInt32LE(end) !== masked(data)) throw new Error(`bad data at ${at}`);
    records.push(data);
    at = end + 4;
  }
  return records;
}

/** All events of a file. */
export function readEvents(file: Buffer): Plain[] {
  return readRecords(file).map((data) => decode('Event', data));
}
