import assert from 'node:assert/strict';
import { mkdir, rm, writeFile, cp } from 'node:fs/promises';
import path from 'node:path';
import { FIXTURES, host, disposeHosts, resultOf } from './host';

/** Below the checkout, where tfjs is found. */
const FOLDER = path.resolve(__dirname, '../../../out/test-stand-in');

/** A tfjs-node whose binary is not there: it fails as the real one does. */
async function brokenPackage(): Promise<string> {
  const target = path.join(FOLDER, 'node_modules/@tensorflow/tfjs-node');
  await mkdir(path.join(target, 'dist'), { recursive: true });
  await writeFile(path.join(target, 'dist/node.js'), 'exports.node = {};');
  await writeFile(path.join(target, 'package.json'), '{"main":"dist/index.js"}');
  await writeFile(
    path.join(target, 'dist/index.js'),
    `exports.io = exports.version = void 0;
const tf = require('@tensorflow/tfjs');
throw new Error('The Node.js native addon module (tfjs_binding.node) can not be found at path: x');
__exportStar(require('@tensorflow/tfjs'), exports);
__exportStar(require('./node'), exports);`,
  );
  const program = path.join(FOLDER, 'standIn.js');
  await cp(path.join(FIXTURES, 'standIn.js'), program);
  await cp(path.join(FIXTURES, 'standIn.mjs'), path.join(FOLDER, 'standIn.mjs'));
  return program;
}

describe('tfjs-node that is not there', function () {
  this.timeout(30_000);
  afterEach(disposeHosts);
  after(() => rm(FOLDER, { recursive: true, force: true }));

  for (const file of ['standIn.js', 'standIn.mjs']) {
    it(`${file}: fails as it would, by a code of its own`, async () => {
      const run = await host(file);
      const end = await run.ended;
      assert.equal(end.code, 1);
      assert.match(end.stderr, /Cannot find (module|package) '@tensorflow\/tfjs-node'/);
      assert.equal(run.of('hello')[0]?.standIn, false);
      assert.equal(run.of('failed')[0]?.error.code, 'tfjs-node-missing');
    });

    it(`${file}: trains on a stand-in, on wasm, and keeps models on disk`, async () => {
      const run = await host(file, { start: { standIn: 'use' } });
      const end = await run.ended;
      assert.equal(end.code, 0, end.stderr);
      const { same, refused, backend, version } = resultOf(end);
      assert.deepEqual(
        { same, refused, backend, version },
        { same: true, refused: 'tfjs-node-missing', backend: 'wasm', version: 'string' },
      );
      assert.equal(run.connections, 1);
      assert.equal(run.of('hello')[0]?.standIn, true);
      const reason = run.of('started').at(-1)?.reason ?? '';
      assert.match(reason, /^@tensorflow\/tfjs-node is not installed, so .*\.$/);
      assert.equal(run.of('started').at(-1)?.backend, 'wasm');
      assert.equal(run.records.length, 4);
      assert.match(run.of('layers')[0]?.layers[0]?.frames[0]?.file ?? '', /standIn\.m?js$/);
    });
  }

  it('but its package is: the same, as a binary that does not load', async () => {
    const program = await brokenPackage();
    const offered = await host(program);
    const failed = await offered.ended;
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /tfjs_binding/);
    assert.equal(offered.of('failed')[0]?.error.code, 'tfjs-node-missing');
    for (const file of [program, program.replace(/js$/, 'mjs')]) {
      const used = await host(file, { start: { standIn: 'use' } });
      const end = await used.ended;
      assert.equal(end.code, 0, end.stderr);
      assert.equal(used.of('hello')[0]?.standIn, true);
      assert.match(used.of('started')[0]?.reason ?? '', /^The binary of .* does not load here/);
      assert.equal(used.records.length, 4);
    }
  });

  it('gives the same losses in every run', async () => {
    const losses = async (): Promise<unknown> => {
      const run = await host('standIn.js', { start: { standIn: 'use' } });
      await run.ended;
      return run.records.map(({ loss }) => loss);
    };
    assert.deepEqual(await losses(), await losses());
  });
});
