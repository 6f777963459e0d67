// Choice of the backend where a setting forces it, or where one cannot start.
import assert from 'node:assert/strict';
import { RuntimeBench, type RunSetup } from './harness';
import { FIT } from './programs';

describe('backends of the worker', function () {
  this.timeout(90_000);
  let bench: RuntimeBench;
  before(async () => {
    bench = await RuntimeBench.open();
  });
  after(() => bench.close());

  async function started(options: RunSetup['options'], withoutWasm = false) {
    const run = await bench.finish(FIT, { ...(options && { options }), withoutWasm });
    assert.equal(run.all('finished')[0]?.steps, 12);
    return { ...run.all('started')[0]!, notices: run.all('notice') };
  }

  it('auto prefers wasm to a software WebGL, and says why', async () => {
    const { backend, reason, notices, tfjsVersion } = await started({ backend: 'auto' });
    assert.equal(backend, 'wasm');
    assert.match(reason!, /SwiftShader/);
    assert.deepEqual(notices, []);
    assert.equal(tfjsVersion, '4.22.0');
  });

  it('a forced WebGL is taken, software or not, with its renderer', async () => {
    const { backend, reason, renderer } = await started({ backend: 'webgl' });
    assert.equal(backend, 'webgl');
    assert.equal(reason, undefined);
    assert.match(renderer!, /SwiftShader/);
  });

  it('a forced cpu is taken', async () => {
    const { backend, reason } = await started({ backend: 'cpu' });
    assert.equal(backend, 'cpu');
    assert.equal(reason, undefined);
  });

  it('falls to cpu where the page cannot load the wasm binary', async function () {
    this.timeout(60_000);
    const { backend, reason, notices } = await started({ backend: 'wasm' }, true);
    assert.equal(backend, 'cpu');
    assert.match(reason!, /could not load the wasm binary/);
    assert.deepEqual(
      notices.map(({ notice }) => notice.code),
      ['backend-fallback'],
    );
  });
});
