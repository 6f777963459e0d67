// What the command line works in: folders, streams, and the packages beside it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { loadEsbuild, type Esbuild, type LoadedEsbuild } from '../model/esbuildLoader';
import type { Playwright } from '../sources/runtimeHost/browserPage';
import { CliError } from './cliError';
import type { Output } from './terminal/terminal';

export interface Surroundings {
  /** Folder of the package: with dist/ and docs/. */
  root: string;
  cwd: string;
  env: NodeJS.ProcessEnv;
  stdout: Output;
  stderr: Output;
}

/** Folder of the built files. */
export function distOf({ root }: Surroundings): string {
  return path.join(root, 'dist');
}

export function versionOf({ root }: Surroundings): string {
  const manifest: unknown = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  return (manifest as { version: string }).version;
}

/** The esbuild that npm installed with the package, wherever it put it; else as the editor finds one. */
export class PackagedEsbuild {
  private loading: Promise<LoadedEsbuild> | undefined;

  constructor(private readonly root: string) {}

  get(): Promise<LoadedEsbuild> {
    return (this.loading ??= this.load());
  }

  async dispose(): Promise<void> {
    const loaded = await this.loading?.catch(() => undefined);
    await loaded?.esbuild.stop();
  }

  private async load(): Promise<LoadedEsbuild> {
    const requireFrom = createRequire(path.join(this.root, 'dist/cli.cjs'));
    try {
      const file = requireFrom.resolve('esbuild');
      const esbuild = requireFrom(file) as Esbuild;
      // A package without the binary of this platform fails here.
      await esbuild.transform('');
      return { esbuild, flavour: 'native', path: file };
    } catch {
      return loadEsbuild(this.root);
    }
  }
}

/** playwright-core, which drives the browser: beside this package, or in the project. */
export function loadPlaywright({ root, cwd }: Surroundings): Playwright {
  for (const folder of [root, cwd]) {
    const requireFrom = createRequire(path.join(folder, 'package.json'));
    for (const name of ['playwright-core', 'playwright']) {
      try {
        return requireFrom(name) as Playwright;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
      }
    }
  }
  throw new CliError(
    '--backend webgl needs the package playwright-core, which drives the browser. Run: npm install --save-dev playwright-core',
  );
}
