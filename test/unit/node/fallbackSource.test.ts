// Another source takes over before the first step, with the controls given until then.
import assert from 'node:assert/strict';
import type { RunControl, RunSink, RunSource } from '../../../src/run/source';
import { FallbackSource } from '../../../src/sources/fallbackSource';
import { withVariables } from '../../../src/platform/settingVariables';
import { batchOf } from './batches';

class Recorded implements RunSource {
  readonly controls: RunControl[] = [];
  sink: RunSink | undefined;
  isDisposed = false;
  start(sink: RunSink): void {
    this.sink = sink;
  }
  control(message: RunControl): void {
    this.controls.push(message);
  }
  dispose(): void {
    this.isDisposed = true;
  }
}

const error = { code: 'needs-node', message: 'It needs Node.' };

function scene() {
  const calls: string[] = [];
  const sink = Object.fromEntries(
    ['progress', 'records', 'failed', 'finished', 'notice'].map((name) => [
      name,
      () => void calls.push(name),
    ]),
  ) as unknown as RunSink;
  const [first, other] = [new Recorded(), new Recorded()];
  const source = new FallbackSource({
    first,
    isMeant: ({ code }) => code === 'needs-node',
    other: () => other,
  });
  source.start(sink);
  return { calls, first, other, source };
}

describe('FallbackSource', () => {
  it('changes on the error that is meant, and hands the controls on', () => {
    const { calls, first, other, source } = scene();
    first.sink?.progress('Bundling');
    source.control({ type: 'pause' });
    first.sink?.failed(error);
    assert.ok(first.isDisposed);
    assert.deepEqual(other.controls, [{ type: 'pause' }]);
    source.control({ type: 'stop' });
    assert.deepEqual(first.controls, [{ type: 'pause' }]);
    assert.deepEqual(other.controls, [{ type: 'pause' }, { type: 'stop' }]);
    other.sink?.finished('stopped', 0);
    assert.deepEqual(calls, ['progress', 'finished']);
    source.dispose();
    assert.ok(other.isDisposed);
  });

  it('stays after a step, and on any other error', () => {
    const trained = scene();
    trained.first.sink?.records(batchOf(1, 1));
    trained.first.sink?.failed(error);
    assert.deepEqual(trained.calls, ['records', 'failed']);
    const other = scene();
    other.first.sink?.failed({ code: 'syntax-error', message: 'x' });
    assert.deepEqual(other.calls, ['failed']);
    assert.equal(other.other.sink, undefined);
  });
});

describe('variables of settings', () => {
  it('are replaced where they are known', () => {
    const values = {
      ...{ file: '/ws/src/a.js', workspaceFolder: '/ws', userHome: '/home/u', env: { X: '1' } },
    };
    assert.equal(
      withVariables(
        '${workspaceFolder}/d ${fileDirname} ${fileBasename} ${env:X}${env:Y} ${no} $x',
        values,
      ),
      '/ws/d /ws/src a.js 1 ${no} $x',
    );
  });
});
