// The header of NumPy's array format, version 1 to 3
// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
import type { ByteSource } from './byteSource';
import { formatError } from './dataError';

export interface NpyHeader {
  /** Element kind and bytes, e.g. `f4`. */
  type: string;
  littleEndian: boolean;
  fortranOrder: boolean;
  shape: number[];
  /** Where the elements begin. */
  offset: number;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Reads an array's header. `file` names it in messages, e.g. `mnist.npz (x_train)`. */
export async function readNpyHeader(source: ByteSource, file: string): Promise<NpyHeader> {
  await source.ensure(0, 10);
  const start = source.view(0, 10).slice();
  if (MAGIC.some((byte, i) => start[i] !== byte)) {
    throw formatError(file, {
      expected: 'a NumPy array (it begins with \\x93NUMPY)',
      found: [...start.subarray(0, 6)].map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
      remedy: 'Write it with numpy.save or numpy.savez.',
    });
  }
  const wide = (start[6] ?? 0) >= 2;
  const lengthBytes = wide ? 4 : 2;
  await source.ensure(0, 8 + lengthBytes);
  const head = source.view(8, 8 + lengthBytes);
  const view = new DataView(head.buffer, head.byteOffset, lengthBytes);
  const length = wide ? view.getUint32(0, true) : view.getUint16(0, true);
  const offset = 8 + lengthBytes + length;
  await source.ensure(0, offset);
  const text = new TextDecoder('utf-8').decode(source.view(8 + lengthBytes, offset));
  const descr = /'descr'\s*:\s*'([<>|=])?(\w+)'/.exec(text);
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text);
  const shape = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text);
  if (!descr || !order || !shape) {
    throw formatError(file, {
      expected: 'an array of one numeric type',
      found: text.trim().slice(0, 120),
      remedy: 'Structured arrays cannot be read: save each field as an array of its own.',
    });
  }
  return {
    type: descr[2] ?? '',
    littleEndian: descr[1] !== '>',
    fortranOrder: order[1] === 'True',
    shape: (shape[1] ?? '')
      .split(',')
      .map((size) => size.trim().replace(/L$/, ''))
      .filter((size) => size !== '')
      .map(Number),
    offset,
  };
}
