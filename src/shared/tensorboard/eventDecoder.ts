// Events out of the records of one file: what happened when, at which step.
import { type BucketHistogram, bucketsOf, readHistogramProto } from './buckets';
import { visitFields } from './fields';
import { LogError } from './logError';
import { readTensor } from './tensorProto';
import {
  EventField,
  MetadataField,
  PluginDataField,
  SESSION_START,
  SummaryField,
  ValueField,
} from './wire';

/** One value of a summary. Images, audio, graphs and the like are left out. */
export type LogValue =
  | { type: 'scalar'; tag: string; value: number }
  | { type: 'histogram'; tag: string; histogram: BucketHistogram }
  | { type: 'text'; tag: string; text: string }
  | { type: 'hparams'; tag: string; content: Uint8Array };

export interface LogEvent {
  /** Seconds since 1970. */
  seconds: number;
  step: number;
  /** Of the first event of a file: `brain.Event:2`. */
  fileVersion?: string;
  /** Steps from this one on come again. */
  isRestart?: true;
  values: LogValue[];
  /** Values that could not be read. */
  malformed: number;
}

/** Longest tag that is taken, characters. */
const MAX_TAG = 1000;

/** Decodes the events of one file, in their order: metadata stand on the first value of a tag only. */
export class EventDecoder {
  private readonly plugins = new Map<string, string>();

  /** The event of one record. Throws a LogError where it is none. Nothing of it refers to `data`. */
  decode(data: Uint8Array): LogEvent {
    const event: LogEvent = { seconds: 0, step: 0, values: [], malformed: 0 };
    visitFields(data, (number, field) => {
      switch (number) {
        case EventField.WALL_TIME:
          event.seconds = field.double() ?? 0;
          break;
        case EventField.STEP:
          event.step = field.integer() ?? 0;
          break;
        case EventField.FILE_VERSION: {
          const version = field.text();
          if (version !== undefined) event.fileVersion = version;
          break;
        }
        case EventField.SUMMARY: {
          const summary = field.bytes();
          if (summary) this.readSummary(summary, event);
          break;
        }
        case EventField.SESSION_LOG: {
          const log = field.bytes();
          if (log && statusOf(log) === SESSION_START) event.isRestart = true;
          break;
        }
      }
    });
    return event;
  }

  private readSummary(bytes: Uint8Array, event: LogEvent): void {
    visitFields(bytes, (number, field) => {
      const value = number === SummaryField.VALUE ? field.bytes() : undefined;
      if (!value) return;
      try {
        const read = this.readValue(value);
        if (read) event.values.push(read);
      } catch (error) {
        // The others of the event are as good as before.
        if (!(error instanceof LogError)) throw error;
        event.malformed++;
      }
    });
  }

  private readValue(bytes: Uint8Array): LogValue | undefined {
    let tag = '';
    let simple: number | undefined;
    let histo: Uint8Array | undefined;
    let tensor: Uint8Array | undefined;
    let content: Uint8Array | undefined;
    let plugin: string | undefined;
    visitFields(bytes, (number, field) => {
      switch (number) {
        case ValueField.TAG:
          tag = field.text() ?? '';
          break;
        case ValueField.SIMPLE_VALUE:
          simple = field.float();
          break;
        case ValueField.HISTO:
          histo = field.bytes();
          break;
        case ValueField.TENSOR:
          tensor = field.bytes();
          break;
        case ValueField.METADATA: {
          const metadata = field.bytes();
          if (metadata) ({ plugin, content } = pluginOf(metadata));
          break;
        }
      }
    });
    if (tag === '' || tag.length > MAX_TAG) return undefined;
    if (plugin !== undefined && !this.plugins.has(tag)) this.plugins.set(tag, plugin);
    if (simple !== undefined) return { type: 'scalar', tag, value: simple };
    if (histo) return { type: 'histogram', tag, histogram: readHistogramProto(histo) };
    if (!tensor) return undefined;
    return valueOf(tag, this.plugins.get(tag), tensor, content);
  }
}

function valueOf(
  tag: string,
  plugin: string | undefined,
  tensor: Uint8Array,
  content: Uint8Array | undefined,
): LogValue | undefined {
  switch (plugin) {
    case 'hparams':
      return content && { type: 'hparams', tag, content: content.slice() };
    case 'text': {
      const { texts } = readTensor(tensor);
      return texts && { type: 'text', tag, text: texts.join('\n') };
    }
    case 'histograms': {
      const histogram = bucketsOf(readTensor(tensor));
      return histogram && { type: 'histogram', tag, histogram };
    }
    // Tensors of TensorFlow 2 before it had data classes, and of writers that leave the plugin out.
    case 'scalars':
    case undefined: {
      const { shape, numbers } = readTensor(tensor);
      const value = numbers?.[0];
      const isScalar = numbers?.length === 1 && shape.every((size) => size === 1);
      return isScalar && value !== undefined ? { type: 'scalar', tag, value } : undefined;
    }
    default:
      return undefined;
  }
}

function pluginOf(bytes: Uint8Array): { plugin?: string; content?: Uint8Array } {
  let plugin: string | undefined;
  let content: Uint8Array | undefined;
  visitFields(bytes, (number, field) => {
    const data = number === MetadataField.PLUGIN_DATA ? field.bytes() : undefined;
    if (!data) return;
    visitFields(data, (inner, value) => {
      if (inner === PluginDataField.PLUGIN_NAME) plugin = value.text();
      if (inner === PluginDataField.CONTENT) content = value.bytes();
    });
  });
  return { ...(plugin !== undefined && { plugin }), ...(content && { content }) };
}

function statusOf(bytes: Uint8Array): number {
  let status = 0;
  visitFields(bytes, (number, field) => {
    if (number === 1) status = field.integer() ?? 0;
  });
  return status;
}
