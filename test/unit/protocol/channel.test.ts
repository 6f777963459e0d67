import assert from 'node:assert/strict';
import { RemoteError, RequestChannel, type Timers } from '../../../src/shared/protocol/channel';
import { ProtocolError } from '../../../src/shared/protocol/protocolError';

interface Echo {
  echo: { params: { value: number }; result: number };
}

/** A clock that moves only when told. */
class ManualTimers implements Timers {
  private readonly due = new Map<number, () => void>();
  private next = 1;
  setTimeout(run: () => void): number {
    this.due.set(this.next, run);
    return this.next++;
  }
  clearTimeout(handle: unknown): void {
    this.due.delete(handle as number);
  }
  get armed(): number {
    return this.due.size;
  }
  fire(): void {
    for (const run of [...this.due.values()]) run();
  }
}

function setUp(timeoutMs = 1000) {
  const sent: { id: number; params: { value: number } }[] = [];
  const timers = new ManualTimers();
  const channel = new RequestChannel<Echo>((m) => sent.push(m), timeoutMs, timers);
  return { sent, timers, channel };
}

describe('RequestChannel', () => {
  it('settles requests by id, in any order', async () => {
    const { sent, timers, channel } = setUp();
    const a = channel.request('echo', { value: 1 });
    const b = channel.request('echo', { value: 2 });
    for (const { id, params } of [...sent].reverse()) {
      assert.ok(channel.accept({ type: 'response', id, ok: true, result: params.value * 10 }));
    }
    assert.deepEqual(await Promise.all([a, b]), [10, 20]);
    assert.equal(channel.outstanding, 0);
    assert.equal(timers.armed, 0);
  });
  it('carries the failure of the other side', async () => {
    const { sent, channel } = setUp();
    const request = channel.request('echo', { value: 1 });
    const error = { code: 'missing-file', message: 'No such file.' };
    channel.accept({ type: 'response', id: sent[0]!.id, ok: false, error });
    await assert.rejects(request, (e) => {
      assert.ok(e instanceof RemoteError);
      return e.remoteCode === 'missing-file' && e.message === 'No such file.';
    });
  });
  it('times out, and ignores the late answer', async () => {
    const { sent, timers, channel } = setUp();
    const request = channel.request('echo', { value: 1 });
    timers.fire();
    await assert.rejects(request, /echo got no answer within 1 s/);
    assert.equal(channel.accept({ type: 'response', id: sent[0]!.id, ok: true, result: 1 }), false);
  });
  it('waits for ever where the timeout is 0', () => {
    const { timers, channel } = setUp(0);
    void channel.request('echo', { value: 1 });
    assert.equal(timers.armed, 0);
    assert.equal(channel.outstanding, 1);
  });
  it('rejects everything when disposed, also what is asked later', async () => {
    const { timers, channel } = setUp();
    const requests = [channel.request('echo', { value: 1 }), channel.request('echo', { value: 2 })];
    channel.dispose('The worker ended.');
    for (const request of [...requests, channel.request('echo', { value: 3 })]) {
      await assert.rejects(request, (e) => e instanceof ProtocolError && e.code === 'closed');
    }
    assert.equal(timers.armed, 0);
  });
  it('rejects a request that cannot be sent', async () => {
    const channel = new RequestChannel<Echo>(
      () => {
        throw new Error('port closed');
      },
      1000,
      new ManualTimers(),
    );
    await assert.rejects(channel.request('echo', { value: 1 }), /could not be sent/);
    assert.equal(channel.outstanding, 0);
  });
});
