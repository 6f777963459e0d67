// Decompression piece by piece, by the platform's own DecompressionStream (worker and Node alike),
// so that the beginning of a file is usable before its end was read.
import { formatError } from './dataError';
import type { WorkspaceReader } from './workspaceReader';

/** Read in steps small enough that a first batch waits for about 1 % of a 23 MB file. */
const PIECE_BYTES = 128 * 1024;

/** The bytes [start, end) of a file, in order, not kept. */
export async function* filePieces(
  reader: WorkspaceReader,
  file: string,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = start; at < end; at += PIECE_BYTES) {
    yield new Uint8Array(await reader.readFile(file, at, Math.min(end, at + PIECE_BYTES)));
  }
}

/** Decompresses `compressed` as its pieces arrive; asks for no more of them than it must. */
export async function* inflate(
  file: string,
  format: 'gzip' | 'deflate' | 'deflate-raw',
  compressed: AsyncIterator<Uint8Array, void, undefined>,
): AsyncGenerator<Uint8Array, void, undefined> {
  // An error of the input must not be mistaken for one of the compressed data.
  let inputError: Error | undefined;
  const input = new ReadableStream<BufferSource>(
    {
      async pull(controller) {
        try {
          const { done, value } = await compressed.next();
          if (done) controller.close();
          else controller.enqueue(value as Uint8Array<ArrayBuffer>);
        } catch (error) {
          inputError = error instanceof Error ? error : new Error(String(error));
          controller.error(error);
        }
      },
    },
    { highWaterMark: 0 },
  );
  const output = input.pipeThrough(new DecompressionStream(format)).getReader();
  try {
    for (;;) {
      const { done, value } = await output.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    if (inputError !== undefined) throw inputError;
    throw formatError(file, {
      expected: `data compressed by ${format}`,
      found: `bytes that do not decompress (${error instanceof Error ? error.message : String(error)})`,
      remedy: 'The file is damaged or cut off: download or create it again.',
    });
  }
}
