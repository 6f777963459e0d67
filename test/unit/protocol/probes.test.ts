// Probes travel in packed records, and end with the rules: histories keep what they said of units.
import assert from 'node:assert/strict';
import { RecordStore } from '../../../src/run/recordStore';
import { RunHistory } from '../../../src/run/runHistory';
import type { ProbeRecord } from '../../../src/shared/core/probe';
import { seededRandom } from '../../../src/shared/core/random';
import { decodeStepRecords, encodeStepRecords } from '../../../src/shared/protocol/codec';
import { ProtocolError } from '../../../src/shared/protocol/protocolError';
import { randomRecord, randomSummary } from './records';

const random = seededRandom(9);
const whole: ProbeRecord = {
  samples: 128,
  loss: 0.7,
  layers: {
    'größe/1': {
      units: 300,
      activation: randomSummary(random, 90),
      preActivation: randomSummary(random, 90, 30),
      delta: randomSummary(random, 90, 1e-9),
      deadUnits: 299,
      saturatedUnits: 0,
      identicalUnits: 7,
    },
    flat: { units: 1, activation: randomSummary(random, 9) },
  },
};
const bare: ProbeRecord = { samples: 1, layers: {} };

describe('probes in packed records', () => {
  it('come back as they went, in any order with records that have none', () => {
    const records = [
      { ...randomRecord(1, 2), probe: whole },
      randomRecord(2, 2),
      randomRecord(3, 2),
      { ...randomRecord(4, 2), probe: { ...bare, loss: NaN } },
      { ...randomRecord(5, 2), probe: bare },
    ];
    const decoded = decodeStepRecords(encodeStepRecords(records));
    assert.deepEqual(decoded, records);
    assert.ok(!('probe' in decoded[1]!));
  });

  it('are refused where they are cut off', () => {
    const bytes = encodeStepRecords([{ ...randomRecord(1, 1), probe: whole }]);
    for (const size of [bytes.byteLength - 1, bytes.byteLength - 200, bytes.byteLength - 900]) {
      assert.throws(() => decodeStepRecords(bytes.slice(0, size)), ProtocolError);
    }
  });

  it('are not kept, but their shares are', () => {
    const record = { ...randomRecord(2, 1), probe: whole };
    record.layers['dense_0']!.deadUnits = 0.5;
    record.layers['dense_0']!.saturatedUnits = 0.25;
    const plain = new RecordStore(1e7);
    plain.append(randomRecord(2, 1));
    const store = new RecordStore(1e7);
    store.append(record);
    assert.ok(store.size < plain.size + 20, 'a probe takes no room');
    const [kept] = store.records;
    assert.equal(kept!.probe, undefined);
    assert.equal(kept!.layers['dense_0']!.deadUnits, 0.5);
    assert.equal(kept!.layers['dense_0']!.saturatedUnits, 0.25);
    assert.equal(record.probe, whole, 'the record that was given is left as it is');
  });

  it('reach those who watch the run', () => {
    const history = new RunHistory();
    assert.equal(history.append({ ...randomRecord(1, 1), probe: whole })?.probe, whole);
  });
});
