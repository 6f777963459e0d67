import assert from 'node:assert/strict';
import { parseFromPanel, parseFromRuntime } from '../../../src/shared/protocol/guards';
import type { ProtocolError } from '../../../src/shared/protocol/protocolError';
import type { FromRuntime } from '../../../src/shared/protocol/runtime';

const frame = { line: 3, column: 7 };
const valid: FromRuntime[] = [
  { type: 'hello', version: 1 },
  { type: 'started', backend: 'wasm', reason: 'no GPU', renderer: 'x', tfjsVersion: '4.22.0' },
  { type: 'started', backend: 'cpu', tfjsVersion: '4.22.0' },
  {
    type: 'layers',
    layers: [
      {
        name: 'dense',
        className: 'Dense',
        activation: 'relu',
        tensors: [{ name: 'dense/kernel', shape: [2, 3] }],
        frames: [frame],
      },
    ],
  },
  {
    type: 'steps',
    batch: new ArrayBuffer(8),
    epochs: [{ epoch: 1, step: 10, metrics: { val_loss: 0.5 } }],
    memory: { numTensors: 4, numBytes: 99 },
  },
  {
    type: 'autopsy',
    autopsy: {
      step: 7,
      stage: 'backward',
      cause: 'infinite-derivative',
      layer: 'dense',
      tensor: 'dense/kernel',
      operation: 'Sqrt',
      nans: 1,
      posInfs: 2,
      negInfs: 0,
      count: 12,
      operands: [{ min: 0, max: 3 }],
    },
    frames: [frame],
  },
  { type: 'plan', epochs: 3 },
  { type: 'state', state: 'paused', step: 4 },
  { type: 'notice', notice: { code: 'never-awaits', message: 'It never awaits.' } },
  { type: 'progress', message: 'Reading' },
  { type: 'console', level: 'warn', text: 'hm' },
  { type: 'request', id: 1, method: 'readFile', params: { path: 'a.csv', start: 0, end: 10 } },
  { type: 'request', id: 2, method: 'readFile', params: { path: 'a.csv' } },
  { type: 'request', id: 3, method: 'list', params: { path: '.' } },
  { type: 'interrupted', step: 9, from: 0 },
  { type: 'interrupted', step: 9, from: 7, checkpoint: new ArrayBuffer(8) },
  { type: 'finished', outcome: 'stopped', steps: 9 },
  {
    type: 'failed',
    error: { code: 'model-exception', name: 'TypeError', message: 'x', frames: [frame] },
    steps: 0,
  },
];

