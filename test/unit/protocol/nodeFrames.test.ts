import assert from 'node:assert/strict';
import { encode } from '@msgpack/msgpack';
import { seededRandom, randomInteger } from '../../../src/shared/core/random';
import { encodeFrame, FrameDecoder, MAX_FRAME } from '../../../src/shared/protocol/frames';
import { ProtocolError } from '../../../src/shared/protocol/protocolError';

const messages = [
  { type: 'state', state: 'paused', step: 3 },
  { type: 'steps', batch: Uint8Array.of(1, 2, 3), epochs: [], memory: { numTensors: 1 } },
  { type: 'facts', facts: { mean: NaN, max: Infinity, min: -Infinity, dims: [null, 3] } },
  { type: 'notice', notice: { code: 'x', message: 'ä😀'.repeat(300) } },
  { type: 'steps', batch: new Uint8Array(70_000).fill(7), epochs: [], memory: {} },
];

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

/** A frame around `body`, whatever it holds. */
function framed(body: Uint8Array | readonly number[], length = body.length): Uint8Array {
  const frame = new Uint8Array(4 + body.length);
  new DataView(frame.buffer).setUint32(0, length, true);
  frame.set(body, 4);
  return frame;
}

function refused(bytes: Uint8Array, code: string): void {
  const decoder = new FrameDecoder();
  const isRefusal = (error: unknown): boolean =>
    error instanceof ProtocolError && error.code === code;
  assert.throws(() => decoder.push(bytes), isRefusal);
  // Nothing that follows is taken for a message.
  assert.throws(() => decoder.push(encodeFrame({ type: 'pause' })), isRefusal);
}

