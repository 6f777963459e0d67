// What scripts/startTimes.mjs runs in the extension host: trains a model again and again by the command
// that a click calls, each time in a new panel, and tells when the first step was there. Lines that
// start with `@start ` carry one start as JSON; the outside adds when the page drew its histogram.
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { GradientLensApi, Run } from '../../src/api';

/** One start, as this side sees it. Times in milliseconds since 1970. */
export interface Start {
  /** `first`: a model that was never trained here; `later`: one whose backend is known. */
  kind: 'first' | 'later';
  clicked: number;
  stepped: number;
  backend: string;
  phases: readonly { name: string; milliseconds: number }[];
}

/** Milliseconds for a first step, and for the page to have drawn it and the window to be still. */
const FIRST_STEP_MS = 120_000;
const SETTLE_MS = 2500;
/** Entry of the performance timeline that carries the phases of a start. */
const START = 'gradientLens.start';

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`The environment variable ${name} is missing.`);
  return value;
}

function print(line: string): void {
  // eslint-disable-next-line no-console -- The console is the way out of the extension host.
  console.log(`${process.env['GRADIENT_LENS_LINE_PREFIX'] ?? ''}${line}`);
}

function firstStep(run: Run): Promise<number> {
  return new Promise((resolve, reject) => {
    const listener = run.onDidStep(() => {
      listener.dispose();
      resolve(Date.now());
    });
    void run.finished.then(() => reject(new Error(run.error?.message ?? 'It took no step.')));
    setTimeout(() => reject(new Error('No step in time.')), FIRST_STEP_MS).unref();
  });
}

async function startOnce(
  api: GradientLensApi,
  model: vscode.Uri,
  kind: Start['kind'],
): Promise<Start> {
  await vscode.window.showTextDocument(model, { viewColumn: vscode.ViewColumn.One });
  await pause(SETTLE_MS);
  const started = new Promise<Run>((resolve) => {
    const listener = api.onDidStartRun((run) => {
      listener.dispose();
      resolve(run);
    });
  });
  const clicked = Date.now();
  await vscode.commands.executeCommand('gradientLens.train', model);
  const run = await started;
  const stepped = await firstStep(run);
  await pause(SETTLE_MS);
  const [entry] = performance.getEntriesByName(START);
  const phases = (entry as { detail?: Start['phases'] } | undefined)?.detail ?? [];
  const { backend } = run;
  await run.stop();
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  return { kind, clicked, stepped, backend, phases };
}

/** Starts copies of the model, whose backends have to be measured, then the last one once more each. */
export async function run(): Promise<void> {
  const file = setting('GRADIENT_LENS_STARTS_FILE');
  const count = Number(setting('GRADIENT_LENS_STARTS_COUNT'));
  const extension = vscode.extensions.getExtension<GradientLensApi>('gradient-lens.gradient-lens');
  if (!extension) throw new Error('The extension gradient-lens.gradient-lens is not in this host.');
  const api = await extension.activate();
  const [activation] = performance.getEntriesByName('gradientLens.activate');
  print(`@activated ${activation?.duration ?? NaN}`);
  const report = (start: Start) => print(`@start ${JSON.stringify(start)}`);
  const { dir, base } = path.parse(file);
  const copies = Array.from({ length: count }, (_, i) => path.join(dir, `start${i}-${base}`));
  for (const copy of copies) {
    await copyFile(file, copy);
    report(await startOnce(api, vscode.Uri.file(copy), 'first'));
  }
  for (const copy of copies) report(await startOnce(api, vscode.Uri.file(copy), 'later'));
}
