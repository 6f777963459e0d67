// What stands in the Problems view, and where it is after an edit.
import assert from 'node:assert/strict';
import { lineAfterEdit, problemEntries } from '../../../src/surfaces/problemEntries';
import type { Finding } from '../../../src/shared/core/finding';
import type { LayerInfo } from '../../../src/shared/core/run';

const at = (line: number, file = '/ws/model.ts') => ({ file, line, column: 3 });
const layer = (name: string, line?: number): LayerInfo => ({
  name,
  className: 'Dense',
  tensors: [],
  ...(line !== undefined && { line, location: at(line) }),
});
const finding = (change: Partial<Finding>): Finding => ({
  rule: 'vanishing-gradient',
  severity: 'warning',
  firstStep: 1,
  lastStep: 9,
  evidence: { measured: 1, threshold: 2, unit: 'x', window: 3 },
  message: 'It vanishes.',
  remedies: ['a', 'b', 'c', 'd'].map((title) => ({ id: 'check-data', title: `do ${title}` })),
  reference: '',
  ...change,
});

describe('problemEntries', () => {
  const layers = [layer('loaded'), layer('one', 7), layer('two', 9)];
  const entries = (findings: Finding[]) =>
    problemEntries({ findings, layers, error: undefined }, '/ws/model.ts');

  it('stands on the line of the layer, with related layers and the best remedies', () => {
    const [entry] = entries([finding({ layer: 'two', relatedLayers: ['one', 'loaded'] })]);
    assert.deepEqual(entry!.location, at(9));
    assert.deepEqual(entry!.related, [{ location: at(7), message: 'Layer one' }]);
    assert.equal(entry!.message, 'It vanishes.\n• do a\n• do b\n• do c');
    assert.equal(entry!.code, 'vanishing-gradient');
  });

  it('names the layers that one line builds together', () => {
    const loop = [layer('one', 7), layer('two', 7), layer('three', 7), layer('four', 9)];
    const found = finding({ layer: 'one', relatedLayers: ['two', 'three', 'four'] });
    const [entry] = problemEntries({ findings: [found], layers: loop, error: undefined }, '/m.ts');
    assert.deepEqual(entry!.related, [
      { location: at(7), message: '2 layers: two, three' },
      { location: at(9), message: 'Layer four' },
    ]);
  });

  it('prefers a place of its own, and falls back to the model', () => {
    assert.equal(entries([finding({ layer: 'two', location: at(30) })])[0]!.location.line, 30);
    assert.equal(entries([finding({})])[0]!.location.line, 7);
    assert.equal(entries([finding({ layer: 'loaded' })])[0]!.location.line, 7);
    const bare = problemEntries({ findings: [finding({})], layers: [], error: undefined }, '/m.ts');
    assert.deepEqual(bare[0]!.location, { file: '/m.ts', line: 1, column: 1 });
  });

  it('leaves out what no longer holds, and has the error first', () => {
    const error = { code: 'model-exception', message: 'It broke.', location: at(3) };
    const run = { findings: [finding({}), finding({ closedStep: 5 })], layers, error };
    const codes = problemEntries(run, '/ws/model.ts').map((e) => [e.code, e.location.line]);
    assert.deepEqual(codes, [
      ['model-exception', 3],
      ['vanishing-gradient', 7],
    ]);
  });
});

describe('lineAfterEdit', () => {
  it('moves lines below by what was added or removed, and gives up the touched ones', () => {
    const insertTwo = { startLine: 5, endLine: 5, newLines: 2 };
    assert.equal(lineAfterEdit(4, insertTwo), 4);
    assert.equal(lineAfterEdit(5, insertTwo), undefined);
    assert.equal(lineAfterEdit(6, insertTwo), 8);
    const deleteThree = { startLine: 5, endLine: 8, newLines: 0 };
    assert.equal(lineAfterEdit(7, deleteThree), undefined);
    assert.equal(lineAfterEdit(9, deleteThree), 6);
  });
});
