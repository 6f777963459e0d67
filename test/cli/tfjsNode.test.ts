// Training in a thread on the tfjs-node that is installed beside the model: its published JavaScript, on a
// binding for tests in the place of the binary; and what trains where it does not load or fit.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { FIXTURES } from '../node/process/host';
import { withTfjsNode } from '../node/process/published';
import { report, ROOT, temporaryFolder, WORKSPACE } from './spawned';

const SCOPE = 'node_modules/@tensorflow';
const EXPERIMENT = 'small.model.ts';
const PROGRAM = 'loop.js';

const losses = (steps: readonly { loss?: number }[]) => steps.map(({ loss }) => loss);

describe('training in a thread beside an installed tfjs-node', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let published: string;
  let count = 0;

  before(async () => {
    published = await withTfjsNode();
  });

  interface Installed {
    /** Where the package finds its binary. */
    binding?: string;
    version?: string;
    /** Main file of a tfjs-node-gpu beside it. */
    gpu?: string;
  }

  /** A folder of its own with models, and tfjs-node among its packages. */
  function project({ binding, version, gpu }: Installed = {}): string {
    const root = path.join(folder, `project${count++}`);
    const copy = (file: string) => cpSync(file, path.join(root, path.basename(file)));
    copy(path.join(WORKSPACE, EXPERIMENT));
    copy(path.join(FIXTURES, 'native', PROGRAM));
    const own = path.join(root, SCOPE, 'tfjs-node');
    cpSync(path.join(published, SCOPE, 'tfjs-node'), own, { recursive: true });
    for (const name of ['progress', 'google-protobuf']) {
      const target = path.join(root, 'node_modules', name);
      symlinkSync(path.join(published, 'node_modules', name), target, 'junction');
    }
    const finder = path.join(root, 'node_modules/@mapbox/node-pre-gyp');
    mkdirSync(finder, { recursive: true });
    const found = JSON.stringify(binding ?? path.join(published, 'binding.js'));
    writeFileSync(path.join(finder, 'index.js'), `exports.find = () => ${found};`);
    if (version !== undefined) {
      const file = path.join(own, 'package.json');
      const description = JSON.parse(readFileSync(file, 'utf8')) as object;
      writeFileSync(file, JSON.stringify({ ...description, version }));
    }
    if (gpu !== undefined) {
      const other = path.join(root, SCOPE, 'tfjs-node-gpu');
      mkdirSync(other);
      writeFileSync(path.join(other, 'package.json'), '{ "version": "4.22.0" }');
      writeFileSync(path.join(other, 'index.js'), gpu);
    }
    return root;
  }

  const train = (cwd: string, ...args: string[]) => report(['train', ...args], { cwd });

  it('trains an experiment on it, with the losses of cpu', async () => {
    const cwd = project();
    const native = await train(cwd, EXPERIMENT);
    const cpu = await train(cwd, EXPERIMENT, '--backend', 'cpu');
    assert.equal(native.code, 0, native.stderr);
    assert.deepEqual([native.report.backend, cpu.report.backend], ['tensorflow', 'cpu']);
    assert.doesNotMatch(native.stderr, /tfjs-node/);
    assert.equal(native.report.steps.length, 32);
    const expected = losses(cpu.report.steps);
    losses(native.report.steps).forEach((loss, i) => {
      assert.ok(
        Math.abs(loss! - expected[i]!) < 1e-4,
        `step ${i + 1}: ${loss}, cpu ${expected[i]}`,
      );
    });
    for (const [i, { layers }] of native.report.steps.entries()) {
      const there = cpu.report.steps[i]!.layers;
      for (const [name, { gradient, updateRatio }] of Object.entries(layers)) {
        assert.equal(gradient.count, there[name]!.gradient.count);
        assert.ok(Math.abs(gradient.norm - there[name]!.gradient.norm) < 1e-4);
        assert.ok(updateRatio > 0);
      }
    }
    const { backend } = (await train(cwd, EXPERIMENT, '--backend', 'wasm', '--steps', '2')).report;
    assert.equal(backend, 'wasm');
  });

  it('trains a program on it, which has nothing of Node and leaves nothing behind', async () => {
    const { stderr, report: trained } = await train(project(), PROGRAM);
    assert.equal(trained.backend, 'tensorflow', stderr);
    const line = /^\{.*\}$/m.exec(stderr)?.[0] ?? 'null';
    const seen = JSON.parse(line) as { backend: string; native: number[]; process: string };
    assert.deepEqual([seen.backend, seen.process], ['tensorflow', 'undefined']);
    assert.equal(seen.native.length, 10);
    assert.ok(
      seen.native.every((tensors) => tensors === seen.native[0]),
      seen.native.join(),
    );
  });

  it('trains on wasm, and says why, where its binary is not there or does not load', async () => {
    const missing = await train(project({ binding: path.join(folder, 'none.node') }), EXPERIMENT);
    assert.deepEqual([missing.code, missing.report.backend], [0, 'wasm']);
    assert.match(
      missing.stderr,
      /@tensorflow\/tfjs-node is installed but does not load here: The Node\.js native addon module/,
    );
    const text = path.join(ROOT, 'package.json');
    const broken = path.join(folder, 'broken.node');
    cpSync(text, broken);
    const refused = await train(project({ binding: broken }), EXPERIMENT, '--backend', 'node');
    assert.deepEqual([refused.code, refused.report.backend], [0, 'wasm']);
    assert.match(refused.stderr, /does not load here: .*broken\.node/s);
    assert.deepEqual(losses(refused.report.steps), losses(missing.report.steps));
  });

  it('does not take one of another major version', async () => {
    const { stderr, report: trained } = await train(project({ version: '3.21.1' }), EXPERIMENT);
    assert.equal(trained.backend, 'wasm');
    assert.match(stderr, /tfjs-node 3\.21\.1 is installed, but does not fit tfjs 4\./);
  });

  it('takes the one for CUDA first, and the other where that does not load', async () => {
    const gpu = `throw new Error('libcudart.so.11.0: cannot open shared object file')`;
    const { stderr, report: trained } = await train(project({ gpu }), EXPERIMENT, '--steps', '3');
    assert.equal(trained.backend, 'tensorflow');
    assert.match(stderr, /tfjs-node-gpu is installed but does not load here: libcudart/);
  });

  it('begins anew on wasm where the model needs what it lacks', async () => {
    const cwd = project();
    const lacking = "tf.denseBincount(tf.tensor1d([0, 1], 'int32'), tf.tensor1d([]), 2).dispose();";
    const program = readFileSync(path.join(cwd, PROGRAM), 'utf8')
      .replace('const native', `${lacking}\nconst native`)
      .replace('tf.backend().binding.getNumOfTensors()', '0');
    writeFileSync(path.join(cwd, PROGRAM), program);
    const { stderr, report: trained } = await train(cwd, PROGRAM);
    assert.deepEqual([trained.backend, trained.steps.length], ['wasm', 12], stderr);
    assert.match(stderr, /tfjs-node lacks an operation that the model needs \(DenseBincount\)/);
  });
});
