// The guards let through whatever a run writes, and nothing else.
import assert from 'node:assert/strict';
import type { Finding } from '../../../src/shared/core/finding';
import type { LayerInfo } from '../../../src/shared/core/run';
import { guarded } from '../../../src/shared/protocol/checks';
import type { RunView } from '../../../src/shared/protocol/panel';
import { runManifest } from '../../../src/store/guards/manifestGuard';
import { runView } from '../../../src/store/guards/viewGuard';
import { parse, stringify } from '../../../src/store/json';
import { manifestFor } from './manifests';

const location = { file: '/w/net.model.ts', line: 3, column: 7 };

const layer: Required<LayerInfo> = {
  ...{ name: 'dense', className: 'Dense', line: 3, location, activation: 'relu' },
  tensors: [{ name: 'kernel', shape: [4, 2], note: 'interpolated' }],
  ...{ hasMatrix: true, leftOutOf: ['other'] },
};

const finding: Required<Finding> = {
  ...{ rule: 'vanishing-gradient', severity: 'error', layer: 'dense', tensor: 'dense/kernel' },
  ...{ relatedLayers: ['a'], firstStep: 1, lastStep: 9, closedStep: 9 },
  evidence: { measured: NaN, threshold: 1e-7, unit: 'mean |gradient|', window: 5 },
  message: 'It vanishes.',
  remedies: [
    { id: 'change-initializer', title: 'He', layers: ['a'], values: { scale: 2, x: 'y' } },
  ],
  expectation: { expected: 1, measured: -Infinity, unit: 'u', words: 'w', reference: 'r' },
  consequences: [{ rule: 'loss-plateau', layer: 'b', message: 'm', firstStep: 4 }],
  reference: 'Glorot 2010',
  location,
};

const view: Required<Omit<RunView, 'cursor'>> = {
  ...{ id: 'x', title: 'net.model.ts', path: 'net.model.ts', state: 'failed', backend: 'cpu' },
  ...{ backendReason: 'r', renderer: 'g', runtime: 'node', origin: 'log', seed: 3 },
  ...{ requestedBackend: 'auto', hyperparameters: { a: 1, b: 'x', c: false }, step: 4 },
  resumedFrom: { run: 'before', step: 2 },
  ...{ maxSteps: 9, epoch: 1, epochs: 2, stepsPerEpoch: 4, stepsPerSecond: 2.5, progress: 'p' },
  layers: [layer],
  findings: [finding],
  notices: [{ code: 'c', message: 'm' }],
  error: { code: 'e', message: 'm', line: 3, location },
  ...{ pausable: true, live: true, memory: { numTensors: 3, numBytes: 4 } },
  changes: [{ step: 2, words: 'lr 0.1' }],
};

/** All paths of fields in a value. */
function pathsOf(value: unknown, at: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => [
    [...at, key],
    ...pathsOf(one, [...at, key]),
  ]);
}

/** A copy with one field replaced. */
function replaced(value: unknown, at: readonly string[], by: unknown): unknown {
  const copy = structuredClone(value) as Record<string, unknown>;
  const last = at.at(-1) ?? '';
  const parent = at
    .slice(0, -1)
    .reduce((inner, key) => inner[key] as Record<string, unknown>, copy);
  parent[last] = by;
  return copy;
}

describe('guards of files of a run', () => {
  it('let every field of a view through', () => {
    assert.deepEqual(runView(parse(stringify(view))), view);
  });

  it('let every field of a manifest through', () => {
    const manifest = { ...manifestFor('x'), layers: [layer], findings: [finding] };
    assert.deepEqual(runManifest(parse(stringify(manifest, 1))), manifest);
  });

  it('give what they should or nothing, whatever field is replaced by whatever', () => {
    const others = [null, [], {}, '__proto__', NaN, -1, true, 'x'.repeat(200_000)];
    let [refused, taken] = [0, 0];
    for (const [whole, guard] of [
      [view, runView],
      [manifestFor('x'), runManifest],
    ] as const) {
      for (const at of pathsOf(whole)) {
        for (const other of others) {
          const value = replaced(whole, at, other);
          const result = guarded<unknown>(() => guard(value));
          if (result === undefined) {
            refused++;
            continue;
          }
          taken++;
          // What is taken is taken again.
          assert.deepEqual(guard(result), result);
        }
      }
    }
    assert.ok(refused > taken && taken > 100, `${refused} refused, ${taken} taken`);
  });
});
