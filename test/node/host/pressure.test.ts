// A host that has no time for a program that trains fast: the program is not held up, no number is wrong, and
// steps that were left out are counted in a notice.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EsbuildService } from '../../../src/model/esbuildLoader';
import { TrainingRun } from '../../../src/run/trainingRun';
import { ChildLauncher } from '../../../src/sources/node/childProcess';
import { NodeSource } from '../../../src/sources/node/nodeSource';
import { prepareProgram } from '../../../src/sources/node/prepareProgram';

const root = path.resolve(import.meta.dirname, '../../..');
const STEPS = 3000;

const PROGRAM = `
const tf = require('@tensorflow/tfjs');
const w = Array.from({ length: 8 }, (_, i) => tf.variable(tf.ones([4]).mul(i + 1), true, 'w' + i));
const optimizer = tf.train.sgd(0.001);
const losses = [];
for (let step = 0; step < ${STEPS}; step++) {
  const loss = optimizer.minimize(() => tf.addN(w.map((one) => one.square().sum())), true);
  losses.push(loss.dataSync()[0]);
  loss.dispose();
}
require('node:fs').writeFileSync(process.argv[2], JSON.stringify(losses));
`;

describe('a host without time', function () {
  this.timeout(120_000);
  let folder = '';
  const service = new EsbuildService(root);

  before(async () => {
    await mkdir(path.join(root, 'out'), { recursive: true });
    folder = await mkdtemp(path.join(root, 'out/pressure-'));
  });
  after(async () => {
    await service.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('misses whole steps at most, and says how many', async () => {
    const model = path.join(folder, 'program.js');
    const result = path.join(folder, 'losses.json');
    await writeFile(model, PROGRAM);
    const source = new NodeSource({
      script: 'program.js',
      start: {
        ...{ seed: 1, paused: false, epsilon: 'keras', probe: 'auto', standIn: 'offer' },
        ...{ sampling: { everySteps: 1, activationEverySteps: 1 }, breakOn: [] },
      },
      launcher: new ChildLauncher('ignore'),
      prepare: () =>
        prepareProgram(service, {
          ...{ model, args: [result], texts: new Map(), nodeArgs: [], env: {}, npmScript: '' },
          ...{ cwd: folder, runtime: process.execPath },
          preload: path.join(root, 'dist/nodeTap.cjs'),
        }),
      onTrouble: (message) => assert.fail(message),
    });
    const run = new TrainingRun({
      ...{ id: 'pressed', model, title: 'program.js', path: 'program.js', source },
      request: { seed: 1, backend: 'auto' },
    });
    const recorded = new Map<number, number | undefined>();
    run.onDidStep(({ step, loss }) => {
      assert.ok(!recorded.has(step), `step ${step} came twice`);
      recorded.set(step, loss);
      // Busy for a tenth of a second, now and then.
      if (recorded.size % 200 > 0) return;
      for (const end = performance.now() + 100; performance.now() < end;);
    });
    run.start();
    await run.finished;
    assert.equal(run.state, 'completed', run.error?.message);
    const losses = JSON.parse(await readFile(result, 'utf8')) as number[];
    assert.equal(losses.length, STEPS);
    for (const [step, loss] of recorded) assert.equal(loss, losses[step - 1], `step ${step}`);
    const missing = STEPS - recorded.size;
    const told = run.notices
      .map(({ message }) => Number(/\d[\d,]*/.exec(message)?.[0].replaceAll(',', '')))
      .reduce((sum, count) => sum + count, 0);
    assert.equal(told, missing, JSON.stringify(run.notices));
  });
});
