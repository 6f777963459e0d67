// The overview of a run: all that a panel shows at first, in one file beside the steps. It covers the steps file up to a
// byte; what comes after is read from there. It is only ever a copy, and may be deleted.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import type { SeriesState } from '../run/runHistory';
import { ByteReader, ByteWriter } from '../shared/protocol/bytes';
import type { RunView } from '../shared/protocol/panel';
import { writeAtomically } from './atomicFile';
import { decodeJson, encodeJson } from './frames';
import { runView } from './guards/viewGuard';
import { OVERVIEW_FILE } from './runFolder';
import { decodeSeries, encodeSeries } from './seriesCodec';
import { readIndex, writeIndex, type IndexEntry } from './stepIndex';

/** "GLOV" and the version of the layout. */
const MAGIC = 0x01564f47;

export interface Overview {
  /** Bytes of the steps file that it speaks of. */
  covered: number;
  view: RunView;
  /** Records in those bytes. */
  index: readonly IndexEntry[];
  series: SeriesState;
}

/** The file's content, copied: what was given may change afterwards. Layout: magic, check sum of all that follows. */
export function encodeOverview({ covered, view, index, series }: Overview): Uint8Array[] {
  const head = new ByteWriter();
  const packedView = encodeJson(view);
  head.f64(covered);
  head.u32(packedView.length);
  head.raw(packedView);
  writeIndex(head, index);
  const sizes = new ByteWriter(16);
  sizes.u32(head.size);
  const parts = [sizes.finish(), head.finish(), ...encodeSeries(series)];
  const start = new ByteWriter(16);
  start.u32(MAGIC);
  start.u32(parts.reduce((sum, part) => crc32(part, sum), 0));
  return [start.finish(), ...parts];
}

/** Reads what {@link encodeOverview} wrote. Throws for anything else. */
export function decodeOverview(bytes: Uint8Array): Overview {
  const reader: ByteReader = new ByteReader(bytes);
  if (reader.u32('the magic number') !== MAGIC) reader.fail('it is no overview');
  const sum = reader.u32('the check sum');
  if (crc32(bytes.subarray(8)) !== sum) reader.fail('the check sum is another');
  const size = reader.u32('a size');
  const head = new ByteReader(reader.raw(size, 'the beginning'));
  const covered = head.f64('what it covers');
  const view = runView(decodeJson(Buffer.from(head.raw(head.u32('a size'), 'the view'))));
  const index = readIndex(head);
  return { covered, view, index, series: decodeSeries(bytes.subarray(12 + size)) };
}

/** The overview in a run's folder; undefined where there is none that can be read. */
export async function readOverview(folder: string): Promise<Overview | undefined> {
  try {
    return decodeOverview(await readFile(path.join(folder, OVERVIEW_FILE)));
  } catch {
    return undefined;
  }
}

/**
 * Replaces the overview in a run's folder; resolves with its bytes. Rejects with the system's error. What is given is
 * copied before this returns.
 * @param first awaited before anything is written: what it covers has to be in the steps file.
 */
export async function writeOverview(
  folder: string,
  overview: Overview,
  first: () => Promise<void> = () => Promise.resolve(),
): Promise<number> {
  const parts = encodeOverview(overview);
  await first();
  await writeAtomically(path.join(folder, OVERVIEW_FILE), parts);
  return parts.reduce((sum, { length }) => sum + length, 0);
}
