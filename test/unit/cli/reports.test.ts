// The reports: JSON that streams, SARIF by its schema, and which findings make the command fail.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Result } from 'sarif';
import { JsonReport } from '../../../src/cli/reports/jsonReport';
import { OutputFile } from '../../../src/cli/reports/outputFile';
import { rulePages } from '../../../src/cli/reports/rulePages';
import { sarifLog, type SarifInput } from '../../../src/cli/reports/sarif';
import { exitCode } from '../../../src/cli/verdict';
import { RULE_IDS, type Finding } from '../../../src/shared/core/finding';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import { sarifErrors } from '../../cli/sarifSchema';
import { randomRecord } from '../protocol/records';
import { makeRun } from '../run/fakeSource';

const ROOT = path.resolve(__dirname, '../../..');

const FINDING: Finding = {
  rule: 'vanishing-gradient',
  severity: 'error',
  layer: 'dense_1',
  relatedLayers: ['dense_2'],
  firstStep: 10,
  lastStep: 40,
  evidence: { measured: 1e-8, threshold: 1e-3, unit: 'ratio', window: 10 },
  message: 'Gradients shrink.',
  remedies: [{ id: 'change-activation', title: 'Use relu.' }],
  reference: 'Glorot and Bengio 2010',
};

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('exit code', () => {
  const warning: Finding = { ...FINDING, severity: 'warning' };
  const closed: Finding = { ...FINDING, closedStep: 30 };

  it('is that of open findings at or above --fail-on', () => {
    const code = (findings: Finding[], failOn: 'warning' | 'error' | 'never') =>
      exitCode('completed', findings, failOn, false);
    assert.equal(code([], 'warning'), 0);
    assert.equal(code([FINDING], 'error'), 1);
    assert.equal(code([warning], 'error'), 0);
    assert.equal(code([warning], 'warning'), 1);
    assert.equal(code([closed], 'warning'), 0);
    assert.equal(code([FINDING, warning], 'never'), 0);
    assert.equal(code([{ ...FINDING, severity: 'information' }], 'warning'), 0);
  });

  it('is 2 for a run that was not trained to its end, 130 for one that Ctrl-C ended', () => {
    assert.equal(exitCode('failed', [FINDING], 'error', false), 2);
    assert.equal(exitCode('stopped', [], 'never', false), 2);
    assert.equal(exitCode('stopped', [FINDING], 'error', true), 130);
  });
});

describe('the JSON report', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'gradient-lens-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function begin() {
    const file = path.join(folder, 'out.json');
    const made = makeRun();
    const report = new JsonReport(new OutputFile(file, '--json'), made.run);
    const read = () =>
      JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown> & { steps: StepRecord[] };
    return { ...made, report, read };
  }

  it('has every step as it came, however many the history keeps', async () => {
    const { sink, run, report, read } = begin();
    run.history.limit(200_000);
    const records = Array.from({ length: 60 }, (_, i) => randomRecord(i + 1, 4));
    for (const record of records) {
      sink.records([record]);
      await settled();
    }
    sink.finished('completed', 60);
    report.finish();
    assert.ok(run.steps.length < 60, 'the history was thinned');
    const { steps, ...rest } = read();
    assert.deepEqual(steps, JSON.parse(JSON.stringify(records)));
    assert.deepEqual(rest, {
      state: 'completed',
      backend: '',
      layers: [],
      findings: [],
      error: null,
    });
  });

  it('gives an epoch’s metrics to its last step, whichever comes first', async () => {
    const { sink, report, read } = begin();
    const metrics = { val_loss: 0.5 };
    sink.records([1, 2, 3].map((step) => randomRecord(step, 1)));
    sink.epoch({ epoch: 1, step: 2, metrics });
    await settled();
    sink.epoch({ epoch: 2, step: 3, metrics });
    sink.epoch({ epoch: 3, step: 4, metrics });
    sink.records([randomRecord(4, 1)]);
    sink.finished('completed', 4);
    report.finish();
    assert.deepEqual(
      read().steps.map((step) => step.metrics['val_loss']),
      [undefined, 0.5, 0.5, 0.5],
    );
  });

  it('writes null for what is not finite, and the error of a run that failed', () => {
    const { sink, report, read } = begin();
    sink.records([{ ...randomRecord(1, 1), loss: NaN }]);
    sink.failed({ code: 'model-exception', message: 'broken', line: 3 });
    report.finish();
    const { steps, state, error } = read();
    assert.equal(steps[0]!.loss, null);
    assert.equal(state, 'failed');
    assert.deepEqual(error, { code: 'model-exception', message: 'broken', line: 3 });
  });

  it('is whole or not there', () => {
    const { sink, report } = begin();
    sink.records([randomRecord(1, 1)]);
    assert.deepEqual(readdirSync(folder), ['out.json.part']);
    sink.finished('completed', 1);
    report.finish();
    assert.deepEqual(readdirSync(folder), ['out.json']);
    const other = begin();
    other.report.discard();
    assert.deepEqual(readdirSync(folder), ['out.json']);
  });
});

