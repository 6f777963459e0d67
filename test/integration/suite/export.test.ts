// Exports in the real editor: of a run of this session and of one that is only on disk, in every form.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as vscode from 'vscode';
import type { Run } from '../../../src/api';
import { Commands } from '../../../src/contributions';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import { activate, closeAll, fixture, runStartedBy, train, until } from '../support';

const STEPS = 12;

interface Report {
  state: string;
  backend: string;
  steps: StepRecord[];
  layers: { name: string; line?: number }[];
}

describe('export', () => {
  let run: Run;
  let folder = '';
  const runs = () => fixture(path.join('.gradient-lens', 'runs')).fsPath;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gradient-lens-export-'));
    run = await train('small.model.ts', { maxSteps: STEPS, hyperparameters: { units: 7 } });
    const manifest = path.join(runs(), run.id, 'manifest.json');
    await until('the manifest to say that the run has ended', () => existsSync(manifest));
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
    await closeAll();
  });

  /** Exports as the command does for a caller that names form and place; the text of the file. */
  const exported = async (id: string | undefined, form: string, name: string): Promise<string> => {
    const target = vscode.Uri.file(path.join(folder, name));
    const place: unknown = await vscode.commands.executeCommand(Commands.exportRun, id, {
      ...{ form, target },
    });
    assert.ok(place instanceof vscode.Uri && place.fsPath === target.fsPath, String(place));
    return readFile(target.fsPath, 'utf8');
  };

  it('writes the steps as JSON, as the API has them', async () => {
    const report = JSON.parse(await exported(run.id, 'json', 'run.json')) as Report;
    assert.equal(report.state, 'completed');
    assert.equal(report.backend, run.backend);
    assert.deepEqual(report.layers, JSON.parse(JSON.stringify(run.layers)));
    assert.equal(report.steps.length, STEPS);
    assert.deepEqual(
      report.steps.map(({ step, loss, layers }) => [step, loss, Object.keys(layers)]),
      run.steps.map(({ step, loss, layers }) => [step, loss, Object.keys(layers)]),
    );
    const [name = ''] = run.layers.map((layer) => layer.name);
    assert.deepEqual(report.steps[0]?.layers[name]?.gradient, run.steps[0]?.layers[name]?.gradient);
  });

  it('writes a table of the steps, and one of the tensors', async () => {
    const rows = (await exported(run.id, 'csv', 'run.csv')).split('\r\n');
    assert.equal(rows.length, 1 + STEPS + 1);
    const head = rows[0]?.split(',') ?? [];
    const loss = rows.slice(1, -1).map((row) => Number(row.split(',')[head.indexOf('loss')]));
    assert.deepEqual(
      loss,
      run.steps.map((step) => step.loss),
    );
    for (const { name } of run.layers) assert.ok(head.includes(`${name}/gradient_norm`), name);
    const long = (await exported(run.id, 'tensors', 'run.tensors.csv')).split('\r\n');
    assert.ok(long.length > STEPS * run.layers.length);
  });

  it('writes a report of the current run, with the lines of its source', async () => {
    const html = await exported(undefined, 'html', 'run.html');
    assert.match(html, /<h1>small\.model\.ts<\/h1>/);
    assert.match(html, /<dt>units<\/dt><dd>7<\/dd>/);
    assert.match(html, /<dt>Started<\/dt><dd>\d{4}-\d\d-\d\d \d\d:\d\d UTC/);
    assert.match(html, /small\.model\.ts:\d+/);
    assert.match(html, /<dt>tfjs<\/dt><dd>4\./);
  });

  it('writes a run that is only on disk, with the same numbers', async () => {
    const before = await exported(run.id, 'csv', 'before.csv');
    const id = `${run.id}-copy`;
    const copy = path.join(runs(), id);
    await cp(path.join(runs(), run.id), copy, { recursive: true });
    const file = path.join(copy, 'manifest.json');
    const manifest = JSON.parse(await readFile(file, 'utf8')) as { id: string };
    await writeFile(file, JSON.stringify({ ...manifest, id }));
    try {
      await vscode.commands.executeCommand(Commands.refreshRuns);
      assert.equal(await exported(id, 'csv', 'after.csv'), before);
      assert.match(await exported(id, 'html', 'after.html'), /<h1>small\.model\.ts<\/h1>/);
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  });

  it('writes a log of another framework: what it holds, and nothing for what it does not', async () => {
    const api = await activate();
    const from = path.join(
      vscode.extensions.getExtension('gradient-lens.gradient-lens')?.extensionPath ?? '',
      'test/fixtures/logs/torch-sigmoid',
    );
    const log = path.join(folder, 'torch');
    await mkdir(log);
    for (const file of await readdir(from)) {
      const bytes = gunzipSync(await readFile(path.join(from, file)));
      await writeFile(path.join(log, file.replace(/\.gz$/, '')), bytes);
    }
    const followed = await runStartedBy(api, () =>
      Promise.resolve(
        vscode.commands.executeCommand('gradientLens.openLogs', vscode.Uri.file(log)),
      ),
    );
    await until('its findings', () => followed.findings.length > 0);
    await followed.stop();
    const rows = (await exported(followed.id, 'csv', 'torch.csv')).split('\r\n');
    const head = rows[0]?.split(',') ?? [];
    assert.equal(rows.length, 1 + followed.steps.length + 1);
    const [name = ''] = followed.layers.map((layer) => layer.name);
    const norms = rows
      .slice(1, -1)
      .map((row) => row.split(',')[head.indexOf(`${name}/gradient_norm`)]);
    assert.ok(norms.some((norm) => Number(norm) > 0));
    assert.equal(norms.includes('NaN'), false);
    const html = await exported(followed.id, 'html', 'torch.html');
    assert.match(html, /Vanishing gradient/);
    assert.doesNotMatch(html, /<dt>Seed|undefined/);
  });

  it('says so where there is no such run, and writes nothing', async () => {
    const target = vscode.Uri.file(path.join(folder, 'none.csv'));
    const form = { form: 'csv', target };
    await vscode.commands.executeCommand(Commands.exportRun, 'there-is-no-such-run', form);
    assert.equal(existsSync(target.fsPath), false);
  });
});
