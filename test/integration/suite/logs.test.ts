// TensorBoard logs of other frameworks, opened in the editor.
import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as vscode from 'vscode';
import type { GradientLensApi, Run } from '../../../src/api';
import { activate, closeAll, runStartedBy, until } from '../support';

const OPEN = 'gradientLens.openLogs';

describe('TensorBoard logs', () => {
  let api: GradientLensApi;
  let folder: string;

  before(async () => {
    api = await activate();
    folder = await mkdtemp(path.join(tmpdir(), 'gradient-lens-logs-'));
  });
  after(async () => {
    await closeAll();
    await rm(folder, { recursive: true, force: true });
  });

  /** The event files of a log of `test/fixtures/logs`, by their path below its folder. */
  async function filesOf(name: string): Promise<[file: string, bytes: Buffer][]> {
    const extension = vscode.extensions.getExtension('gradient-lens.gradient-lens');
    const from = path.join(extension?.extensionPath ?? '', 'test/fixtures/logs', name);
    const files = (await readdir(from, { recursive: true })).filter((file) => file.endsWith('.gz'));
    return Promise.all(
      files.map(async (file): Promise<[string, Buffer]> => [
        file.replace(/\.gz$/, ''),
        gunzipSync(await readFile(path.join(from, file))),
      ]),
    );
  }

  async function put(name: string, file: string, bytes: Uint8Array): Promise<string> {
    const target = path.join(folder, name, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, bytes);
    return target;
  }

  function open(at: string): Promise<Run> {
    return runStartedBy(api, () =>
      Promise.resolve(vscode.commands.executeCommand(OPEN, vscode.Uri.file(at))),
    );
  }

  it('open with their curves, layers and findings', async () => {
    for (const [file, bytes] of await filesOf('keras-sigmoid')) await put('keras', file, bytes);
    const run = await open(path.join(folder, 'keras'));
    await until('40 epochs', () => run.steps.length >= 37);
    await until('a finding', () => run.findings.length > 0);
    assert.deepEqual(
      run.findings.map(({ rule, layer }) => [rule, layer]),
      [['vanishing-gradient', 'sequential/dense_0']],
    );
    assert.equal(run.layers.length, 7);
    assert.ok(run.steps.every(({ loss }) => Number.isFinite(loss)));
    await assert.rejects(run.pause(), /event files of another program/);
    const tabs = () => vscode.window.tabGroups.all.flatMap(({ tabs: of }) => of);
    await until('its panel', () => tabs().some(({ label }) => label.startsWith('keras')));
    // They stand at no line of a source.
    assert.deepEqual(
      vscode.languages.getDiagnostics(vscode.Uri.file(path.join(folder, 'keras'))),
      [],
    );
    await run.stop();
    assert.equal(run.state, 'stopped');
  });

  it('are followed while they grow, from a click on one of their files', async () => {
    const [[file, bytes] = ['', Buffer.alloc(0)]] = await filesOf('torch-sigmoid');
    const target = await put('torch', file, bytes.subarray(0, bytes.length / 2));
    const run = await open(target);
    await until('the first half', () => run.steps.length > 50);
    assert.equal(run.state, 'running');
    await appendFile(target, bytes.subarray(bytes.length / 2));
    await until('the rest', () => run.steps.length >= 147);
    await until('a finding', () => run.findings.length > 0);
    assert.equal(run.findings[0]?.rule, 'vanishing-gradient');
    await run.stop();
  });
});
