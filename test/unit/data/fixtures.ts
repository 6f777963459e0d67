// Small data files, written here byte by byte or by an encoder other than the one under test.
import { crc32, deflateRawSync } from 'node:zlib';

/** An IDX file of unsigned bytes. */
export function idx(dimensions: number[], bytes: ArrayLike<number>): Uint8Array {
  const file = new Uint8Array(4 + 4 * dimensions.length + bytes.length);
  const view = new DataView(file.buffer);
  file.set([0, 0, 8, dimensions.length]);
  dimensions.forEach((size, i) => view.setUint32(4 + 4 * i, size));
  file.set(Uint8Array.from(bytes), 4 + 4 * dimensions.length);
  return file;
}

/** A NumPy array file, version 1.0. */
export function npy(
  descr: string,
  shape: number[],
  data: Uint8Array,
  fortranOrder = false,
): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const order = fortranOrder ? 'True' : 'False';
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${tuple}, }`;
  const padded = `${text.padEnd(Math.ceil((11 + text.length) / 64) * 64 - 11)}\n`;
  const file = new Uint8Array(10 + padded.length + data.length);
  file.set([0x93, ...Buffer.from('NUMPY'), 1, 0]);
  new DataView(file.buffer).setUint16(8, padded.length, true);
  file.set(Buffer.from(padded), 10);
  file.set(data, 10 + padded.length);
  return file;
}

/** The bytes of a typed array. */
export function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** A ZIP archive, as numpy.savez (stored) or numpy.savez_compressed (deflated) writes it. */
export function zip(entries: Record<string, Uint8Array>, compressed: boolean): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(entries)) {
    const data = compressed ? new Uint8Array(deflateRawSync(content)) : content;
    const nameBytes = Buffer.from(name);
    // numpy gives each local record a ZIP64 extra field that the directory lacks.
    const extra = Buffer.alloc(20);
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(16, 2);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(45, 0);
    fields.writeUInt16LE(compressed ? 8 : 0, 4);
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(content.length, 18);
    fields.writeUInt16LE(nameBytes.length, 22);
    const localFields = Buffer.from(fields);
    localFields.writeUInt16LE(extra.length, 24);
    const local = Buffer.concat([signature(0x04034b50), localFields, nameBytes, extra, data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(
      Buffer.concat([signature(0x02014b50), Buffer.from([45, 0]), fields, tail, nameBytes]),
    );
    parts.push(local);
    offset += local.length;
  }
  const size = directory.reduce((sum, record) => sum + record.length, 0);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(directory.length, 4);
  end.writeUInt16LE(directory.length, 6);
  end.writeUInt32LE(size, 8);
  end.writeUInt32LE(offset, 12);
  return new Uint8Array(Buffer.concat([...parts, ...directory, signature(0x06054b50), end]));
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
