// A net of two layers and its records, for the tests of the debugger.
import type { LayerInfo } from '../../../src/shared/core/run';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import type { SteppedStep } from '../../../src/debug/breakpoints/mark';
import { phasesOf } from '../../../src/debug/walk/phases';
import { randomRecord } from '../protocol/records';

/** File that the layers are built in: dense_0 on line 5, dense_1 on line 9. */
export const FILE = '/models/net.model.ts';

export const layers: readonly LayerInfo[] = [0, 1].map((i) => ({
  name: `dense_${i}`,
  className: 'Dense',
  location: { file: FILE, line: 5 + 4 * i, column: 3 },
  tensors: [
    { name: `dense_${i}/kernel`, shape: [64, 10] },
    { name: `dense_${i}/bias`, shape: [10] },
  ],
}));

/** The record of a step; activations are there on even ones. */
export const record = (step: number): StepRecord => randomRecord(step, 2);

/** A step as breakpoints look at it. */
export function stepped(now: StepRecord, previous?: StepRecord): SteppedStep {
  return { record: now, previous, layers, phases: phasesOf(now, layers) };
}
