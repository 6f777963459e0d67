// Finds an esbuild that works on this machine: the native one shipped with the extension, then the
// WebAssembly one (every platform, slower), then those of a development checkout. Loaded once and
// kept: its service process stays warm, so that later bundles take milliseconds.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as nodeProcess from 'node:child_process';
import { compileFunction } from 'node:vm';
import type * as esbuild from 'esbuild';
import { ModelError, messageOf } from './modelError';

/** The part of esbuild that is used. */
export type Esbuild = Pick<typeof esbuild, 'build' | 'transform' | 'version' | 'stop'>;

/** An esbuild that answered, and which of the candidates it is. */
export interface LoadedEsbuild {
  esbuild: Esbuild;
  flavour: 'native' | 'wasm';
  path: string;
}

const ATTEMPT_MS = 20_000;

/**
 * esbuild-wasm starts its service as `node bin/esbuild`. VS Code's desktop has no `node` on its
 * PATH, but its own executable acts as one with ELECTRON_RUN_AS_NODE set, so the package is given a
 * `child_process` whose spawn starts that.
 */
async function loadWasm(main: string): Promise<Esbuild> {
  const requireFrom = createRequire(main);
  const childProcess = {
    ...nodeProcess,
    spawn: (command: string, args: string[], options: nodeProcess.SpawnOptions) =>
      nodeProcess.spawn(command === 'node' ? process.execPath : command, args, {
        ...options,
        env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      }),
  };
  const requireHere = (id: string): unknown =>
    id === 'child_process' || id === 'node:child_process' ? childProcess : requireFrom(id);
  const module = { exports: {} };
  const evaluate = compileFunction(
    await readFile(main, 'utf8'),
    ['exports', 'require', 'module', '__filename', '__dirname'],
    { filename: main },
  ) as (...args: unknown[]) => void;
  evaluate(module.exports, requireHere, module, main, path.dirname(main));
  return module.exports as Esbuild;
}

/** Proves that the service starts and answers; a binary of another platform fails here. */
async function probe(candidate: Esbuild): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it did not answer')), ATTEMPT_MS);
  });
  try {
    await Promise.race([candidate.transform('let a: number = 1', { loader: 'ts' }), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Loads esbuild for the extension at `extensionPath`. Throws `bundler-unavailable` with every reason. */
export async function loadEsbuild(extensionPath: string): Promise<LoadedEsbuild> {
  const reasons: string[] = [];
  const folders = [path.join(extensionPath, 'dist/vendor'), extensionPath];
  for (const folder of folders) {
    const requireFrom = createRequire(path.join(folder, 'package.json'));
    for (const flavour of ['native', 'wasm'] as const) {
      const name = flavour === 'native' ? 'esbuild' : 'esbuild-wasm';
      const file = path.join(folder, 'node_modules', name, 'lib/main.js');
      try {
        const loaded = flavour === 'native' ? (requireFrom(file) as Esbuild) : await loadWasm(file);
        await probe(loaded);
        return { esbuild: loaded, flavour, path: file };
      } catch (error) {
        const missing = (error as NodeJS.ErrnoException).code;
        if (missing !== 'MODULE_NOT_FOUND' && missing !== 'ENOENT') {
          reasons.push(`${file}: ${messageOf(error).split('\n')[0] ?? ''}`);
        }
      }
    }
  }
  throw new ModelError(
    'bundler-unavailable',
    `Gradient Lens cannot start its bundler (esbuild) on ${process.platform}-${process.arch}. ` +
      (reasons.length > 0 ? `Tried: ${reasons.join('; ')}. ` : '') +
      'Install the package of the extension made for this platform, or the universal one.',
  );
}

/** One esbuild per extension host, loaded at the first use. A failed load is tried again. */
export class EsbuildService {
  private loading: Promise<LoadedEsbuild> | undefined;

  constructor(private readonly extensionPath: string) {}

  /** Starts loading without waiting; failures are met again by the next {@link get}. */
  warm(): void {
    this.get().catch(() => undefined);
  }

  get(): Promise<LoadedEsbuild> {
    this.loading ??= loadEsbuild(this.extensionPath).catch((error: unknown) => {
      this.loading = undefined;
      throw error;
    });
    return this.loading;
  }

  /** Ends the service process. */
  async dispose(): Promise<void> {
    const loaded = await this.loading?.catch(() => undefined);
    this.loading = undefined;
    await loaded?.esbuild.stop();
  }
}
