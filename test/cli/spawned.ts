// Starts the built command line as a user does, and gives what it printed, wrote and ended with.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Finding } from '../../src/shared/core/finding';
import type { LayerInfo, RunError, RunState } from '../../src/shared/core/run';
import type { StepRecord } from '../../src/shared/core/stepRecord';

export const ROOT = path.resolve(__dirname, '../..');
export const WORKSPACE = path.join(ROOT, 'test/fixtures/workspace');
const CLI = path.join(ROOT, 'dist/cli.cjs');

/** What `--json` writes. */
export interface Report {
  state: RunState;
  backend: string;
  layers: LayerInfo[];
  steps: StepRecord[];
  findings: Finding[];
  error: RunError | null;
}

/** An ended command. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Started {
  readonly ended: Promise<Ended>;
  /** Resolves when it has printed what matches. */
  printed(pattern: RegExp): Promise<void>;
  signal(name: NodeJS.Signals): void;
}

export interface StartOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Path of the command line; default: that of the checkout. */
  cli?: string;
}

/** Starts `gradient-lens ARGS` in the fixture workspace. */
export function startCli(args: readonly string[], options: StartOptions = {}): Started {
  const { cwd = WORKSPACE, env, cli = CLI } = options;
  const child = spawn(process.execPath, [cli, ...args], {
    cwd,
    env: { ...process.env, FORCE_COLOR: undefined, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  const changed = (): void => watchers.forEach((watcher) => watcher());
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    changed();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    changed();
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  return {
    ended,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!pattern.test(stdout + stderr)) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
        ended.then(
          () => reject(new Error(`It ended without printing ${pattern}: ${stdout}${stderr}`)),
          reject,
        );
      }),
    signal: (name) => child.kill(name),
  };
}

/** Runs `gradient-lens ARGS` to its end. */
export function runCli(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  return startCli(args, options).ended;
}

/** A folder that goes when the tests of its suite are over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'gradient-lens-cli-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function readReport(file: string): Report {
  return JSON.parse(readFileSync(file, 'utf8')) as Report;
}

/** Runs with `--json -`; everything else that is printed is in `stderr`. */
export async function report(args: readonly string[], options?: StartOptions) {
  const { code, stdout, stderr } = await runCli([...args, '--json', '-'], options);
  return { code, stderr, report: JSON.parse(stdout) as Report };
}
