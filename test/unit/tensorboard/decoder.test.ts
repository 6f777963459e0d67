import assert from 'node:assert/strict';
import { randomInteger, seededRandom } from '../../../src/shared/core/random';
import { EventDecoder, type LogValue } from '../../../src/shared/tensorboard/eventDecoder';
import { LogError } from '../../../src/shared/tensorboard/logError';
import { bfloatOf, halfOf, readTensor } from '../../../src/shared/tensorboard/tensorProto';
import { encode } from './schema';

const plugin = (name: string) => ({ plugin_data: { plugin_name: name } });

function values(...value: object[]): LogValue[] {
  const event = { wall_time: 5, step: 3, summary: { value } };
  return new EventDecoder().decode(encode('Event', event)).values;
}

function doubles(...numbers: number[]): Uint8Array {
  return new Uint8Array(Float64Array.from(numbers).buffer);
}

describe('TensorBoard: events', () => {
  it('are read in all forms of scalars', () => {
    const half = Uint8Array.of(0x00, 0x3e);
    const forms = [
      { tag: 'a', simple_value: 1.5 },
      { tag: 'a', tensor: { dtype: 1, tensor_shape: {}, float_val: [1.5] } },
      {
        tag: 'a',
        tensor: { dtype: 1, tensor_content: new Uint8Array(Float32Array.of(1.5).buffer) },
      },
      { tag: 'a', metadata: plugin('scalars'), tensor: { dtype: 2, double_val: [1.5] } },
      { tag: 'a', metadata: plugin('scalars'), tensor: { dtype: 2, tensor_content: doubles(1.5) } },
      { tag: 'a', metadata: plugin('scalars'), tensor: { dtype: 19, half_val: [0x3e00] } },
      { tag: 'a', metadata: plugin('scalars'), tensor: { dtype: 19, tensor_content: half } },
      { tag: 'a', metadata: plugin('scalars'), tensor: { dtype: 14, half_val: [0x3fc0] } },
    ];
    for (const form of forms) {
      assert.deepEqual(values(form), [{ type: 'scalar', tag: 'a', value: 1.5 }]);
    }
    const whole = { tag: 'n', metadata: plugin('scalars'), tensor: { dtype: 9, int64_val: [-7] } };
    assert.deepEqual(values(whole), [{ type: 'scalar', tag: 'n', value: -7 }]);
  });

  it('have the step and time of their writer, and tell restarts', () => {
    const decoder = new EventDecoder();
    const version = decoder.decode(
      encode('Event', { wall_time: 9, file_version: 'brain.Event:2' }),
    );
    assert.deepEqual([version.seconds, version.step, version.fileVersion], [9, 0, 'brain.Event:2']);
    assert.equal(
      decoder.decode(encode('Event', { step: 8, session_log: { status: 1 } })).isRestart,
      true,
    );
    assert.equal(decoder.decode(encode('Event', { step: -3 })).step, -3);
    assert.equal(decoder.decode(encode('Event', { step: 2 ** 45 })).step, 2 ** 45);
  });

  it('remember the plugin of a tag from its first value', () => {
    const decoder = new EventDecoder();
    const rows = {
      dtype: 2,
      tensor_shape: { dim: [{ size: 1 }, { size: 3 }] },
      tensor_content: doubles(1, 2, 3),
    };
    const read = (value: object): LogValue[] =>
      decoder.decode(encode('Event', { summary: { value: [value] } })).values;
    assert.deepEqual(read({ tag: 'h', tensor: rows }), []);
    assert.equal(
      read({ tag: 'h', tensor: rows, metadata: plugin('histograms') })[0]?.type,
      'histogram',
    );
    assert.equal(read({ tag: 'h', tensor: rows })[0]?.type, 'histogram');
  });

  it('are read as text and hyperparameters, and not as images', () => {
    const text = {
      tag: 't',
      metadata: plugin('text'),
      tensor: { dtype: 7, string_val: [Buffer.from('ünï')] },
    };
    assert.deepEqual(values(text), [{ type: 'text', tag: 't', text: 'ünï' }]);
    const image = {
      tag: 'i',
      metadata: plugin('images'),
      tensor: { dtype: 7, string_val: [Buffer.from('x')] },
    };
    assert.deepEqual(values(image), []);
  });

  it('leave out a value that makes no sense, and keep its neighbours', () => {
    const bad = [
      { tag: 'h', histo: { bucket_limit: [1, 2], bucket: [1] } },
      { tag: 'h', histo: { bucket_limit: [2, 1], bucket: [1, 1] } },
      { tag: 'h', histo: { bucket_limit: [1, 2], bucket: [1, -1] } },
      { tag: 'h', histo: { bucket_limit: [1, 2], bucket: [1, NaN] } },
      {
        tag: 's',
        tensor: { dtype: 1, tensor_shape: { dim: [{ size: 2 ** 40 }] }, float_val: [1] },
      },
      { tag: 's', tensor: { dtype: 2, tensor_content: Uint8Array.of(1, 2, 3) } },
    ];
    for (const value of bad) {
      const event = {
        summary: { value: [{ tag: 'a', simple_value: 1 }, value, { tag: 'b', simple_value: 2 }] },
      };
      const read = new EventDecoder().decode(encode('Event', event));
      assert.deepEqual(
        read.values.map(({ tag }) => tag),
        ['a', 'b'],
        JSON.stringify(value),
      );
      assert.equal(read.malformed, 1);
    }
  });

  it('give an error or a value for whatever bytes come, and soon', () => {
    const random = seededRandom(4);
    const good = encode('Event', {
      wall_time: 1,
      step: 2,
      summary: {
        value: [
          { tag: 'h', histo: { min: -1, max: 1, num: 2, bucket_limit: [0, 1], bucket: [1, 1] } },
          { tag: 's', tensor: { dtype: 1, float_val: [1] }, metadata: plugin('scalars') },
        ],
      },
    });
    let thrown = 0;
    for (let i = 0; i < 20_000; i++) {
      const data = Uint8Array.from(good);
      for (let k = randomInteger(random, 4); k >= 0; k--) {
        data[randomInteger(random, data.length)] = randomInteger(random, 256);
      }
      try {
        new EventDecoder().decode(data.subarray(0, 1 + randomInteger(random, data.length)));
      } catch (error) {
        assert.ok(error instanceof LogError, String(error));
        thrown++;
      }
    }
    assert.ok(thrown > 1000);
  });

  it('decode half floats as IEEE 754 says', () => {
    const halves: [number, number][] = [
      [0x0000, 0],
      [0x0001, 2 ** -24],
      [0x0400, 2 ** -14],
      [0x3c00, 1],
      [0xc000, -2],
      [0x7bff, 65504],
      [0x7c00, Infinity],
    ];
    for (const [bits, value] of halves) assert.equal(halfOf(bits), value);
    assert.ok(Number.isNaN(halfOf(0x7e00)));
    assert.equal(bfloatOf(0xc049), -3.140625);
    const filled = readTensor(
      encode('TensorProto', { dtype: 1, tensor_shape: { dim: [{ size: 3 }] }, float_val: [2] }),
    );
    assert.deepEqual([...(filled.numbers ?? [])], [2, 2, 2]);
  });
});
