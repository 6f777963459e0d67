// A launch configuration of js-debug with the lens in it: our preload in NODE_OPTIONS, the invitation in the
// environment, and nothing of the user's lost. Free of the editor's API.
import { CHANNEL_THREAD, NODE_INVITATION } from '../shared/protocol/node';

/** The parts of a configuration of js-debug that are read or changed here. */
export interface LaunchConfig {
  type?: unknown;
  request?: unknown;
  name?: unknown;
  program?: unknown;
  args?: unknown;
  cwd?: unknown;
  env?: unknown;
  envFile?: unknown;
  skipFiles?: unknown;
  [other: string]: unknown;
}

/** Types of configurations that js-debug runs Node programs by, npm scripts and test runners among them. */
export const NODE_TYPES = ['node', 'pwa-node', 'node-terminal'] as const;

/** True for a session that js-debug makes by itself for each process or thread of another one. */
export function isTargetOf(config: LaunchConfig): boolean {
  return '__pendingTargetId' in config;
}

/** True for the session that js-debug would make for our own thread in a process: `[worker 1] gradient-lens`. */
export function isOwnThread(config: LaunchConfig): boolean {
  const { name } = config;
  return isTargetOf(config) && typeof name === 'string' && name.endsWith(`] ${CHANNEL_THREAD}`);
}

/** What is put into a configuration. */
export interface LensParts {
  /** Absolute path of `nodeTap.cjs`. */
  preload: string;
  /** The invitation, as JSON. */
  invitation: string;
  /** Text of the configuration's `envFile`, where it has one. */
  envFile?: string;
}

/** What tfjs does is no code of the user's: stepping goes over it, and a halt shows the user's own frame. */
const TFJS = '**/node_modules/@tensorflow/**';
/** What js-debug skips where a configuration says nothing. */
const SKIPPED = ['<node_internals>/**'];

/** An option as NODE_OPTIONS has it: in quotes, in which backslashes stand for themselves only when doubled. */
const quoted = (option: string): string => `"${option.replace(/["\\]/g, '\\$&')}"`;

type Environment = Record<string, string | null | undefined>;

const isRecord = (value: unknown): value is Environment =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The name that an environment has for a variable: on Windows, case does not count. */
function nameIn(env: Environment, name: string, platform: NodeJS.Platform): string {
  if (platform !== 'win32') return name;
  return Object.keys(env).find((key) => key.toUpperCase() === name) ?? name;
}

/** The value of a variable in a file of lines `NAME=value`, the last one where there are several. */
export function inEnvFile(text: string, name: string): string | undefined {
  let found: string | undefined;
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const [, key, raw = ''] = /^\s*(?:export\s+)?([\w.-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== name) continue;
    const inQuotes = /^(["'])(.*)\1$/.exec(raw);
    found = inQuotes ? (inQuotes[2] ?? '') : raw;
  }
  return found;
}

/**
 * The configuration with the lens. js-debug itself adds the NODE_OPTIONS of the editor's own environment, and
 * lets `env` win over `envFile`: options that only the file has are taken over.
 */
export function withLens<T extends LaunchConfig>(
  config: T,
  { preload, invitation, envFile }: LensParts,
  platform = process.platform,
): T {
  const env = isRecord(config.env) ? config.env : {};
  const name = nameIn(env, 'NODE_OPTIONS', platform);
  const own = env[name] ?? (envFile === undefined ? undefined : inEnvFile(envFile, name));
  const require = `--require ${quoted(preload)}`;
  const isThere = own?.includes(quoted(preload)) === true || own?.includes(preload) === true;
  const options = [own, isThere ? undefined : require].filter(Boolean).join(' ');
  const skipped = Array.isArray(config.skipFiles) ? (config.skipFiles as unknown[]) : SKIPPED;
  return {
    ...config,
    env: { ...env, [name]: options, [NODE_INVITATION]: invitation },
    // The user's patterns come later, and may take ours back: `!**/node_modules/@tensorflow/**`.
    skipFiles: [TFJS, ...skipped, preload],
  };
}

/** The program's file among what a configuration names: the first that is no file of a package. */
export function programOf(
  { program, args }: LaunchConfig,
  isFile: (file: string) => boolean,
): string | undefined {
  const named = [program, ...(Array.isArray(args) ? (args as unknown[]) : [])];
  return named.find(
    (file): file is string =>
      typeof file === 'string' && !/[\\/]node_modules[\\/]/.test(file) && isFile(file),
  );
}
