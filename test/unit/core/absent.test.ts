// What is not known stays unknown through merging, packing and the rules' averages.
import assert from 'node:assert/strict';
import { absentSummary, hasElements, isAbsent, normOnly } from '../../../src/shared/core/absent';
import { Diagnosis } from '../../../src/shared/core/diagnosis/engine';
import { seededRandom } from '../../../src/shared/core/random';
import { summarize } from '../../../src/shared/core/summary';
import type { LayerRecord, StepRecord } from '../../../src/shared/core/stepRecord';
import { decodeStepRecords, encodeStepRecords } from '../../../src/shared/protocol/codec';

function record(step: number, layer: LayerRecord): StepRecord {
  const layers = { a: layer, b: layer, c: layer, d: layer };
  return { step, loss: 0.7, metrics: {}, seconds: step, layers, tensors: {} };
}

describe('quantities that are not known', () => {
  it('are told from tensors that are zero, empty or not finite', () => {
    assert.deepEqual([isAbsent(absentSummary()), hasElements(absentSummary())], [true, false]);
    for (const values of [[], [0, 0], [NaN], [1e200, Infinity]]) {
      assert.equal(isAbsent(summarize(Float64Array.from(values))), false);
    }
    assert.deepEqual([normOnly(2).norm, normOnly(2).count, isAbsent(normOnly(2))], [2, 0, false]);
    assert.deepEqual([normOnly(NaN).nans, normOnly(Infinity).posInfs], [1, 1]);
  });

  it('survive as a step record of messages and files', () => {
    const layer = { gradient: normOnly(3), weight: absentSummary(), updateRatio: NaN };
    const records = [record(1, layer)];
    assert.deepEqual(decodeStepRecords(encodeStepRecords(records)), records);
  });

  it('are no reason for a finding, of whichever they are', () => {
    const random = seededRandom(1);
    const known = (): LayerRecord => ({
      gradient: summarize(Float64Array.from({ length: 50 }, () => 0.01 * (random() - 0.5))),
      weight: summarize(Float64Array.from({ length: 50 }, () => random() - 0.5)),
      updateRatio: 1e-3,
    });
    const unknown: Partial<LayerRecord>[] = [
      { gradient: absentSummary() },
      { weight: absentSummary(), updateRatio: NaN },
      { updateRatio: NaN },
      { gradient: absentSummary(), weight: absentSummary(), updateRatio: NaN },
      { gradient: normOnly(1), weight: absentSummary(), updateRatio: NaN },
    ];
    /** Findings of a net whose first layer, or whose every layer, is as `change` says. */
    const findings = (change: Partial<LayerRecord>, isFirstOnly: boolean) => {
      const diagnosis = new Diagnosis();
      for (let step = 1; step <= 600; step++) {
        const changed = { ...known(), ...change };
        const { layers, ...rest } = record(step, isFirstOnly ? known() : changed);
        diagnosis.observe({ ...rest, layers: { ...layers, a: changed } });
      }
      return diagnosis.findings.map(({ rule }) => rule);
    };
    for (const lacking of unknown) {
      assert.deepEqual(findings(lacking, true), []);
      assert.deepEqual(findings(lacking, false), []);
    }
    // Zeros in the same place are seen.
    const zero = summarize(new Float64Array(50));
    assert.ok(findings({ gradient: zero, updateRatio: 0 }, true).length > 0);
  });
});
