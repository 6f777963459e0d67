// Entries of a ZIP archive, found by its central directory and decompressed on demand
// (PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12, 4.3.16).
import { RangeFile, SequentialBytes, type ByteSource } from './byteSource';
import { formatError } from './dataError';
import { filePieces, inflate } from './inflate';
import type { WorkspaceReader } from './workspaceReader';

const END_SIGNATURE = 0x06054b50;
const CENTRAL_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
const LARGEST_COMMENT = 0xffff;
/** A field of this value stands for a ZIP64 extension: archives beyond 4 GiB. */
const ZIP64 = 0xffffffff;

export interface ZipEntry {
  name: string;
  /** Bytes after decompression. */
  size: number;
  open(): Promise<ByteSource>;
}

/** Lists an archive's entries by name. */
export async function openZip(
  reader: WorkspaceReader,
  file: string,
): Promise<Map<string, ZipEntry>> {
  const archive = await RangeFile.open(reader, file);
  const broken = (found: string) =>
    formatError(file, {
      expected: 'a ZIP archive',
      found,
      remedy: 'The file is damaged or of another kind: download or create it again.',
    });
  const tailStart = Math.max(0, archive.size - END_BYTES - LARGEST_COMMENT);
  await archive.ensure(tailStart, archive.size);
  const tail = viewOf(archive.view(tailStart, archive.size));
  let end = tail.byteLength - END_BYTES;
  while (end >= 0 && tail.getUint32(end, true) !== END_SIGNATURE) end--;
  if (end < 0) throw broken('no end of a central directory');
  const count = tail.getUint16(end + 10, true);
  const length = tail.getUint32(end + 12, true);
  const start = tail.getUint32(end + 16, true);
  if (start === ZIP64 || length === ZIP64) throw broken('one of more than 4 GiB');
  if (start + length > archive.size) throw broken('a directory beyond the end of the file');
  await archive.ensure(start, start + length);
  const directory = viewOf(archive.view(start, start + length));
  const entries = new Map<string, ZipEntry>();
  for (let i = 0, at = 0; i < count; i++) {
    if (at + 46 > length || directory.getUint32(at, true) !== CENTRAL_SIGNATURE) {
      throw broken(`no directory record for entry ${i + 1}`);
    }
    const nameLength = directory.getUint16(at + 28, true);
    const name = new TextDecoder().decode(
      new Uint8Array(directory.buffer, directory.byteOffset + at + 46, nameLength),
    );
    const record: EntryRecord = {
      method: directory.getUint16(at + 10, true),
      compressed: directory.getUint32(at + 20, true),
      size: directory.getUint32(at + 24, true),
      offset: directory.getUint32(at + 42, true),
    };
    if (record.compressed === ZIP64 || record.size === ZIP64 || record.offset === ZIP64) {
      throw broken(`entry ${name} of more than 4 GiB`);
    }
    entries.set(name, {
      name,
      size: record.size,
      open: () => openEntry(reader, archive, name, record),
    });
    at += 46 + nameLength + directory.getUint16(at + 30, true) + directory.getUint16(at + 32, true);
  }
  return entries;
}

interface EntryRecord {
  method: number;
  compressed: number;
  size: number;
  offset: number;
}

async function openEntry(
  reader: WorkspaceReader,
  archive: RangeFile,
  name: string,
  entry: EntryRecord,
): Promise<ByteSource> {
  const file = `${archive.file} (${name})`;
  await archive.ensure(entry.offset, entry.offset + 30);
  const local = viewOf(archive.view(entry.offset, entry.offset + 30));
  if (local.getUint32(0, true) !== LOCAL_SIGNATURE) {
    throw formatError(file, {
      expected: `an entry at offset ${entry.offset}`,
      found: 'other bytes',
      remedy: 'The archive is damaged: download or create it again.',
    });
  }
  // The local record's name and extra field may be longer than the directory's.
  const start = entry.offset + 30 + local.getUint16(26, true) + local.getUint16(28, true);
  if (entry.method === 0) return new Stored(archive, file, start, entry.size);
  if (entry.method !== 8) {
    throw formatError(file, {
      expected: 'an entry that is stored or deflated',
      found: `compression method ${entry.method}`,
      remedy: 'Write the archive with numpy.savez or numpy.savez_compressed.',
    });
  }
  const pieces = filePieces(reader, archive.file, start, start + entry.compressed);
  return new SequentialBytes(file, inflate(file, 'deflate-raw', pieces), entry.size);
}

/** An entry that is not compressed: a part of the archive. */
class Stored implements ByteSource {
  constructor(
    private readonly archive: RangeFile,
    readonly file: string,
    private readonly start: number,
    private readonly size: number,
  ) {}

  ensure(start: number, end: number): Promise<void> | undefined {
    if (end > this.size) {
      throw formatError(this.file, {
        expected: `at least ${end} bytes`,
        found: `${this.size}`,
        remedy: 'The array is cut off: create the archive again.',
      });
    }
    return this.archive.ensure(this.start + start, this.start + end);
  }

  view(start: number, end: number): Uint8Array {
    return this.archive.view(this.start + start, this.start + end);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