describe('an output file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'gradient-lens-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('follows a link instead of taking its place', () => {
    const [target, link] = ['target.json', 'link.json'].map((name) => path.join(folder, name));
    writeFileSync(target!, 'old');
    symlinkSync(target!, link!);
    const file = new OutputFile(link!, '--json');
    file.write('new');
    assert.equal(readFileSync(target!, 'utf8'), 'old');
    file.finish();
    file.discard();
    assert.equal(readFileSync(target!, 'utf8'), 'new');
    assert.ok(lstatSync(link!).isSymbolicLink());
  });

  // Windows has none.
  if (process.platform !== 'win32') {
    it('leaves a pipe what it is, and writes into it', async () => {
      const pipe = path.join(folder, 'pipe');
      execFileSync('mkfifo', [pipe]);
      const reader = promisify(execFile)('cat', [pipe]);
      const file = new OutputFile(pipe, '--sarif');
      file.write('through');
      file.finish();
      assert.equal((await reader).stdout, 'through');
      assert.ok(lstatSync(pipe).isFIFO());
      assert.deepEqual(readdirSync(folder), ['pipe']);
    });
  }

  it('is refused before the training where it cannot be written', () => {
    for (const name of [folder, path.join(folder, 'no', 'folder.json')]) {
      assert.throws(() => new OutputFile(name, '--json'), /^CliError: --json .* cannot be written/);
    }
  });
});

describe('the SARIF report', () => {
  const cwd = path.join(ROOT, 'test');
  const at = (file: string, line: number) => ({ file: path.join(cwd, file), line, column: 3 });
  const rules = rulePages(ROOT, '1.2.3');

  function input(findings: Finding[], error?: SarifInput['run']['error']): SarifInput {
    const layer = (name: string, line: number) => ({
      name,
      className: 'Dense',
      location: at('a b/net.ts', line),
      tensors: [],
    });
    return {
      model: path.join(cwd, 'a b/net.ts'),
      cwd,
      run: {
        state: error ? 'failed' : 'completed',
        findings,
        layers: [layer('dense_1', 7), layer('dense_2', 9)],
        error,
      },
      rules,
      version: '1.2.3',
      exitCode: 1,
      started: new Date(0),
      ended: new Date(1000),
    };
  }

  function resultsOf(findings: Finding[]): Result[] {
    const log = sarifLog(input(findings));
    assert.deepEqual(sarifErrors(log), []);
    return log.runs[0]?.results ?? [];
  }

  it('is valid by the official schema, and the schema refuses what is not', () => {
    const log = sarifLog(input([FINDING]));
    assert.deepEqual(sarifErrors(log), []);
    assert.notDeepEqual(sarifErrors({ ...log, version: '3' }), []);
    assert.notDeepEqual(sarifErrors({ ...log, runs: [{ ...log.runs[0], tool: {} }] }), []);
  });

  it('describes every rule, with the page that explains it', () => {
    const described = sarifLog(input([])).runs[0]!.tool.driver.rules!;
    assert.deepEqual(
      described.map(({ id }) => id),
      RULE_IDS,
    );
    for (const { id, helpUri, shortDescription, help } of described) {
      assert.match(helpUri!, new RegExp(`^https://.*@1\\.2\\.3/docs/rules/${id}\\.md$`));
      assert.ok(shortDescription!.text.length > 20, id);
      assert.ok(help!.markdown!.startsWith(`# ${id}`), id);
    }
  });

  it('puts a finding on its line, relative to the working directory', () => {
    const [result] = resultsOf([FINDING]);
    assert.equal(result!.ruleId, 'vanishing-gradient');
    assert.equal(rules[result!.ruleIndex!]!.id, 'vanishing-gradient');
    assert.equal(result!.level, 'error');
    assert.match(result!.message.text!, /Gradients shrink\.[^]*Use relu\./);
    assert.deepEqual(result!.locations![0]!.physicalLocation, {
      artifactLocation: { uri: 'a%20b/net.ts', uriBaseId: '%SRCROOT%' },
      region: { startLine: 7, startColumn: 3 },
    });
    assert.equal(result!.relatedLocations![0]!.physicalLocation!.region!.startLine, 9);
  });

  it('leaves out findings that closed, and tells severities apart', () => {
    const results = resultsOf([
      { ...FINDING, closedStep: 20 },
      { ...FINDING, severity: 'warning' },
      { ...FINDING, severity: 'information', rule: 'framework-defect' },
    ]);
    assert.deepEqual(
      results.map(({ level }) => level),
      ['warning', 'note'],
    );
  });

  it('knows a finding again when its lines and numbers have moved', () => {
    const print = (finding: Finding) => resultsOf([finding])[0]!.partialFingerprints;
    const moved = {
      ...FINDING,
      firstStep: 12,
      message: 'Other numbers.',
      location: at('a b/net.ts', 70),
    };
    assert.deepEqual(print(moved), print(FINDING));
    assert.notDeepEqual(print({ ...FINDING, layer: 'dense_2' }), print(FINDING));
  });

  it('names files elsewhere by their whole address', () => {
    const location = { file: path.join(ROOT, 'src/api.ts'), line: 1, column: 1 };
    const [result] = resultsOf([{ ...FINDING, location }]);
    const artifact = result!.locations![0]!.physicalLocation!.artifactLocation!;
    assert.match(artifact.uri!, /^file:\/\/\/.*src\/api\.ts$/);
    assert.equal(artifact.uriBaseId, undefined);
  });

  it('says what kept the file from training', () => {
    const error = { code: 'syntax-error', message: 'unexpected', location: at('net.ts', 4) };
    const log = sarifLog(input([], error));
    assert.deepEqual(sarifErrors(log), []);
    const [invocation] = log.runs[0]!.invocations!;
    assert.equal(invocation!.executionSuccessful, false);
    const [notification] = invocation!.toolExecutionNotifications!;
    assert.equal(notification!.descriptor!.id, 'syntax-error');
    assert.equal(notification!.locations![0]!.physicalLocation!.region!.startLine, 4);
  });
});
