// A source with a real process, and what it tells its run.
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import type { RunError } from '../../../src/shared/core/run';
import type { RunSink } from '../../../src/run/source';
import { ChildLauncher } from '../../../src/sources/node/childProcess';
import { FileLocator } from '../../../src/sources/node/fileLocator';
import type { LaunchedProcess, NodeProgram } from '../../../src/sources/node/launcher';
import { NodeSource, type NodeSourceOptions } from '../../../src/sources/node/nodeSource';
import type { NodeStart } from '../../../src/shared/protocol/node';

export const START: NodeStart = {
  seed: 1,
  paused: false,
  sampling: { everySteps: 1, activationEverySteps: 1 },
  epsilon: 'keras',
  probe: 'auto',
  standIn: 'offer',
  breakOn: [],
};

/** Bundles a module of this folder to a script that starts fast. */
export async function bundleScript(name: string, folder: string): Promise<string> {
  const outfile = path.join(folder, name.replace(/\.ts$/, '.cjs'));
  await build({
    ...{ entryPoints: [path.join(import.meta.dirname, name)], outfile, bundle: true },
    ...{ platform: 'node', format: 'cjs', target: 'node20', logLevel: 'error' },
  });
  return outfile;
}

/** A folder for one suite, and how to remove it. */
export async function temporaryFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'node-source-test-')));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Writes a text file. */
export async function write(folder: string, name: string, text: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, text);
  return file;
}

export type Call = [name: string, ...args: unknown[]];

/** What a scene tells its test. */
export interface Scene {
  source: NodeSource;
  calls: Call[];
  names: () => string[];
  /** Numbers of all steps recorded. */
  steps: () => number[];
  trouble: string[];
  /** Resolves with the last call: finished, failed or lost. */
  ended: Promise<Call>;
  error: () => RunError | undefined;
  launched: () => LaunchedProcess | undefined;
  /** Resolves when the condition holds; rejects when the run ends before. */
  until: (what: string, condition: () => boolean) => Promise<void>;
}

const ENDS = ['finished', 'failed', 'lost'];

/** Starts a source whose program is a command of Node. */
export function scene(args: string[], overrides: Partial<NodeSourceOptions> = {}): Scene {
  const calls: Call[] = [];
  const steps: number[] = [];
  const trouble: string[] = [];
  let settle: (call: Call) => void = () => undefined;
  const ended = new Promise<Call>((resolve) => (settle = resolve));
  const sink = new Proxy({} as RunSink, {
    get:
      (_, name) =>
      (...given: unknown[]) => {
        const call: Call = [String(name), ...given];
        if (name === 'records') {
          for (const { step } of given[0] as { step: number }[]) steps.push(step);
        }
        calls.push(call);
        if (ENDS.includes(String(name))) settle(call);
      },
  });
  const launcher = new ChildLauncher('ignore');
  let launched: LaunchedProcess | undefined;
  const source = new NodeSource({
    script: 'train.js',
    start: START,
    launcher: {
      launch: async (command) => (launched = await launcher.launch(command)),
    },
    prepare: () =>
      Promise.resolve<NodeProgram>({
        command: { executable: process.execPath, args, cwd: tmpdir(), env: {} },
        locator: new FileLocator(),
        dispose: () => undefined,
      }),
    onTrouble: (message) => trouble.push(message),
    ...overrides,
  });
  source.start(sink);
  return {
    ...{ source, calls, trouble, ended },
    names: () => calls.map(([name]) => name),
    steps: () => steps,
    error: () => calls.find(([name]) => name === 'failed')?.[1] as RunError | undefined,
    launched: () => launched,
    until: async (what, condition) => {
      while (!condition()) {
        if (calls.some(([name]) => ENDS.includes(name))) {
          throw new Error(`The run ended before: ${what}\n${JSON.stringify(calls.slice(-3))}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  };
}
