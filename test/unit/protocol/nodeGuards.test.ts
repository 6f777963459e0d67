import assert from 'node:assert/strict';
import type { FromNode, NodeInvitation, ToNode } from '../../../src/shared/protocol/node';
import { encodeFrame, FrameDecoder } from '../../../src/shared/protocol/frames';
import {
  parseFromNode,
  parseInvitation,
  parseToNode,
} from '../../../src/shared/protocol/nodeGuards';

const token = '0123456789abcdef'.repeat(2);
const frame = { file: 'file:///models/train.mjs', line: 3, column: 7 };
const valid: FromNode[] = [
  { type: 'hello', version: 1, token, pid: 7, script: '/models/train.js', standIn: false },
  { type: 'started', backend: 'tensorflow', tfjsVersion: '4.22.0' },
  { type: 'started', backend: 'cpu', reason: 'No binary.', tfjsVersion: '4.22.0' },
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
    type: 'autopsy',
    autopsy: { step: 7, stage: 'loss', cause: 'inputs', nans: 1, posInfs: 0, negInfs: 0, count: 2 },
    frames: [frame],
  },
  {
    type: 'steps',
    batch: new ArrayBuffer(8),
    epochs: [{ epoch: 1, step: 10, metrics: { val_loss: 0.5 } }],
    memory: { numTensors: 4, numBytes: 99 },
  },
  { type: 'plan', epochs: 3, stepsPerEpoch: 4 },
  { type: 'state', state: 'paused', step: 4 },
  { type: 'notice', notice: { code: 'steps-dropped', message: 'Two.' } },
  { type: 'progress', message: 'Reading' },
  { type: 'finished', outcome: 'stopped', steps: 9 },
  {
    type: 'failed',
    error: { code: 'tfjs-node-missing', name: 'Error', message: 'x', frames: [frame] },
    steps: 0,
  },
];
const controls: ToNode[] = [
  { type: 'pause' },
  { type: 'resume' },
  { type: 'step', count: 3 },
  { type: 'detach' },
];
const invitation: NodeInvitation = {
  version: 1,
  channel: '/tmp/x/channel.sock',
  token,
  start: {
    seed: 42,
    maxSteps: 10,
    paused: false,
    sampling: { everySteps: 1, activationEverySteps: 5 },
    epsilon: 'keras',
    probe: 'auto',
    standIn: 'offer',
    breakOn: ['non-finite'],
  },
};

/** Every own field of a message, with the object that holds it. */
function* fieldsOf(value: unknown): Generator<{ holder: object; key: string }> {
  if (typeof value !== 'object' || value === null || value instanceof ArrayBuffer) return;
  for (const key of Object.keys(value)) {
    yield { holder: value, key };
    yield* fieldsOf((value as Record<string, unknown>)[key]);
  }
}

describe('guards of a Node process', () => {
  it('let every message through as it was sent, over frames too', () => {
    for (const message of valid) {
      assert.deepEqual(parseFromNode(message), message);
      const [sent] = new FrameDecoder().push(encodeFrame(message));
      assert.deepEqual(parseFromNode(sent), message);
    }
    for (const message of controls) assert.deepEqual(parseToNode(message), message);
  });

  it('refuse a message with any of its fields replaced by a wrong one', () => {
    const optional = new Set(['reason', 'activation', 'epochs', 'stepsPerEpoch', 'maxSteps']);
    for (const message of valid) {
      const count = [...fieldsOf(message)].length;
      for (let i = 0; i < count; i++) {
        const copy = structuredClone(message);
        const field = [...fieldsOf(copy)][i];
        if (!field) continue;
        (field.holder as Record<string, unknown>)[field.key] = { wrong: true };
        const told: string[] = [];
        const parsed = parseFromNode(copy, (reason) => told.push(reason.message));
        assert.equal(parsed, undefined, `${message.type}: ${field.key}`);
        assert.equal(told.length, 1);
        if (optional.has(field.key) || Array.isArray(field.holder)) continue;
        Reflect.deleteProperty(field.holder, field.key);
        const isMetric = field.key.startsWith('val_');
        assert.equal(parseFromNode(copy) !== undefined, isMetric, `${message.type}: ${field.key}`);
      }
    }
  });

  it('copy: what is added to a message does not come through', () => {
    const message = { type: 'pause', extra: 1, ['__proto__']: { polluted: true } };
    assert.deepEqual(parseToNode(message), { type: 'pause' });
    const hello = { ...valid[0], extra: { a: 1 } };
    assert.deepEqual(parseFromNode(hello), valid[0]);
  });

  it('refuse messages of the worker alone, of no type, and what is no message', () => {
    const others = [
      { type: 'console', level: 'log', text: 'x' },
      { type: 'request', id: 1, method: 'list', params: { path: '.' } },
      { type: 'interrupted', step: 1, from: 0 },
      {},
      null,
      7,
      'hello',
      [],
    ];
    for (const message of others) {
      assert.equal(parseFromNode(message), undefined);
      assert.equal(parseToNode(message), undefined);
    }
    assert.equal(parseToNode({ type: 'step', count: -1 }), undefined);
    assert.equal(parseToNode({ type: 'stop' }), undefined);
  });

  it('refuse what is far larger than any run sends', () => {
    const layers = Array.from({ length: 10_001 }, () => ({
      name: 'a',
      className: 'b',
      tensors: [],
      frames: [],
    }));
    assert.equal(parseFromNode({ type: 'layers', layers }), undefined);
    const error = { code: 'x', name: 'y', message: 'z', frames: new Array(201).fill(frame) };
    assert.equal(parseFromNode({ type: 'failed', error, steps: 1 }), undefined);
    assert.equal(parseFromNode({ ...valid[0], token: 'short' }), undefined);
  });

  it('read an invitation, and refuse every part of it that is wrong', () => {
    assert.deepEqual(parseInvitation(JSON.stringify(invitation)), invitation);
    const count = [...fieldsOf(invitation)].length;
    for (let i = 0; i < count; i++) {
      const copy = structuredClone(invitation);
      const field = [...fieldsOf(copy)][i];
      if (!field) continue;
      (field.holder as Record<string, unknown>)[field.key] = { wrong: true };
      assert.equal(parseInvitation(JSON.stringify(copy)), undefined, field.key);
    }
    assert.equal(parseInvitation('{"version":'), undefined);
    assert.equal(parseInvitation(''), undefined);
  });
});
