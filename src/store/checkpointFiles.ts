// A checkpoint as files: `model.json` and `weights.bin` in the format of tfjs, loadable by `tf.loadLayersModel`;
// `state.json` and `state.bin` with all else that a training needs to go on.
import { crc32 } from 'node:zlib';
import {
  elementBytes,
  sizeOf,
  type Checkpoint,
  type CheckpointHeader,
  type SavedShape,
  type SavedTensor,
} from '../shared/core/checkpoint';
import type { TrainingOverrides } from '../shared/core/trainingOverrides';
import { checkpointHeader } from '../shared/protocol/checkpointGuard';
import {
  checkpointJson,
  decodeCheckpoint,
  encodeCheckpoint,
  parseCheckpointJson,
} from '../shared/protocol/checkpointCodec';
import { Fields, Malformed } from '../shared/protocol/checks';
import { trainingOverrides } from '../shared/protocol/overridesGuard';
import { ProtocolError } from '../shared/protocol/protocolError';
import { StoreError } from './storeError';

export const STATE_FILE = 'state.json';
const MODEL_FILE = 'model.json';
const WEIGHTS_FILE = 'weights.bin';
const SLOTS_FILE = 'state.bin';
const VERSION = 1;

/** What the host knows of the training besides its state: what it needs to begin it again. */
export interface CheckpointContext {
  seed: number;
  hyperparameters: Readonly<Record<string, number | string | boolean>>;
  /** What an experiment changes of the training. */
  training?: TrainingOverrides;
  /** Epochs in all that it was given in the place of what the module says. */
  epochs?: number;
  epsilon: 'keras' | 'as-shipped';
  /** Hash of the model's bundle: the file and all that it imports. */
  bundle: string;
  /** It trained in a thread of Node, not in the editor. */
  runtime?: 'node';
}

/** `state.json` but for its own check sum. */
interface StateJson {
  version: typeof VERSION;
  header: Omit<CheckpointHeader, 'tensors'>;
  /** In the order of `weights.bin`, then of `state.bin`, values one after the other without gaps. */
  tensors: SavedShape[];
  context: CheckpointContext;
  files: Record<string, { bytes: number; crc32: number }>;
}

const isWeight = ({ name }: SavedShape): boolean => name.startsWith('weight/');

/** The files of a checkpoint that came from a worker. Throws a StoreError (`bad-checkpoint`) where it is none. */
export function checkpointFiles(
  bytes: ArrayBuffer,
  context: CheckpointContext,
): { step: number; files: [name: string, content: Uint8Array][] } {
  const { tensors, ...header } = decoded(bytes);
  const weights = tensors.filter(isWeight);
  const others = tensors.filter((tensor) => !isWeight(tensor));
  const parts: [string, Uint8Array][] = [
    [MODEL_FILE, Buffer.from(modelJson(header, weights), 'utf8')],
    [WEIGHTS_FILE, joined(weights)],
    [SLOTS_FILE, joined(others)],
  ];
  const state = {
    ...{ version: VERSION, context, header: withTopology(header, undefined) },
    tensors: [...weights, ...others].map(({ name, variable, shape, dtype, onDevice }) => ({
      ...{ name, variable, shape, dtype, onDevice },
    })),
    files: Object.fromEntries(
      parts.map(([name, content]) => [name, { bytes: content.length, crc32: crc32(content) }]),
    ),
  };
  const text = checkpointJson(state);
  const whole = `{"crc32":${crc32(text)},"state":${text}}\n`;
  return { step: header.step, files: [...parts, [STATE_FILE, Buffer.from(whole, 'utf8')]] };
}

/** Reads a checkpoint back; throws where anything is not as it was written. */
export async function checkpointOf(
  state: Buffer,
  load: (name: string) => Promise<Buffer>,
): Promise<{ step: number; bytes: ArrayBuffer; context: CheckpointContext }> {
  const { header, tensors, context, files } = stateOf(state);
  const checked = async (name: string): Promise<Buffer> => {
    const content = await load(name);
    const { bytes, crc32: sum } = files[name] ?? { bytes: -1, crc32: 0 };
    if (content.length !== bytes || crc32(content) !== sum) {
      throw new Error(`${name} is not as it was written`);
    }
    return content;
  };
  const model = await checked(MODEL_FILE);
  const weights = split(await checked(WEIGHTS_FILE), tensors.filter(isWeight));
  const others = split(
    await checked(SLOTS_FILE),
    tensors.filter((tensor) => !isWeight(tensor)),
  );
  const { modelTopology } = JSON.parse(model.toString('utf8')) as { modelTopology?: unknown };
  const topology = modelTopology === undefined ? undefined : JSON.stringify(modelTopology);
  const checkpoint = { ...withTopology(header, topology), tensors: [...weights, ...others] };
  return { step: header.step, bytes: encodeCheckpoint(checkpoint), context };
}

