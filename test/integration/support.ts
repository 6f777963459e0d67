// What the suites share: the API, the fixtures by name, and waiting for something to become true.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { GradientLensApi, Run, TrainOptions } from '../../src/api';

const ID = 'gradient-lens.gradient-lens';

/** The extension's public API, activated. */
export async function activate(): Promise<GradientLensApi> {
  const extension = vscode.extensions.getExtension<GradientLensApi>(ID);
  assert.ok(extension, `${ID} is not in this host`);
  return extension.activate();
}

/** A file of the fixture workspace. */
export function fixture(name: string): vscode.Uri {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder, 'the window has no workspace');
  return vscode.Uri.joinPath(folder.uri, name);
}

/** Starts a run of a fixture. */
export async function begin(name: string, options: TrainOptions = {}): Promise<Run> {
  return (await activate()).train(fixture(name), { seed: 1, ...options });
}

/** The run that comes of what `start` does. Of runs that have ended only so many are listed: it is heard of. */
export async function runStartedBy(
  api: GradientLensApi,
  start: () => Promise<unknown>,
): Promise<Run> {
  let run: Run | undefined;
  const subscription = api.onDidStartRun((started) => (run ??= started));
  try {
    await start();
    await until('a run', () => run !== undefined);
  } finally {
    subscription.dispose();
  }
  assert.ok(run);
  return run;
}

/** Trains a fixture to its end. */
export async function train(name: string, options: TrainOptions = {}): Promise<Run> {
  const run = await begin(name, options);
  await run.finished;
  return run;
}

/** Resolves when `condition` holds; rejects with `what` when it does not in time. */
export async function until(
  what: string,
  condition: () => boolean,
  timeoutMs = 60_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Not within ${timeoutMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Step number of a run's newest record. */
export function lastStep(run: Run): number {
  return run.steps.at(-1)?.step ?? 0;
}

/** Our entries in the Problems view for a file. */
export function problemsOf(name: string): vscode.Diagnostic[] {
  return vscode.languages
    .getDiagnostics(fixture(name))
    .filter(({ source }) => source === 'Gradient Lens');
}

/** The code of an entry in words, without the link behind it. */
export function codeOf({ code }: vscode.Diagnostic): string | number | undefined {
  return typeof code === 'object' ? code.value : code;
}

/** Closes all editors and panels. */
export async function closeAll(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}
