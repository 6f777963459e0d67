import assert from 'node:assert/strict';
import path from 'node:path';
import { host, disposeHosts, resultOf, type TestHost } from './host';
import { withTfjsNode } from './published';

// The JavaScript of tfjs-node is the published one; its binary, which this test must not need, is played
// by a binding whose operations are tfjs's own cpu kernels.
describe('the native path: tfjs-node as published, on a binding of its shape', function () {
  this.timeout(60_000);
  let run: TestHost;
  let plain: Record<string, unknown>;
  let seen: Record<string, unknown>;

  before(async () => {
    const program = path.join(await withTfjsNode(), 'train.js');
    plain = resultOf(await (await host(program, { plain: true })).ended);
    run = await host(program);
    const end = await run.ended;
    assert.equal(end.code, 0, end.stderr);
    seen = resultOf(end);
  });
  after(disposeHosts);

  it('trains bit for bit as without the lens', () => {
    assert.equal(plain['backend'], 'tensorflow');
    assert.deepEqual(seen['losses'], plain['losses']);
  });

  it('is told as the backend that trains, and replaced by nothing', () => {
    assert.equal(run.of('hello')[0]?.standIn, false);
    assert.equal(run.of('started').at(-1)?.backend, 'tensorflow');
    assert.equal(run.of('started').at(-1)?.reason, undefined);
    assert.deepEqual(run.of('notice'), []);
  });

  it('gives every step with its layers, and the numbers of tfjs itself', () => {
    assert.equal(run.records.length, 12);
    assert.deepEqual(
      run.records.map(({ loss }) => loss),
      plain['losses'],
    );
    for (const { layers } of run.records) {
      assert.deepEqual(Object.keys(layers), ['first', 'last']);
      assert.equal(layers['first']?.gradient.count, 9);
      assert.equal(layers['first'].activation?.count, 12);
      assert.ok((layers['last']?.updateRatio ?? 0) > 0);
    }
    assert.equal(run.of('facts')[0]?.facts.backend, 'tensorflow');
  });

  it('leaves no tensor behind, in tfjs or in TensorFlow', () => {
    assert.equal(seen['tensors'], plain['tensors']);
    const native = seen['native'] as number[];
    assert.ok(
      native.every((count) => count === native[0]),
      native.join(),
    );
  });
});