type Header = Omit<Checkpoint, 'tensors'>;

/** It stands in `model.json`, for others to read, and nowhere else. */
function withTopology(header: Header, topology: string | undefined): Header {
  if (!header.origin) return header;
  const origin = { ...header.origin };
  delete origin.topology;
  return { ...header, origin: topology === undefined ? origin : { ...origin, topology } };
}

function decoded(bytes: ArrayBuffer): Checkpoint {
  try {
    return decodeCheckpoint(bytes);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new StoreError(
      'bad-checkpoint',
      `The training sent a state that is none, and it is not kept: ${error.message}`,
      { cause: error },
    );
  }
}

/** As `model.save` writes it, but that a model with a layer that cannot be described has no topology. */
function modelJson(header: Header, weights: readonly SavedTensor[]): string {
  const { topology, tfjsVersion = '' } = header.origin ?? {};
  const manifest = weights.map(({ name, variable = name, shape, dtype }) => ({
    ...{ name: variable, shape, dtype },
  }));
  return JSON.stringify({
    ...(topology !== undefined && { modelTopology: parsed(topology) }),
    format: 'layers-model',
    generatedBy: `TensorFlow.js tfjs-layers v${tfjsVersion}`,
    convertedBy: null,
    weightsManifest: [{ paths: [WEIGHTS_FILE], weights: manifest }],
  });
}

function parsed(topology: string): unknown {
  try {
    return JSON.parse(topology) as unknown;
  } catch {
    return undefined;
  }
}

function joined(tensors: readonly SavedTensor[]): Buffer {
  return Buffer.concat(
    tensors.map(({ values }) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)),
  );
}

function split(content: Buffer, shapes: readonly SavedShape[]): SavedTensor[] {
  let at = 0;
  const tensors = shapes.map((shape): SavedTensor => {
    const end = at + sizeOf(shape) * elementBytes(shape.dtype);
    if (!(end <= content.length)) throw new Error(`${shape.name} is cut off`);
    // A copy of its own: values of four bytes begin at multiples of four.
    const bytes = new Uint8Array(content.subarray(at, end)).buffer;
    at = end;
    const { dtype } = shape;
    const values =
      dtype === 'float32'
        ? new Float32Array(bytes)
        : dtype === 'int32'
          ? new Int32Array(bytes)
          : new Uint8Array(bytes);
    return { ...shape, values };
  });
  if (at !== content.length) throw new Error('there are bytes to spare');
  return tensors;
}

function stateOf(content: Buffer): StateJson {
  const text = content.toString('utf8');
  const [, sum, inner] = /^\{"crc32":(\d+),"state":(.*)\}\n$/s.exec(text) ?? [];
  if (sum === undefined || inner === undefined || crc32(inner) !== Number(sum)) {
    throw new Error(`${STATE_FILE} is not as it was written`);
  }
  const fields = new Fields(parseCheckpointJson(inner), 'state');
  if (fields.get('version') !== VERSION) throw new Malformed('it is of another version');
  const { tensors, ...header } = checkpointHeader({
    ...(fields.get('header') as object),
    tensors: fields.get('tensors'),
  });
  const files = fields.nested('files');
  const known = [MODEL_FILE, WEIGHTS_FILE, SLOTS_FILE].map((name) => {
    const file = files.nested(name);
    return [name, { bytes: file.count('bytes'), crc32: file.count('crc32') }] as const;
  });
  const context = contextOf(fields.nested('context'));
  return { version: VERSION, header, tensors, context, files: Object.fromEntries(known) };
}

function contextOf(fields: Fields): CheckpointContext {
  const values = fields.nested('hyperparameters');
  const hyperparameters = values.names(1000).map((name) => {
    const value = values.get(name);
    if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') {
      return [name, value] as const;
    }
    throw new Malformed(`${values.path(name)} is no value of a hyperparameter`);
  });
  return {
    seed: fields.count('seed'),
    hyperparameters: Object.fromEntries(hyperparameters),
    ...(fields.has('training') && { training: trainingOverrides(fields.nested('training')) }),
    ...(fields.has('epochs') && { epochs: fields.count('epochs') }),
    epsilon: fields.oneOf('epsilon', ['keras', 'as-shipped']),
    bundle: fields.text('bundle'),
    ...(fields.get('runtime') === 'node' && { runtime: 'node' }),
  };
}
