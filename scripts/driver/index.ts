// The driver of `npm start` where nobody can look at a window: VS Code calls run() in the extension
// host; it opens a file, trains it through the public API as another extension would, and tells how
// it goes. Lines that start with `@screenshot ` ask the outside for a picture of the window; one that
// starts with `@failed ` carries, as JSON, the sentence that says why nothing more was trained.
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { GradientLensApi } from '../../src/api';
import { findingLines, layerTable, progressLine } from './report';

/** Milliseconds between two progress lines. */
const PROGRESS_MS = 1500;
/** Milliseconds to wait for a picture before going on without it. */
const SCREENSHOT_MS = 30_000;
/** Milliseconds that the window's last updates take to be drawn. */
const SETTLE_MS = 1500;

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`The environment variable ${name} is missing.`);
  return value;
}

function print(line: string): void {
  // eslint-disable-next-line no-console -- The console is the way out of the extension host.
  console.log(`${process.env['GRADIENT_LENS_LINE_PREFIX'] ?? ''}${line}`);
}

/** Asks for a picture, and waits until its file is there. */
async function takeScreenshot(file: string): Promise<void> {
  await pause(SETTLE_MS);
  print(`@screenshot ${file}`);
  const deadline = Date.now() + SCREENSHOT_MS;
  while (!existsSync(file) && Date.now() < deadline) await pause(100);
}

/** Trains the file that the environment names, and tells what came of it. */
export async function run(): Promise<void> {
  const model = vscode.Uri.file(setting('GRADIENT_LENS_DRIVE_FILE'));
  const maxSteps = Number(setting('GRADIENT_LENS_DRIVE_STEPS'));
  const extension = vscode.extensions.getExtension<GradientLensApi>('gradient-lens.gradient-lens');
  if (!extension) throw new Error('The extension gradient-lens.gradient-lens is not in this host.');
  const api = await extension.activate();
  await vscode.window.showTextDocument(model, { viewColumn: vscode.ViewColumn.One });

  const training = await api.train(model, { maxSteps });
  let lastLine = 0;
  const listener = training.onDidStep((record) => {
    const now = Date.now();
    if (record.step > 1 && record.step < maxSteps && now - lastLine < PROGRESS_MS) return;
    lastLine = now;
    print(progressLine(record, maxSteps));
  });
  await training.finished;
  listener.dispose();

  const { state, backend, steps, layers, findings, error } = training;
  print(`${state} after ${steps.at(-1)?.step ?? 0} steps on ${backend || 'no backend'}`);
  await takeScreenshot(setting('GRADIENT_LENS_DRIVE_SCREENSHOT'));
  if (steps.length > 0) {
    for (const line of ['', ...layerTable(layers, steps), '']) print(line);
    for (const line of findingLines(findings, steps.at(-1)?.step ?? 0)) print(line);
  }
  if (state === 'failed') {
    print(`@failed ${JSON.stringify(error ? `${error.message} (${error.code})` : '')}`);
  }
}
