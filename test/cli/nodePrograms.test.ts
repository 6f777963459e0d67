// Programs that need Node, from the command line: in a process of their own, with their own tfjs, their
// own arguments and their own output.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readReport, report, ROOT, runCli, startCli, WORKSPACE } from './spawned';

/** In the checkout, so that the programs find tfjs as those of a user do: in a node_modules above. */
const FOLDER = path.join(ROOT, 'out/cli-programs');

const HEAD = `import fs from 'node:fs';
import * as tf from '@tensorflow/tfjs';
`;
const LOOP = `const w = tf.variable(tf.zeros([4]), true, 'w');
const optimizer = tf.train.sgd(0.1);
const train = async (steps) => {
  for (let i = 0; i < steps; i++) {
    optimizer.minimize(() => w.sub(1).square().mean());
    await tf.nextFrame();
  }
};
`;

const PROGRAMS: Record<string, string> = {
  'arguments.mjs': `${HEAD}${LOOP}
console.log('arguments', process.argv.slice(2).join(' '), fs.existsSync('arguments.mjs'));
console.error('to standard error');
await train(Number(process.argv[3]));`,
  'throws.mjs': `${HEAD}${LOOP}
await train(3);
throw new Error('on purpose');`,
  'endless.mjs': `${HEAD}${LOOP}
await train(Infinity);`,
  // Nothing in its imports says that it needs Node.
  'environment.cjs': `const tf = require('@tensorflow/tfjs');
${LOOP}
train(Number(process.env.STEPS));`,
};

describe('programs that need Node, from the command line', function () {
  this.timeout(60_000);
  before(() => {
    mkdirSync(FOLDER, { recursive: true });
    for (const [name, text] of Object.entries(PROGRAMS)) {
      writeFileSync(path.join(FOLDER, name), text);
    }
  });
  after(() => rmSync(FOLDER, { recursive: true, force: true }));

  it('get what stands behind --, and print what they print', async () => {
    const args = ['train', 'arguments.mjs', '--json', 'out.json', '--', '--steps', '6'];
    const { code, stdout, stderr } = await runCli(args, { cwd: FOLDER });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^arguments --steps 6 true$/m);
    assert.match(stderr, /^to standard error$/m);
    assert.match(stdout, /arguments\.mjs completed after 6 steps/);
    const { steps, layers } = readReport(path.join(FOLDER, 'out.json'));
    assert.equal(steps.length, 6);
    assert.deepEqual(
      layers.map(({ name, line }) => [name, line]),
      [['w', 3]],
    );
    // Mean of (w − 1)² for w = 0: the loss is 1, and each step takes off the same share of it.
    assert.equal(steps[0]!.loss, 1);
    for (const [i, { loss }] of steps.entries()) {
      assert.ok(Math.abs(loss! - 0.95 ** (2 * i)) < 1e-5, `step ${i + 1}: ${loss}`);
    }
  });

  it('keep standard output free for the JSON', async () => {
    const args = ['train', 'arguments.mjs', '--json', '-', '--', '--steps', '2'];
    const { stdout, stderr } = await runCli(args, { cwd: FOLDER });
    assert.equal((JSON.parse(stdout) as { steps: unknown[] }).steps.length, 2);
    assert.match(stderr, /^arguments --steps 2 true$/m);
  });

  it('are bounded by --steps', async () => {
    const args = ['train', 'endless.mjs', '--steps', '12'];
    const { code, report: written } = await report(args, { cwd: FOLDER });
    assert.equal(code, 0);
    assert.equal(written.state, 'completed');
    assert.equal(written.steps.length, 12);
  });

  it('fail with their own error, and what they had trained', async () => {
    const {
      code,
      stderr,
      report: written,
    } = await report(['train', 'throws.mjs'], { cwd: FOLDER });
    assert.equal(code, 2);
    assert.match(stderr, /^failed +throws\.mjs, line 13: on purpose$/m);
    assert.equal(written.steps.length, 3);
    assert.equal(written.error!.line, 13);
  });

  it('are moved to Node where only their run shows that they need it', async () => {
    const env = { STEPS: '4' };
    const { code, report: written } = await report(['train', 'environment.cjs'], {
      cwd: FOLDER,
      env,
    });
    assert.equal(code, 0);
    assert.equal(written.steps.length, 4);
  });

  it('end at Ctrl-C, and what there is is written', async () => {
    const json = path.join(FOLDER, 'interrupted.json');
    const started = startCli(['train', 'endless.mjs', '--json', json], { cwd: FOLDER });
    await started.printed(/^step 1 /m);
    started.signal('SIGINT');
    const { code } = await started.ended;
    assert.equal(code, 130);
    const { state, steps } = readReport(json);
    assert.equal(state, 'stopped');
    assert.ok(steps.length > 0);
  });

  it('run there too where --backend node asks for it', async () => {
    const args = ['train', 'program.js', '--backend', 'node', '--fail-on', 'never'];
    const { code, stderr, report: written } = await report(args, { cwd: WORKSPACE });
    assert.equal(code, 0, stderr);
    assert.equal(written.steps.length, 15);
    assert.match(stderr, /^the program is done$/m);
  });
});