describe('guard of the worker', () => {
  it('lets every message of the protocol through unchanged', () => {
    for (const message of valid) assert.deepEqual(parseFromRuntime(message), message);
  });

  it('copies: extra fields do not come through, and optional nulls are absent', () => {
    assert.deepEqual(parseFromRuntime({ type: 'hello', version: 1, evil: true }), {
      type: 'hello',
      version: 1,
    });
    assert.deepEqual(parseFromRuntime({ type: 'plan', epochs: null, stepsPerEpoch: 5 }), {
      type: 'plan',
      stepsPerEpoch: 5,
    });
  });

  it('maps metrics that JSON made null back to NaN', () => {
    const epochs: unknown = JSON.parse(
      JSON.stringify([{ epoch: 1, step: 2, metrics: { val_loss: NaN, acc: 1 } }]),
    );
    const memory = { numTensors: 0, numBytes: 0 };
    const parsed = parseFromRuntime({
      ...{ type: 'steps', batch: new ArrayBuffer(0), memory },
      epochs,
    });
    assert.ok(parsed?.type === 'steps');
    assert.deepEqual(parsed.epochs, [{ epoch: 1, step: 2, metrics: { val_loss: NaN, acc: 1 } }]);
  });

  it('takes a measurement as lasting only where that is said', () => {
    const message = { type: 'started', backend: 'wasm', tfjsVersion: '4.22.0' };
    assert.deepEqual(parseFromRuntime({ ...message, lasting: true }), {
      ...message,
      lasting: true,
    });
    assert.deepEqual(parseFromRuntime({ ...message, lasting: 'yes' }), message);
  });

  it('accepts a view of the batch and takes just its bytes', () => {
    const bytes = new Uint8Array([9, 1, 2, 3]);
    const parsed = parseFromRuntime({
      type: 'steps',
      batch: bytes.subarray(1),
      epochs: [],
      memory: { numTensors: 0, numBytes: 0 },
    });
    assert.ok(parsed?.type === 'steps');
    assert.deepEqual([...new Uint8Array(parsed.batch)], [1, 2, 3]);
  });

  it('cuts long console text instead of refusing it', () => {
    const parsed = parseFromRuntime({ type: 'console', level: 'log', text: 'x'.repeat(200_000) });
    assert.ok(parsed?.type === 'console');
    assert.equal(parsed.text.length, 100_001);
  });

  it('refuses each message when any of its required fields is missing or of another type', () => {
    const optional = new Set([
      ...['reason', 'renderer', 'activation', 'epochs', 'stepsPerEpoch', 'checkpoint'],
    ]);
    for (const message of valid) {
      for (const key of Object.keys(message)) {
        if (optional.has(key)) continue;
        const missing = Object.fromEntries(Object.entries(message).filter(([k]) => k !== key));
        assert.equal(parseFromRuntime(missing), undefined, `${message.type} without ${key}`);
        for (const wrong of [Symbol('x'), -1, 1.5, true]) {
          assert.equal(
            parseFromRuntime({ ...message, [key]: wrong }),
            undefined,
            `${message.type}.${key} = ${String(wrong)}`,
          );
        }
      }
    }
  });

  it('refuses hostile input', () => {
    const layer = { name: 'a', className: 'Dense', tensors: [], frames: [] };
    const protoMetrics: unknown = JSON.parse('{"epoch":1,"step":1,"metrics":{"__proto__":1}}');
    const hostile: unknown[] = [
      null,
      undefined,
      7,
      'hello',
      [],
      { type: 'unknown' },
      { type: { toString: 'x' } },
      Object.create({ type: 'hello', version: 1 }),
      { ...valid.find(({ type }) => type === 'steps'), epochs: [protoMetrics] },
      { type: 'layers', layers: new Array(20_000).fill(layer) },
      { type: 'layers', layers: [{ ...layer, name: '__proto__' }] },
      { type: 'layers', layers: [{ ...layer, name: 'n'.repeat(5000) }] },
      { type: 'layers', layers: [{ ...layer, frames: [{ line: Infinity, column: 0 }] }] },
      { type: 'request', id: 1, method: 'writeFile', params: { path: 'x' } },
      { type: 'request', id: 1, method: 'readFile', params: { path: 'x', start: 5, end: 1 } },
      { type: 'request', id: 1, method: 'readFile', params: { path: 'x', start: 5 } },
      { type: 'request', id: 1, method: 'readFile', params: { path: ['..'] } },
      { type: 'interrupted', step: 9, from: 7, checkpoint: 'state' },
      { type: 'steps', batch: [1, 2], memory: { numTensors: 0, numBytes: 0 } },
    ];
    for (const [i, message] of hostile.entries()) {
      assert.equal(parseFromRuntime(message), undefined, `hostile message ${String(i)}`);
    }
  });

  it('says why', () => {
    const reasons: ProtocolError[] = [];
    parseFromRuntime({ type: 'state', state: 'flying', step: 1 }, (reason) => reasons.push(reason));
    assert.match(reasons[0]!.message, /message\.state is none of running, paused/);
  });
});

describe('guard of the page', () => {
  it('lets every message of the protocol through unchanged', () => {
    for (const message of [
      { type: 'ready', version: 1 },
      { type: 'action', action: 'pause' },
      { type: 'look' },
      { type: 'look', step: 12 },
      { type: 'look', step: 12, side: 'before' },
      { type: 'reveal', target: { layer: 'dense' } },
      { type: 'reveal', target: { finding: 0 } },
      { type: 'reveal', target: { error: true } },
      { type: 'explain', rule: 'dead-units' },
      { type: 'remedy', verb: 'verify', finding: 1, remedy: 0 },
      { type: 'fromRuntime', runId: 'r', message: { type: 'hello', version: 1 } },
      { type: 'workerError', runId: 'r', message: 'gone' },
      { type: 'pageError', message: 'oops' },
    ]) {
      assert.deepEqual(parseFromPanel(message), message);
    }
  });
  it('refuses what is not of the protocol, relayed messages included', () => {
    for (const message of [
      { name: 'setTimeoutCustom' },
      { type: 'action', action: 'format-disk' },
      { type: 'look', step: 1.5 },
      { type: 'look', step: 1, side: 'left' },
      { type: 'reveal', target: {} },
      { type: 'explain', rule: 'no-such-rule' },
      { type: 'remedy', verb: 'delete', finding: 1, remedy: 0 },
      { type: 'reveal', target: { finding: -1 } },
      { type: 'fromRuntime', runId: 'r', message: { type: 'nonsense' } },
      { type: 'fromRuntime', message: { type: 'hello', version: 1 } },
    ]) {
      assert.equal(parseFromPanel(message), undefined, JSON.stringify(message));
    }
  });
});
