// The built command line, started as a user does: exit codes, reports, options, Ctrl-C.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Log } from 'sarif';
import { OCTAVES } from '../../src/shared/core/stepRecord';
import { sarifErrors } from './sarifSchema';
import { readReport, report, ROOT, runCli, startCli, temporaryFolder, WORKSPACE } from './spawned';

const losses = (steps: readonly { loss?: number }[]) => steps.map(({ loss }) => loss);

describe('gradient-lens train', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const inFolder = (name: string) => path.join(folder, name);

  it('finds nothing in a healthy experiment: exit code 0, every step in the JSON', async () => {
    const json = inFolder('healthy.json');
    const { code, stdout, stderr } = await runCli(['train', 'small.model.ts', '--json', json]);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    assert.match(stdout, /^dense_Dense1 +8 .*[▁▂▃▄▅▆▇█]/m);
    assert.match(stdout, /small\.model\.ts completed after 32 steps on wasm in .*: no findings\n$/);
    const written = readReport(json);
    assert.deepEqual(Object.keys(written).sort(), [
      ...['backend', 'error', 'findings', 'layers', 'state', 'steps'],
    ]);
    const { state, backend, layers, steps, findings, error } = written;
    assert.deepEqual([state, backend, findings, error], ['completed', 'wasm', [], null]);
    assert.deepEqual(
      layers.map(({ name, line }) => [name, line]),
      [
        ['dense_Dense1', 8],
        ['dense_Dense2', 9],
      ],
    );
    assert.deepEqual(
      steps.map(({ step }) => step),
      Array.from({ length: 32 }, (_, i) => i + 1),
    );
    const { gradient } = steps[31]!.layers['dense_Dense1']!;
    assert.equal(gradient.count, 2 * 12 + 12);
    assert.equal(gradient.histogram.positive.length, OCTAVES);
    // Four epochs of eight steps, each validated after its last one.
    const validated = steps.filter(({ metrics }) => 'val_loss' in metrics);
    assert.deepEqual(
      validated.map(({ step }) => step),
      [8, 16, 24, 32],
    );
    assert.ok(steps[31]!.loss! < 0.1 * steps[0]!.loss!);
  });

  it('finds a vanishing gradient on its line: exit code 1, in JSON and SARIF', async () => {
    const [json, sarif] = [inFolder('vanishing.json'), inFolder('vanishing.sarif')];
    const args = ['train', 'vanishing.js', '--steps', '60', '--json', json, '--sarif', sarif];
    const { code, stdout } = await runCli(args);
    assert.equal(code, 1);
    assert.match(stdout, /^error {4}vanishing-gradient {2}dense_Dense1 .* vanishing\.js:7$/m);
    assert.match(stdout, /^ {2}→ Use activation 'relu'/m);
    assert.match(stdout, /: 1 error\n$/);

    const { steps, findings } = readReport(json);
    assert.equal(steps.length, 60);
    assert.deepEqual(
      findings.map(({ rule, severity, layer }) => [rule, severity, layer]),
      [['vanishing-gradient', 'error', 'dense_Dense1']],
    );

    const log = JSON.parse(readFileSync(sarif, 'utf8')) as Log;
    assert.deepEqual(sarifErrors(log), []);
    const [result] = log.runs[0]!.results!;
    assert.equal(result!.ruleId, 'vanishing-gradient');
    assert.equal(result!.level, 'error');
    const { artifactLocation, region } = result!.locations![0]!.physicalLocation!;
    assert.deepEqual(artifactLocation, { uri: 'vanishing.js', uriBaseId: '%SRCROOT%' });
    assert.equal(region!.startLine, 7);
    assert.equal(log.runs[0]!.invocations![0]!.exitCode, 1);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith('.part')),
      [],
    );
  });

  it('names rule, layer and line of the vanishing example on real data', async () => {
    const args = ['train', 'examples/vanishing-sigmoid.model.ts', '--steps', '80'];
    const { code, report: written } = await report(args, { cwd: ROOT });
    assert.equal(code, 1);
    const [finding] = written.findings;
    assert.equal(finding!.rule, 'vanishing-gradient');
    const layer = written.layers.find(({ name }) => name === finding!.layer);
    assert.equal(layer!.line, 17);
    assert.match(layer!.location!.file, /examples\/vanishing-sigmoid\.model\.ts$/);
  });

  it('cannot train a broken file: exit code 2, the place, and reports that say so', async () => {
    const sarif = inFolder('broken.sarif');
    const {
      code,
      stderr,
      report: written,
    } = await report([...['train', 'errors/syntax.ts', '--sarif', sarif]]);
    assert.equal(code, 2);
    assert.match(stderr, /^failed +syntax\.ts, line 4: [^]*errors\/syntax\.ts:4$/m);
    assert.equal(written.state, 'failed');
    assert.equal(written.error!.code, 'syntax-error');
    assert.equal(written.error!.line, 4);
    const log = JSON.parse(readFileSync(sarif, 'utf8')) as Log;
    assert.deepEqual(sarifErrors(log), []);
    const [invocation] = log.runs[0]!.invocations!;
    assert.equal(invocation!.executionSuccessful, false);
  });

  for (const [file, message] of [
    ['errors/throws.ts', /throws\.ts, line 8: /],
    ['errors/missingFile.js', /missingFile\.js, line 3: .*'\.\/no-such-data\.json' does not exist/],
    ['errors/nothing.js', /without an optimizer step/],
    ['errors/shape.js', /shape\.js, line/],
    ['errors/usesDocument.js', /document is not defined.*leave out charts and DOM code/],
    ['noSuchFile.js', /does not exist/],
    ['README.md', /is not a JavaScript or TypeScript file/],
  ] as const) {
    it(`says why ${file} cannot be trained`, async () => {
      const { code, stderr } = await runCli(['train', file]);
      assert.equal(code, 2);
      assert.match(stderr.replace(/\s+/g, ' '), message);
      assert.doesNotMatch(stderr, /\n\s+at .*:\d+:\d+/);
    });
  }

  it('refuses a wrong command before it trains', async () => {
    for (const args of [
      ['train', 'small.model.ts', '--steps', '0'],
      ['train', 'small.model.ts', '--', '--flag'],
      ['train', 'program.js', '--set', 'a=1'],
    ]) {
      const { code, stdout, stderr } = await runCli(args);
      assert.deepEqual([code, stdout], [2, ''], args.join(' '));
      assert.match(stderr, /^gradient-lens: .*\nSee gradient-lens --help\.\n$/);
    }
    const { code, stderr } = await runCli([
      ...['train', 'small.model.ts', '--json', inFolder('no/such/folder.json')],
    ]);
    assert.equal(code, 2);
    assert.match(stderr, /--json .* cannot be written: ENOENT/);
  });

  it('--steps bounds the run, --set sets hyperparameters', async () => {
    const { code, report: written } = await report([
      ...['train', 'small.model.ts', '--steps', '5', '--set', 'units=20'],
    ]);
    assert.equal(code, 0);
    assert.equal(written.steps.length, 5);
    assert.deepEqual(written.layers[0]!.tensors[0]!.shape, [2, 20]);
  });

  it('--fail-on decides which findings fail the command', async () => {
    const code = async (file: string, failOn: string) =>
      (await runCli(['train', file, '--steps', '40', '--fail-on', failOn])).code;
    // A warning, and no error.
    assert.equal(await code('typed.ts', 'warning'), 1);
    assert.equal(await code('typed.ts', 'error'), 0);
    assert.equal(await code('vanishing.js', 'warning'), 1);
    assert.equal(await code('vanishing.js', 'never'), 0);
  });

  it('gives the same losses for the same seed, others for another', async () => {
    const trained = async (seed: string) =>
      losses((await report(['train', 'small.model.ts', '--seed', seed])).report.steps);
    const first = await trained('7');
    assert.deepEqual(await trained('7'), first);
    assert.notDeepEqual(await trained('8'), first);
  });

  it('passes on what the program prints, apart from the JSON', async () => {
    const { stderr, report: written } = await report(['train', 'program.js']);
    assert.match(stderr, /^the program is done$/m);
    assert.equal(written.state, 'completed');
  });

  it('colours nothing that is no terminal, unless it is told to', async () => {
    const args = ['train', 'small.model.ts', '--steps', '2'];
    const plain = await runCli(args);
    assert.ok(!plain.stdout.includes('\u001B'));
    const coloured = await runCli(args, { env: { FORCE_COLOR: '1' } });
    assert.ok(coloured.stdout.includes('\u001B['));
    const none = await runCli(args, { env: { FORCE_COLOR: '1', NO_COLOR: '1' } });
    assert.ok(!none.stdout.includes('\u001B'));
  });

  for (const file of ['loop.js', 'neverAwaits.js']) {
    it(`ends ${file} at Ctrl-C, writes what there is, and exits with 130`, async () => {
      const [json, sarif] = [inFolder(`${file}.json`), inFolder(`${file}.sarif`)];
      const started = startCli(['train', file, '--json', json, '--sarif', sarif]);
      await started.printed(/^step 1 /m);
      started.signal('SIGINT');
      const { code, stdout } = await started.ended;
      assert.equal(code, 130);
      assert.match(stdout, /stopped after [\d,]+ steps? on wasm/);
      const { state, steps } = readReport(json);
      assert.equal(state, 'stopped');
      assert.ok(steps.length > 0);
      steps.forEach(({ step }, i) => assert.equal(step, i + 1));
      assert.deepEqual(sarifErrors(JSON.parse(readFileSync(sarif, 'utf8'))), []);
    });
  }

  it('trains on cpu what wasm cannot compute', async () => {
    const file = inFolder('complex.js');
    writeFileSync(
      file,
      `import * as tf from '@tensorflow/tfjs';
       const signal = tf.randomNormal([4, 16], 0, 1, 'float32', 3);
       const xs = tf.abs(tf.spectral.rfft(signal));
       const w = tf.variable(tf.ones([9]), true, 'w');
       const optimizer = tf.train.sgd(0.01);
       for (let i = 0; i < 4; i++) {
         optimizer.minimize(() => xs.mul(w).sub(1).square().mean());
         await tf.nextFrame();
       }`,
    );
    const { code, stderr, report: written } = await report(['train', file]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^note .*wasm lacks/m);
    assert.equal(written.backend, 'cpu');
    assert.equal(written.steps.length, 4);
    const forced = await runCli(['train', file, '--backend', 'wasm']);
    assert.equal(forced.code, 2);
    assert.match(
      forced.stderr.replace(/\s+/g, ' '),
      /do not run on the wasm backend.*by --backend/,
    );
  });

  it('says where to get a browser when there is none for WebGL', async () => {
    const { code, stderr } = await runCli(['train', 'small.model.ts', '--backend', 'webgl'], {
      env: { CHROME_PATH: path.join(folder, 'no-browser') },
    });
    assert.equal(code, 2);
    assert.match(stderr, /CHROME_PATH names .*no-browser, which cannot be run/);
  });

  it('prints its help and its version', async () => {
    const help = await runCli(['--help']);
    assert.equal(help.code, 0);
    for (const option of [
      '--steps',
      '--seed',
      '--backend',
      '--set',
      '--json',
      '--sarif',
      '--fail-on',
    ]) {
      assert.ok(help.stdout.includes(option), option);
    }
    for (const line of help.stdout.split('\n')) assert.ok(line.length <= 80, line);
    const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      version: string;
    };
    assert.deepEqual(await runCli(['--version']), { code: 0, stdout: `${version}\n`, stderr: '' });
    assert.ok(existsSync(WORKSPACE));
  });
});
