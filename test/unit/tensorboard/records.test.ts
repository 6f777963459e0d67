import assert from 'node:assert/strict';
import { randomInteger, seededRandom } from '../../../src/shared/core/random';
import { maskedCrc } from '../../../src/shared/tensorboard/crc';
import { LogError } from '../../../src/shared/tensorboard/logError';
import {
  frameRecord,
  MAX_RECORD_BYTES,
  RecordReader,
} from '../../../src/shared/tensorboard/records';
import { crc32c, frame, readRecords } from './schema';

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');

/** What a reader makes of chunks. */
function readAll(chunks: readonly Uint8Array[]): { records: string[]; damaged: number } {
  const reader = new RecordReader('test');
  const records: string[] = [];
  let damaged = 0;
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let read = reader.next(); read.type !== 'torn'; read = reader.next()) {
      if (read.type === 'damaged') damaged++;
      else records.push(Buffer.from(read.data).toString('hex'));
    }
  }
  return { records, damaged };
}

/** Cuts bytes at seeded places, also into empty pieces. */
function cut(whole: Uint8Array, seed: number, pieces: number): Uint8Array[] {
  const random = seededRandom(seed);
  const places = Array.from({ length: pieces }, () => randomInteger(random, whole.length + 1));
  places.sort((a, b) => a - b);
  return [...places, whole.length].map((to, i) => whole.subarray(places[i - 1] ?? 0, to));
}

describe('TensorBoard: records', () => {
  it('have the checksums of RFC 3720 and of a real TFRecord', () => {
    // RFC 3720, B.4, and tensorflow/core/lib/hash/crc32c_test.cc: 32 zeros, 32 ones, rising, falling.
    const vectors: [Uint8Array, number][] = [
      [new Uint8Array(32), 0x8a9136aa],
      [new Uint8Array(32).fill(0xff), 0x62a8ab43],
      [Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
      [Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    ];
    for (const [data, crc] of vectors) {
      const mask = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
      assert.equal(crc32c(data), crc);
      assert.equal(maskedCrc(data), mask);
    }
    // tensorboard/data/server/masked_crc.rs: extracted from an event file of TensorFlow.
    assert.equal(maskedCrc(bytes('\x1a\x11CRC test, one two')), 0x5794d08a);
  });

  it('are framed as TensorFlow frames them', () => {
    // tensorboard/data/server/tf_record.rs: an event file of tf.summary.scalar("accuracy", 0.99, step=77).
    const version = hex('09 00008038 99d6d741 1a0d 627261696e2e4576656e743a32');
    const framed = Buffer.concat([hex('1800000000000000 a37f4b22'), version, hex('124b36ab')]);
    assert.deepEqual(Buffer.from(frameRecord(version)), framed);
    assert.deepEqual(readAll([framed]).records, [version.toString('hex')]);
    const accuracy = hex(
      '09 c405b73d 99d6d741 104d 2a25 0a23 0a08 6163637572616379 420a 0801 1200 2204 a4707d3f 4a0b 0a09 0a07 7363616c617273',
    );
    const second = Buffer.concat([hex('3200000000000000 241956ec'), accuracy, hex('a55b6433')]);
    assert.deepEqual(Buffer.from(frameRecord(accuracy)), second);
  });

  it('come back from any way of cutting the file', () => {
    const random = seededRandom(1);
    const data = Array.from({ length: 40 }, (_, i) =>
      Uint8Array.from({ length: i === 7 ? 0 : randomInteger(random, 9000) }, () =>
        randomInteger(random, 256),
      ),
    );
    const file = Buffer.concat(data.map(frameRecord));
    assert.deepEqual(
      readRecords(file),
      data.map((one) => Buffer.from(one)),
    );
    assert.deepEqual(file, Buffer.concat(data.map(frame)));
    const expected = data.map((one) => Buffer.from(one).toString('hex'));
    for (let seed = 0; seed < 30; seed++) {
      const { records, damaged } = readAll(cut(file, seed, 1 + seed * 4));
      assert.deepEqual(records, expected);
      assert.equal(damaged, 0);
    }
    const single = file.subarray(0, 3000);
    assert.equal(readAll(Array.from(single, (byte) => Uint8Array.of(byte))).damaged, 0);
  });

  it('stop at a torn tail, whatever its place, and lose nothing before it', () => {
    const data = [0, 1, 5, 300].map((length) => new Uint8Array(length).fill(length));
    const file = Buffer.concat(data.map(frameRecord));
    const ends = data.map((_, i) => Buffer.concat(data.slice(0, i + 1).map(frameRecord)).length);
    for (let length = 0; length <= file.length; length++) {
      const { records, damaged } = readAll([file.subarray(0, length)]);
      assert.equal(records.length, ends.filter((end) => end <= length).length);
      assert.equal(damaged, 0);
    }
  });

  it('skip damaged data, and end where a length is damaged', () => {
    const data = [30, 40, 50].map((length) => new Uint8Array(length).fill(length));
    const file = Buffer.concat(data.map(frameRecord));
    const first = frameRecord(data[0]!).length;
    for (let at = 0; at < file.length; at++) {
      const broken = Buffer.from(file);
      broken[at] = (broken[at] ?? 0) ^ 0x10;
      const record = at < first ? 0 : at < first + 56 ? 1 : 2;
      const within = at - [0, first, first + 56][record]!;
      if (within < 12) {
        const reader = new RecordReader('broken');
        reader.push(broken);
        for (let i = 0; i < record; i++) assert.equal(reader.next().type, 'record');
        for (let again = 0; again < 2; again++) {
          assert.throws(
            () => reader.next(),
            (error) => error instanceof LogError && error.code === 'corrupt-record',
          );
        }
      } else {
        const { records, damaged } = readAll([broken]);
        assert.deepEqual([records.length, damaged], [2, 1], `byte ${at}`);
      }
    }
  });

  it('do not claim memory for what is not there', () => {
    const header = Buffer.alloc(12);
    header.writeBigUInt64LE(BigInt(MAX_RECORD_BYTES) + 1n);
    header.writeUInt32LE(maskedCrc(header.subarray(0, 8)), 8);
    const reader = new RecordReader('huge');
    reader.push(header);
    assert.throws(
      () => reader.next(),
      (error) => error instanceof LogError && error.code === 'oversized-record',
    );
  });
});
