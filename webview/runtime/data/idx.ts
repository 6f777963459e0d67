// The IDX format of MNIST (http://yann.lecun.com/exdb/mnist): two zero bytes, the element type,
// the number of dimensions, one big-endian 32-bit size per dimension, then the elements.
import { RangeFile, SequentialBytes, type ByteSource } from './byteSource';
import { formatError } from './dataError';
import { filePieces, inflate } from './inflate';
import type { WorkspaceReader } from './workspaceReader';

/** Element type 8: unsigned bytes, the only one that the MNIST family uses. */
const UNSIGNED_BYTE = 0x08;

/** An IDX file of unsigned bytes whose elements are fetched on demand. */
export interface IdxFile {
  source: ByteSource;
  /** Sizes of the dimensions; the first counts the samples. */
  dimensions: number[];
  /** Where the elements begin. */
  offset: number;
}

/** Opens an IDX file, plain or `.gz`, and reads its header. */
export async function openIdx(
  reader: WorkspaceReader,
  file: string,
  rank: number,
): Promise<IdxFile> {
  const raw = await RangeFile.open(reader, file);
  const source = file.endsWith('.gz')
    ? new SequentialBytes(file, inflate(file, 'gzip', filePieces(reader, file, 0, raw.size)))
    : raw;
  const offset = 4 + 4 * rank;
  await source.ensure(0, offset);
  const header = source.view(0, offset);
  if (header[0] !== 0 || header[1] !== 0 || header[2] !== UNSIGNED_BYTE || header[3] !== rank) {
    const bytes = [...header.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0'));
    throw formatError(file, {
      expected: `an IDX file of unsigned bytes with ${rank} dimension(s) (00 00 08 0${rank})`,
      found: bytes.join(' '),
      remedy: 'Check that the file is the one its name says, and not a web page or an archive.',
    });
  }
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const dimensions = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  if (source instanceof RangeFile) {
    const expected = offset + dimensions.reduce((product, size) => product * size, 1);
    if (source.size < expected) {
      throw formatError(file, {
        expected: `${expected} bytes for ${dimensions.join(' × ')} elements`,
        found: `${source.size}`,
        remedy: 'The file is cut off: download it again.',
      });
    }
  }
  return { source, dimensions, offset };
}
