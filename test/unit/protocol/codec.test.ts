import assert from 'node:assert/strict';
import { emptySummary } from '../../../src/shared/core/summary';
import { seededRandom } from '../../../src/shared/core/random';
import { OCTAVES, type StepRecord } from '../../../src/shared/core/stepRecord';
import { decodeStepRecords, encodeStepRecords } from '../../../src/shared/protocol/codec';
import { ProtocolError } from '../../../src/shared/protocol/protocolError';
import { randomRecord, randomTensor } from './records';

const bare = (step: number): StepRecord => ({
  step,
  seconds: 0,
  metrics: {},
  layers: {},
  tensors: {},
});

describe('codec of step records', () => {
  it('gives back what it took, in order, with changing structure', () => {
    const records = [
      bare(1),
      randomRecord(2, 3),
      randomRecord(3, 3),
      randomRecord(4, 1),
      { ...randomRecord(5, 2), epoch: 3 },
      bare(6),
    ];
    assert.deepEqual(decodeStepRecords(encodeStepRecords(records)), records);
    assert.deepEqual(decodeStepRecords(encodeStepRecords([])), []);
  });

  it('keeps NaN, infinities, negative zero, open end buckets and large counts', () => {
    const tensor = randomTensor(seededRandom(1), 4);
    tensor.gradient = {
      ...emptySummary(),
      count: 2 ** 40,
      nans: 3,
      min: -Infinity,
      mean: NaN,
      std: -0,
      histogram: {
        negative: Array.from({ length: OCTAVES }, (_, i) => i * 2 ** 44),
        positive: Array.from({ length: OCTAVES }, (_, i) => (i === 0 || i === OCTAVES - 1 ? 7 : 0)),
      },
    };
    const record: StepRecord = {
      ...bare(7),
      loss: NaN,
      learningRate: Infinity,
      metrics: { acc: NaN, val_loss: -Infinity },
      tensors: { 'größe/核\ud800': tensor },
    };
    const [decoded] = decodeStepRecords(encodeStepRecords([record]));
    assert.deepEqual(decoded, record);
    assert.ok(Object.is(decoded.tensors['größe/核\ud800']!.gradient.std, -0));
  });

  it('leaves absent fields absent', () => {
    const [decoded] = decodeStepRecords(encodeStepRecords([bare(1)]));
    assert.deepEqual(Object.keys(decoded!).sort(), [
      'layers',
      'metrics',
      'seconds',
      'step',
      'tensors',
    ]);
  });

  it('is compact: structure is sent once, and a summary takes under 200 bytes', () => {
    const one = encodeStepRecords([randomRecord(1, 20)]).byteLength;
    const ten = encodeStepRecords(
      Array.from({ length: 10 }, (_, i) => randomRecord(1 + 2 * i, 20)),
    ).byteLength;
    assert.ok(ten < 10 * one, 'structure repeated');
    assert.ok(one / (60 * 2) < 200, `${String(one / 120)} bytes per summary`);
    assert.ok(one * 4 < JSON.stringify(randomRecord(1, 20)).length);
  });

  it('is fast: 20 layers (120 summaries) take a few milliseconds at worst', () => {
    const records = Array.from({ length: 40 }, (_, i) => randomRecord(i + 1, 20));
    decodeStepRecords(encodeStepRecords(records));
    const begin = performance.now();
    for (let i = 0; i < 5; i++) decodeStepRecords(encodeStepRecords(records));
    const perRecord = (performance.now() - begin) / 200;
    assert.ok(perRecord < 3, `${perRecord.toFixed(3)} ms per record, both ways`);
  });

  it('refuses counts that are no counts', () => {
    for (const wrong of [-1, 0.5, NaN, 2 ** 60]) {
      const record = randomRecord(1, 1);
      record.layers['dense_0']!.gradient.zeros = wrong;
      assert.throws(
        () => encodeStepRecords([record]),
        (e) => e instanceof ProtocolError && e.code === 'unencodable-record',
      );
    }
  });

  it('refuses every truncation with a typed error', () => {
    const whole = encodeStepRecords([randomRecord(2, 1)]);
    for (let length = 0; length < whole.byteLength; length++) {
      assert.throws(() => decodeStepRecords(whole.slice(0, length)), ProtocolError);
    }
    const longer = new Uint8Array(whole.byteLength + 1);
    longer.set(new Uint8Array(whole));
    assert.throws(() => decodeStepRecords(longer.buffer), /1 bytes follow/);
  });

  it('never throws anything but a ProtocolError on corrupted bytes, and never hangs', () => {
    const random = seededRandom(11);
    const whole = new Uint8Array(encodeStepRecords([randomRecord(1, 1), randomRecord(2, 2)]));
    let refused = 0;
    for (let trial = 0; trial < 3000; trial++) {
      const hostile = whole.slice();
      const flips = 1 + Math.floor(random() * 4);
      for (let i = 0; i < flips; i++) {
        // Half of the flips hit the structure at the start, where the lengths are.
        const range = random() < 0.5 ? 200 : hostile.length;
        hostile[Math.floor(random() * range)] = Math.floor(random() * 256);
      }
      try {
        decodeStepRecords(hostile.buffer);
      } catch (error) {
        assert.ok(error instanceof ProtocolError, String(error));
        refused++;
      }
    }
    assert.ok(refused > 1000, `${String(refused)} refused`);
  });

  it('refuses names that reach the prototype', () => {
    const record = bare(1);
    Object.defineProperty(record.metrics, '__proto__', {
      value: 1,
      enumerable: true,
      configurable: true,
      writable: true,
    });
    assert.throws(() => decodeStepRecords(encodeStepRecords([record])), /__proto__/);
  });
});
