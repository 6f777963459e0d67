// `npy(path)` and `npz(path)`: NumPy arrays as tensors, or byte arrays as lazy rows.
import type * as tfjs from '@tensorflow/tfjs';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { RangeFile, type ByteSource } from './byteSource';
import { formatError } from './dataError';
import { readNpyHeader } from './npyHeader';
import { elementBytes, npyValues } from './npyValues';
import type { WorkspaceReader } from './workspaceReader';
import { openZip, type ZipEntry } from './zip';

/** Arrays of an archive by name, not read yet. */
export interface NpzArchive {
  file: string;
  arrays: Map<string, ZipEntry>;
}

/** Lists the arrays of an archive. */
export async function openNpz(reader: WorkspaceReader, file: string): Promise<NpzArchive> {
  const entries = await openZip(reader, file);
  const arrays = new Map<string, ZipEntry>();
  for (const [name, entry] of entries) {
    if (name.endsWith('.npy')) arrays.set(name.slice(0, -4), entry);
  }
  if (arrays.size === 0) {
    throw formatError(file, {
      expected: 'NumPy arrays (entries named *.npy)',
      found: [...entries.keys()].slice(0, 8).join(', ') || 'an empty archive',
      remedy: 'Write it with numpy.savez or numpy.savez_compressed.',
    });
  }
  return { file, arrays };
}

/** An array of unsigned bytes, fetched on demand. */
export async function byteArray(
  { file, arrays }: NpzArchive,
  name: string,
  rank: number,
): Promise<{ source: ByteSource; offset: number; shape: number[] }> {
  const entry = arrays.get(name);
  if (!entry) {
    throw formatError(file, {
      expected: `an array ${name}`,
      found: [...arrays.keys()].slice(0, 8).join(', '),
      remedy: 'Read archives of another form with npz.',
    });
  }
  const source = await entry.open();
  const { type, shape, offset, fortranOrder } = await readNpyHeader(source, source.file);
  if (type !== 'u1' || shape.length !== rank || fortranOrder) {
    throw formatError(source.file, {
      expected: `unsigned bytes in ${rank} dimension(s), row by row`,
      found: `type ${type}, shape (${shape.join(', ')})${fortranOrder ? ', column by column' : ''}`,
      remedy: 'Read archives of another form with npz.',
    });
  }
  return { source, offset, shape };
}

/** Reads a `.npy` file as a tensor. */
export async function readNpy(
  reader: WorkspaceReader,
  tf: TfNamespace,
  file: string,
): Promise<tfjs.Tensor> {
  return tensorOf(tf, await RangeFile.open(reader, file));
}

/** Reads all arrays of a `.npz` file as tensors. */
export async function readNpz(
  reader: WorkspaceReader,
  tf: TfNamespace,
  file: string,
): Promise<Record<string, tfjs.Tensor>> {
  const { arrays } = await openNpz(reader, file);
  const tensors: Record<string, tfjs.Tensor> = {};
  try {
    for (const [name, entry] of arrays) tensors[name] = await tensorOf(tf, await entry.open());
  } catch (error) {
    tf.dispose(tensors);
    throw error;
  }
  return tensors;
}

async function tensorOf(tf: TfNamespace, source: ByteSource): Promise<tfjs.Tensor> {
  const header = await readNpyHeader(source, source.file);
  const count = header.shape.reduce((product, size) => product * size, 1);
  const end = header.offset + count * elementBytes(header, source.file);
  await source.ensure(0, end);
  const { values, dtype } = npyValues(header, source.view(header.offset, end), count, source.file);
  return tf.tensor(values, header.shape, dtype);
}
