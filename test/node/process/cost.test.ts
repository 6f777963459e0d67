import assert from 'node:assert/strict';
import { host, disposeHosts, resultOf } from './host';

interface Result {
  losses: number[];
  ms: number;
  grown: number;
  backend: string;
}

describe('cost of the lens in Node', function () {
  this.timeout(60_000);
  afterEach(disposeHosts);

  for (const backend of ['cpu', 'wasm']) {
    it(`${backend}: the same losses to the bit, memory flat, and this much time`, async () => {
      const measured: Record<'plain' | 'seen', Result[]> = { plain: [], seen: [] };
      for (const plain of [true, false]) {
        const run = await host('cost.js', { args: [backend, '60'], plain });
        const end = await run.ended;
        assert.equal(end.code, 0, end.stderr);
        measured[plain ? 'plain' : 'seen'].push(resultOf(end) as unknown as Result);
        if (!plain) assert.equal(run.records.length, 60);
        if (!plain) assert.equal(run.of('started').at(-1)?.backend, backend);
      }
      const [expected] = measured.plain;
      for (const { losses, grown, backend: used } of [...measured.plain, ...measured.seen]) {
        assert.deepEqual(losses, expected?.losses);
        assert.equal(grown, 0);
        assert.equal(used, backend);
      }
      const [without, withLens] = [measured.plain[0]?.ms ?? NaN, measured.seen[0]?.ms ?? NaN];
      const ratio = (withLens / without).toFixed(2);
      process.stdout.write(
        `      ${without.toFixed(2)} ms of processor time per step, ${withLens.toFixed(2)} ms under the lens: ${ratio} times\n`,
      );
    });
  }
});
