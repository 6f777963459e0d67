// What stands beside the source lines of layers: courses, lines that follow edits, words.
import assert from 'node:assert/strict';
import type { Finding } from '../../../src/shared/core/finding';
import type { LayerInfo } from '../../../src/shared/core/run';
import { emptySummary } from '../../../src/shared/core/summary';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import { LayerLines } from '../../../src/surfaces/layers/lines';
import { Pulses, sparkline } from '../../../src/surfaces/layers/pulse';
import { findingsOn, hintOf, tableOf } from '../../../src/surfaces/layers/words';

const FILE = '/models/net.ts';
const layer = (name: string, line: number): LayerInfo => ({
  ...{ name, className: 'Dense', tensors: [], line },
  location: { file: FILE, line, column: 3 },
});

/** A step whose layers have these gradient norms. */
function stepWith(step: number, norms: Record<string, number>): StepRecord {
  const layers = Object.fromEntries(
    Object.entries(norms).map(([name, norm]) => [
      name,
      {
        gradient: { ...emptySummary(), count: 4, norm },
        weight: { ...emptySummary(), count: 4, norm: 1 },
        updateRatio: 0.001,
      },
    ]),
  );
  return { step, seconds: 0, metrics: {}, layers, tensors: {} };
}

function pulsesOf(norms: (step: number) => number, steps: number): Pulses {
  const pulses = new Pulses();
  for (let step = 1; step <= steps; step++) pulses.note(stepWith(step, { a: norms(step) }));
  return pulses;
}

const finding = (change: Partial<Finding>): Finding => ({
  ...{ rule: 'vanishing-gradient', severity: 'error', firstStep: 1, lastStep: 9, reference: '' },
  evidence: { measured: 1, threshold: 2, unit: 'x', window: 3 },
  ...{ message: 'It vanishes.', remedies: [] },
  ...change,
});

describe('pulses', () => {
  it('tell where the norm is heading, at any length of the run', () => {
    for (const steps of [20, 100, 1000, 5000]) {
      const falling = pulsesOf((step) => 10 ** ((-6 * step) / steps), steps).of('a');
      assert.equal(falling?.trend, 'falling', `falling over ${steps}`);
      const rising = pulsesOf((step) => 10 ** ((6 * step) / steps), steps).of('a');
      assert.equal(rising?.trend, 'rising', `rising over ${steps}`);
      const noisy = pulsesOf((step) => 1 + 0.3 * Math.sin(step * 7), steps).of('a');
      assert.equal(noisy?.trend, 'steady', `steady over ${steps}`);
    }
  });

  it('keep a bounded course that spans the whole run', () => {
    const points = pulsesOf((step) => 10 ** (-step / 1000), 5000).of('a')?.points ?? [];
    assert.ok(points.length >= 24 && points.length < 48, String(points.length));
    assert.ok(Math.abs((points[0] ?? 0) - -0.05) < 0.1, String(points[0]));
    assert.ok(Math.abs((points.at(-1) ?? 0) - -4.95) < 0.2, String(points.at(-1)));
  });

  it('know nothing of a layer that has not trained', () => {
    assert.equal(pulsesOf(() => 1, 3).of('b'), undefined);
  });
});

describe('sparklines', () => {
  it('span their range, and stay flat where nothing changes', () => {
    assert.equal(sparkline([0, 1, 2, 3, 4, 5, 6, 7]), '▁▂▃▄▅▆▇█');
    assert.equal(sparkline([0, 0.001, 0, 0.001]), '▁▁▁▁');
    assert.equal(sparkline([]), '');
    assert.equal(sparkline(Array.from({ length: 48 }, (_, i) => i)).length, 24);
  });
});

describe('lines of layers', () => {
  const edit = (startLine: number, endLine: number, newLines: number) => [
    { startLine, endLine, newLines },
  ];

  it('gather what a loop builds, and move with edits', () => {
    const lines = new LayerLines();
    lines.setLayers([layer('a', 5), layer('b', 5), layer('c', 9)]);
    assert.deepEqual(lines.in(FILE), [
      { line: 4, layers: ['a', 'b'] },
      { line: 8, layers: ['c'] },
    ]);
    lines.edit(FILE, edit(6, 6, 2));
    assert.deepEqual(lines.in(FILE)[1], { line: 10, layers: ['c'] });
  });

  it('go where they were edited, and do not come back with what was trained before', () => {
    const lines = new LayerLines();
    lines.setLayers([layer('a', 5)]);
    lines.edit(FILE, edit(4, 4, 0));
    assert.deepEqual(lines.in(FILE), []);
    lines.setLayers([layer('a', 5), layer('late', 7)]);
    assert.deepEqual(lines.in(FILE), []);
    assert.deepEqual(lines.in('/models/other.ts'), []);
  });
});

describe('words beside a line', () => {
  const pulse = pulsesOf(() => 0.01234, 20).of('a')!;

  it('say the norm, its trend, and the worst finding', () => {
    assert.equal(hintOf([pulse], []), '‖∇‖ 0.012 →');
    assert.equal(hintOf([pulse], [finding({})]), '‖∇‖ 0.012 → vanishing gradient');
    const tiny = pulsesOf(() => 3.04e-9, 20).of('a')!;
    assert.equal(hintOf([tiny, pulse], []), '‖∇‖ 3e-9 … 0.012 in 2 layers');
    assert.equal(hintOf([], []), undefined);
  });

  it('say NaN where the gradient is', () => {
    const broken = { ...pulse.latest.gradient, nans: 1, norm: 0 };
    const latest = { ...pulse.latest, gradient: broken };
    assert.equal(hintOf([{ ...pulse, latest }], []), '‖∇‖ NaN →');
  });

  it('are of open findings about the layer or related to it, worst first', () => {
    const all = [
      finding({ layer: 'x' }),
      finding({ layer: 'a', severity: 'information' }),
      finding({ layer: 'x', relatedLayers: ['a'] }),
      finding({ layer: 'a', closedStep: 3 }),
    ];
    assert.deepEqual(findingsOn(['a'], all), [all[2], all[1]]);
  });

  it('make a table whose cells hold any name', () => {
    const table = tableOf([{ name: 'a|b_1', pulse }]);
    const [head, , row] = table.split('\n');
    assert.equal(head, '| Layer | ‖∇‖ | over the run | ‖Δw‖/‖w‖ |');
    assert.ok(row?.startsWith('| a\\|b\\_1 | 0.012 → | `'), row);
    const many = Array.from({ length: 20 }, (_, i) => ({ name: `l${i}`, pulse }));
    assert.match(tableOf(many), /and 8 more layers$/);
  });
});
