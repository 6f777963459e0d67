// What is said of layers that a loss is computed with and that no optimizer is given.
import assert from 'node:assert/strict';
import { Diagnosis } from '../../../src/shared/core/diagnosis/engine';
import { unchangedWeights } from '../../../src/shared/core/diagnosis/rules/unchangedWeights';
import type { Finding } from '../../../src/shared/core/finding';
import type { LayerInfo } from '../../../src/shared/core/run';
import { stepOf } from './facts';

const layer = (name: string, leftOutOf?: string[]): LayerInfo => ({
  name,
  className: 'Dense',
  tensors: [{ name: `${name}/kernel`, shape: [4, 4] }],
  ...(leftOutOf && { leftOutOf }),
});
const trained = [layer('hidden'), layer('output')];
const withBody = [layer('body', ['hidden', 'output']), ...trained];

/** A run whose layers are told at step 128; the loss is what `lossAt` says. */
function observe(lossAt: (step: number) => number, layers: readonly LayerInfo[], steps: number) {
  const diagnosis = new Diagnosis([unchangedWeights]);
  diagnosis.setLayers(trained);
  const seen: Finding[][] = [];
  for (let step = 1; step <= steps; step++) {
    if (step === 128) diagnosis.setLayers(layers);
    diagnosis.observe(stepOf(step, lossAt(step)));
    seen.push(diagnosis.findings.map((finding) => ({ ...finding })));
  }
  return { diagnosis, seen };
}

const stuck = (step: number): number => 1 + 0.01 * Math.sin(step);
const learning = (step: number): number => Math.exp(-step / 100);

describe('layers that are left out', () => {
  it('are an information first, and a warning from step 400 on where the loss stays high', () => {
    const { seen } = observe(stuck, withBody, 450);
    assert.deepEqual(seen[126], []);
    const [first] = seen[127] ?? [];
    assert.equal(first?.severity, 'information');
    assert.equal(first.layer, 'body');
    assert.match(first.message, /weights of body have not changed .* no optimizer is given/);
    assert.deepEqual(
      first.remedies.map(({ id }) => id),
      ['check-variables'],
    );
    assert.equal(seen[398]?.[0]?.severity, 'information');
    assert.equal(seen[399]?.[0]?.severity, 'warning');
    assert.equal(seen[399].length, 1);
  });

  it('stay an information where the net learns without them', () => {
    const { seen } = observe(learning, withBody, 900);
    const severities = seen.flatMap((list) => list.map(({ severity }) => severity));
    assert.deepEqual([...new Set(severities)], ['information']);
  });

  it('are closed once they are trained', () => {
    const { diagnosis } = observe(stuck, withBody, 420);
    diagnosis.setLayers([layer('body'), ...trained]);
    for (let step = 421; step <= 540; step++) diagnosis.observe(stepOf(step, stuck(step)));
    assert.equal(diagnosis.findings.length, 1);
    assert.ok((diagnosis.findings[0]?.closedStep ?? 0) > 420);
  });

  it('are no matter of a net that they take no part in', () => {
    const { seen } = observe(stuck, [layer('body', ['other']), ...trained], 450);
    assert.deepEqual(seen.at(-1), []);
  });
});
