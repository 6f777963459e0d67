// A script of package.json as a command: through the package manager whose lock file lies beside it.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { NodeError } from './nodeError';

type Manager = 'npm' | 'pnpm' | 'yarn';

const LOCKS: readonly [file: string, manager: Manager][] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['package-lock.json', 'npm'],
];

/** This folder and those that it lies in, innermost first. */
function ancestors(folder: string): string[] {
  const found = [folder];
  for (let at = folder; path.dirname(at) !== at;) found.push((at = path.dirname(at)));
  return found;
}

function scriptsOf(manifest: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
    return (parsed as { scripts?: Record<string, unknown> } | null)?.scripts ?? {};
  } catch {
    return {};
  }
}

function managerOf(folder: string): Manager {
  for (const at of ancestors(folder)) {
    const lock = LOCKS.find(([file]) => existsSync(path.join(at, file)));
    if (lock) return lock[1];
  }
  return 'npm';
}

/** What runs a script, and the folder of its package.json. */
export interface ScriptCommand {
  executable: string;
  args: string[];
  folder: string;
}

/**
 * The command of the script `name` for a program in `folder`: of the nearest package.json that has it.
 * Throws a {@link NodeError} `script-missing`.
 */
export function scriptCommand(
  name: string,
  folder: string,
  args: readonly string[],
  platform = process.platform,
): ScriptCommand {
  const home = ancestors(folder).find((at) =>
    Object.hasOwn(scriptsOf(path.join(at, 'package.json')), name),
  );
  if (home === undefined) {
    throw new NodeError(
      'script-missing',
      `No package.json from ${folder} upwards has a script '${name}'. Correct the setting ` +
        'gradientLens.node.npmScript, or clear it to run the file itself.',
    );
  }
  const manager = managerOf(home);
  // npm takes what follows `--` for the script; the others take all that follows its name.
  const own = args.length > 0 && manager === 'npm' ? ['--', ...args] : args;
  const command = [manager, 'run', name, ...own];
  // On Windows, package managers are scripts of its shell.
  return platform === 'win32'
    ? { executable: 'cmd.exe', args: ['/d', '/c', ...command], folder: home }
    : { executable: manager, args: command.slice(1), folder: home };
}
