// The chunks of a PNG as its bytes arrive (PNG specification, third edition, section 5).
import { formatError } from './dataError';

/** The payload of the IDAT chunks, from the bytes after the header chunk. */
export async function* imageData(
  file: string,
  pieces: AsyncIterator<Uint8Array, void, undefined>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let piece = new Uint8Array(0);
  /** The next bytes, at most `count`, at least one. */
  const some = async (count: number): Promise<Uint8Array> => {
    while (piece.length === 0) {
      const { done, value } = await pieces.next();
      if (done) {
        throw formatError(file, {
          expected: 'an IEND chunk at the end of the image',
          found: 'the end of the file',
          remedy: 'The image is cut off: download it again.',
        });
      }
      piece = value as Uint8Array<ArrayBuffer>;
    }
    const taken = piece.subarray(0, count);
    piece = piece.subarray(taken.length);
    return taken;
  };
  const exactly = async (count: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count;) {
      const part = await some(count - at);
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  };
  for (;;) {
    const head = await exactly(8);
    const type = String.fromCharCode(...head.subarray(4));
    if (type === 'IEND') return;
    let left = new DataView(head.buffer).getUint32(0);
    while (left > 0) {
      const part = await some(left);
      left -= part.length;
      if (type === 'IDAT') yield part;
    }
    await exactly(4); // CRC: the compressed data has a checksum of its own.
  }
}
