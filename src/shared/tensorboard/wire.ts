// Numbers of the messages in event files, from their published schemas:
// tensorboard/compat/proto/{event,summary,histogram,tensor,tensor_shape,types}.proto,
// tensorboard/plugins/hparams/{plugin_data,api}.proto, google/protobuf/struct.proto.

/** Wire types of protocol buffers. */
export const Wire = { VARINT: 0, FIXED64: 1, BYTES: 2, FIXED32: 5 } as const;

export const EventField = {
  WALL_TIME: 1,
  STEP: 2,
  FILE_VERSION: 3,
  SUMMARY: 5,
  SESSION_LOG: 7,
  SOURCE_METADATA: 10,
} as const;

/** SessionLog.status. */
export const SESSION_START = 1;

export const SummaryField = { VALUE: 1 } as const;

export const ValueField = {
  TAG: 1,
  SIMPLE_VALUE: 2,
  HISTO: 5,
  TENSOR: 8,
  METADATA: 9,
} as const;

export const MetadataField = { PLUGIN_DATA: 1, DATA_CLASS: 4 } as const;
export const PluginDataField = { PLUGIN_NAME: 1, CONTENT: 2 } as const;
export const DataClass = { SCALAR: 1, TENSOR: 2 } as const;

export const HistogramField = {
  MIN: 1,
  MAX: 2,
  NUM: 3,
  SUM: 4,
  SUM_SQUARES: 5,
  BUCKET_LIMIT: 6,
  BUCKET: 7,
} as const;

export const TensorField = {
  DTYPE: 1,
  SHAPE: 2,
  CONTENT: 4,
  FLOAT_VAL: 5,
  DOUBLE_VAL: 6,
  INT_VAL: 7,
  STRING_VAL: 8,
  INT64_VAL: 10,
  HALF_VAL: 13,
} as const;

export const ShapeField = { DIM: 2 } as const;
export const DimField = { SIZE: 1 } as const;

/** The element types that scalars, histograms and text have. */
export const DType = {
  FLOAT: 1,
  DOUBLE: 2,
  INT32: 3,
  STRING: 7,
  INT64: 9,
  BFLOAT16: 14,
  HALF: 19,
} as const;

export const HParamsField = { SESSION_START_INFO: 3, SESSION_END_INFO: 4 } as const;
export const StartInfoField = { HPARAMS: 1, START_TIME_SECS: 5 } as const;
export const EndInfoField = { STATUS: 1, END_TIME_SECS: 2 } as const;
/** An entry of a map. */
export const EntryField = { KEY: 1, VALUE: 2 } as const;
/** google.protobuf.Value. */
export const AnyField = { NUMBER: 2, STRING: 3, BOOL: 4 } as const;
/** How a session ended, for the hparams plugin. */
export const SessionStatus = { UNKNOWN: 0, SUCCESS: 1, FAILURE: 2 } as const;