describe('frames', () => {
  const stream = joined(messages.map(encodeFrame));

  it('carry buffers, numbers that are not finite, and any text', () => {
    const batch = Uint8Array.of(5, 6).buffer;
    const [message] = new FrameDecoder().push(
      encodeFrame({ type: 'steps', batch, left: undefined }),
    );
    assert.deepEqual(message, { type: 'steps', batch: Uint8Array.of(5, 6) });
    assert.deepEqual(new FrameDecoder().push(stream), messages);
  });

  it('arrive whole when the stream is cut anywhere', () => {
    const short = joined(messages.slice(0, 3).map(encodeFrame));
    for (let cut = 0; cut <= short.length; cut++) {
      const decoder = new FrameDecoder();
      const got = [...decoder.push(short.slice(0, cut)), ...decoder.push(short.slice(cut))];
      assert.deepEqual(got, messages.slice(0, 3));
      assert.equal(decoder.held, 0);
    }
  });

  it('arrive whole when every byte comes by itself', () => {
    const decoder = new FrameDecoder();
    const got = [...stream].flatMap((byte) => decoder.push(Uint8Array.of(byte)));
    assert.deepEqual(got, messages);
  });

  it('arrive whole in pieces of random size, ten thousand of them', () => {
    const random = seededRandom(5);
    const many = Array.from({ length: 10_000 }, (_, step) => ({ type: 'state', step }));
    const bytes = joined(many.map(encodeFrame));
    const decoder = new FrameDecoder();
    const got: unknown[] = [];
    for (let at = 0; at < bytes.length;) {
      const size = randomInteger(random, 300);
      got.push(...decoder.push(bytes.subarray(at, at + size)));
      at += size;
    }
    assert.deepEqual(got, many);
  });

  it('share no memory with what they came in', () => {
    const bytes = encodeFrame({ batch: Uint8Array.of(1, 2, 3) });
    const decoder = new FrameDecoder();
    decoder.push(bytes.subarray(0, 7));
    const [message] = decoder.push(bytes.subarray(7)) as [{ batch: Uint8Array }];
    decoder.push(new Uint8Array(3).fill(255));
    bytes.fill(9);
    assert.deepEqual(message.batch, Uint8Array.of(1, 2, 3));
  });

  it('beyond the limit are refused before their body comes', () => {
    refused(framed([], MAX_FRAME + 1), 'frame-too-large');
    const decoder = new FrameDecoder(16);
    assert.throws(() => decoder.push(encodeFrame({ text: 'a'.repeat(20) })), ProtocolError);
    const wider = new FrameDecoder(16);
    wider.limit = 100;
    assert.equal(wider.push(encodeFrame({ text: 'a'.repeat(20) })).length, 1);
    assert.throws(() => encodeFrame({ batch: new Uint8Array(MAX_FRAME) }), {
      code: 'frame-too-large',
    });
  });

  it('hold no more memory than has arrived, whatever was announced', () => {
    const decoder = new FrameDecoder();
    decoder.push(framed([1, 2, 3], MAX_FRAME));
    assert.equal(decoder.held, 7);
  });

  it('before a broken one are still taken', () => {
    const got: unknown[] = [];
    const bytes = joined([encodeFrame({ type: 'pause' }), framed([0xc1])]);
    assert.throws(() => new FrameDecoder().read(bytes, (message) => got.push(message)));
    assert.deepEqual(got, [{ type: 'pause' }]);
  });

  it('that are no MessagePack, or hold more than it, are refused', () => {
    refused(framed([]), 'malformed-frame');
    refused(framed([0xc1]), 'malformed-frame');
    refused(framed([0x80, 0x80]), 'malformed-frame');
    refused(framed([0xa5, 0x61]), 'malformed-frame');
    refused(framed([0x81, 0xc0, 0xc0]), 'malformed-frame');
    refused(framed(encode({ a: { ['__proto__']: 1 } }).slice(0, 3)), 'malformed-frame');
    refused(framed([0x81, 0xa9, ...Buffer.from('__proto__'), 0x80]), 'malformed-frame');
  });

  it('that claim lists they do not hold cost nothing', () => {
    // Lists of 2³² − 1 lists, each with one more inside: five bytes per level.
    const claims = Array.from({ length: 20 }, () => [0xdd, 255, 255, 255, 255]).flat();
    refused(framed(claims), 'malformed-frame');
    // As many lists in one another as there are bytes.
    refused(framed(new Uint8Array(100_000).fill(0x91)), 'malformed-frame');
    // More values than any message has, each of one byte.
    const values = new Uint8Array(5 + 5_000_000).fill(0x80);
    values.set([0xdd, 0, 0x4c, 0x4b, 0x40]);
    refused(framed(values), 'malformed-frame');
  });

  it('with any bytes changed are a message or a ProtocolError, and never hang', () => {
    const random = seededRandom(17);
    const original = joined(messages.slice(0, 4).map(encodeFrame));
    for (let round = 0; round < 3000; round++) {
      const bytes = original.slice();
      for (let i = 0; i <= round % 5; i++) {
        bytes[randomInteger(random, bytes.length)] = randomInteger(random, 256);
      }
      try {
        assert.ok(Array.isArray(new FrameDecoder().push(bytes)));
      } catch (error) {
        assert.ok(error instanceof ProtocolError, String(error));
      }
    }
  });

  it('of every kind of MessagePack value are measured as its decoder reads them', () => {
    const random = seededRandom(3);
    const value = (depth: number): unknown => {
      const kind = randomInteger(random, depth > 4 ? 7 : 9);
      const size = [0, 3, 20, 300, 70_000][randomInteger(random, depth > 1 ? 3 : 5)] ?? 0;
      if (kind === 0) return null;
      if (kind === 1) return random() < 0.5;
      if (kind === 2) return Math.floor((random() - 0.5) * 2 ** randomInteger(random, 53));
      if (kind === 3) return random();
      if (kind === 4) return 'x'.repeat(size);
      if (kind === 5) return new Uint8Array(size);
      if (kind === 6) return new Date(Math.floor(random() * 1e12));
      const items = Array.from({ length: Math.min(size, 20) }, () => value(depth + 1));
      return kind === 7 ? items : Object.fromEntries(items.map((item, i) => [`k${i}`, item]));
    };
    for (let round = 0; round < 500; round++) {
      const message = { value: value(0) };
      assert.deepEqual(new FrameDecoder().push(framed(encode(message))), [message]);
    }
  });
});
