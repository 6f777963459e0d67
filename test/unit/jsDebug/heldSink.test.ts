// Reports of a process that may turn out to train: none is lost, and none makes a run too early.
import assert from 'node:assert/strict';
import { HeldSink, HeldSource } from '../../../src/jsDebug/heldSink';
import type { RunSink } from '../../../src/run/source';

function scene() {
  const told: string[] = [];
  const held = new HeldSink({
    begins: () => told.push('begins'),
    ends: ({ hasRun, message }) => told.push(`ends ${hasRun}${message ? ` ${message}` : ''}`),
  });
  /** Notes the names of the calls. */
  const sink = new Proxy({} as RunSink, {
    get: (_, name) => () => told.push(String(name)),
  });
  return { told, held, sink };
}

const started = { backend: 'cpu' };

describe('HeldSink', () => {
  it('holds reports until tfjs is loaded, and hands them on in order', () => {
    const { told, held, sink } = scene();
    held.sink.progress('Starting');
    assert.deepEqual(told, []);
    held.sink.started(started);
    held.sink.layers([]);
    assert.deepEqual(told, ['begins']);
    const control: string[] = [];
    const source = new HeldSource(held, {
      control: ({ type }) => control.push(type),
      dispose: () => control.push('dispose'),
    });
    source.start(sink);
    held.sink.records([]);
    held.sink.finished('completed', 3);
    assert.deepEqual(told.slice(1), [
      ...['progress', 'started', 'layers', 'records', 'finished'],
      'ends true',
    ]);
    source.control({ type: 'pause' });
    source.dispose();
    assert.deepEqual(control, ['pause', 'dispose']);
  });

  it('makes no run of a program that fails without tfjs', () => {
    const { told, held } = scene();
    held.sink.failed({ code: 'model-exception', message: 'oops' });
    assert.deepEqual(told, ['ends false oops']);
  });

  it('makes one where the native part of tfjs-node is missing, to offer what to do', () => {
    const { told, held } = scene();
    held.sink.failed({ code: 'tfjs-node-missing', message: 'no binding' });
    assert.deepEqual(told, ['begins', 'ends true no binding']);
  });

  it('says why a program that has its own tfjs cannot be seen', () => {
    const { told, held } = scene();
    held.sink.notice({ code: 'tfjs-hidden', message: 'in its bundle' });
    held.sink.failed({ code: 'nothing-trained', message: 'nothing' });
    assert.deepEqual(told, ['ends false in its bundle']);
  });
});
