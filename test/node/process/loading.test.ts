import assert from 'node:assert/strict';
import { build } from 'esbuild';
import { cp, mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { FIXTURES, host, disposeHosts, PRELOAD, resultOf } from './host';

/** Below the checkout, where the packages that tfjs needs are found. */
const FOLDER = path.resolve(__dirname, '../../../out/test-node');

/** Copies the CommonJS bundle of a package of tfjs, so that there are two of it. */
async function secondCopy(name: string): Promise<string> {
  const file = createRequire(__filename).resolve(name);
  const target = path.join(FOLDER, 'node_modules', name);
  await mkdir(path.join(target, 'dist'), { recursive: true });
  await cp(path.resolve(path.dirname(file), '../package.json'), path.join(target, 'package.json'));
  await cp(file, path.join(target, 'dist', path.basename(file)));
  return path.join(target, 'dist', path.basename(file));
}

describe('loading of tfjs in Node', function () {
  this.timeout(30_000);
  before(() => rm(FOLDER, { recursive: true, force: true }));
  after(() => rm(FOLDER, { recursive: true, force: true }));
  afterEach(disposeHosts);

  it('costs a process without an invitation next to nothing', () => {
    const source = `const start = process.hrtime.bigint(); require(${JSON.stringify(PRELOAD)});
      console.log(Number(process.hrtime.bigint() - start) / 1e6, require('module').prototype === undefined);
      console.log(process.listenerCount('exit'), Object.keys(process.env).includes('GRADIENT_LENS_NODE'));`;
    const times = Array.from({ length: 7 }, () => {
      const { stdout } = spawnSync(process.execPath, ['-e', source], { encoding: 'utf8' });
      assert.match(stdout, /\n0 false\n$/);
      return Number.parseFloat(stdout);
    }).sort((a, b) => a - b);
    process.stdout.write(`      loaded in ${times[0]?.toFixed(1)} to ${times[6]?.toFixed(1)} ms\n`);
    // The quickest of several: the machine may be busy.
    assert.ok((times[0] ?? Infinity) < 20, times.join());
  });

  it('leaves the environment of a program alone but for the invitation', async () => {
    const run = await host('loop.js', { args: ['3'], env: { OTHER: 'kept' } });
    assert.equal((await run.ended).code, 0);
    assert.equal(run.connections, 1);
  });

  it('sees tfjs-core with tfjs-layers used apart, and a second copy of tfjs-core', async () => {
    const other = await secondCopy('@tensorflow/tfjs-core');
    const run = await host('copies.js', { args: [other] });
    const end = await run.ended;
    assert.equal(end.code, 0, end.stderr);
    assert.equal(resultOf(end)['apart'], true);
    const names = run.records.map(({ layers }) => Object.keys(layers).join());
    assert.deepEqual(names, ['first', 'first', 'first', 'others', 'others', 'others', 'others']);
    assert.equal(run.of('facts').length > 0, true);
    assert.equal(run.of('notice').length, 0, JSON.stringify(run.of('notice')));
  });

  it('finds the sources of a bundle by its source map', async () => {
    const outfile = path.join(FOLDER, 'typed.js');
    await build({
      entryPoints: [path.join(FIXTURES, 'typed.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['@tensorflow/*'],
      sourcemap: true,
      logLevel: 'error',
    });
    const run = await host(outfile, { nodeArgs: ['--enable-source-maps'] });
    assert.equal((await run.ended).code, 1);
    const [at] = run.of('layers').at(-1)!.layers[0]!.frames;
    assert.match(at?.file ?? '', /typed\.ts$/);
    assert.equal(at?.line, 9);
    const [failed] = run.of('failed');
    assert.match(failed?.error.frames[0]?.file ?? '', /typed\.ts$/);
    assert.equal(failed?.error.frames[0]?.line, 12);
    assert.equal(failed.steps, 1);
  });

  it('says so where tfjs is hidden in a bundle', async () => {
    const outfile = path.join(FOLDER, 'hidden.js');
    await build({
      entryPoints: [path.join(FIXTURES, 'loop.js')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'error',
    });
    const run = await host(outfile, { args: ['3'] });
    assert.equal((await run.ended).code, 0);
    assert.deepEqual(
      run.of('notice').map(({ notice }) => notice.code),
      ['tfjs-hidden'],
    );
    assert.equal(run.of('finished')[0]?.steps, 0);
  });

  it('halts in a debugger at the step that breaks, on the stack of the program', async () => {
    const run = await host('breaks.js', { start: { breakOn: ['non-finite'] } });
    const { counts, frames } = resultOf(await run.ended) as { counts: number[]; frames: string[] };
    assert.deepEqual(counts, [0, 0, 0, 1, 1, 1]);
    assert.ok(frames.includes('trainStep'), frames.join());
    const without = await host('breaks.js');
    assert.deepEqual(resultOf(await without.ended)['counts'], [0, 0, 0, 0, 0, 0]);
  });
});
