// The arguments of the command line, checked. Node's own parser reads them; what it cannot know
// (numbers, names, `name=value`) is checked here.
import { parseArgs } from 'node:util';
import { CliError } from './cliError';
import { messageOf } from '../shared/core/thrown';

export const BACKENDS = ['node', 'wasm', 'cpu', 'webgl'] as const;
export type CliBackend = (typeof BACKENDS)[number];

export const FAIL_ON = ['warning', 'error', 'never'] as const;
/** Least severity of a finding at which the command fails. */
export type FailOn = (typeof FAIL_ON)[number];

/** The value that the editor's setting `gradientLens.seed` has by default. */
export const DEFAULT_SEED = 42;
const MAX_SEED = 0xffffffff;

/** Output file that means standard output. */
export const STANDARD_OUTPUT = '-';

/** `gradient-lens train …` */
export interface TrainCommand {
  file: string;
  steps?: number;
  seed: number;
  /** Absent: chosen by what the file needs. */
  backend?: CliBackend;
  hyperparameters: Record<string, number | string | boolean>;
  json?: string;
  sarif?: string;
  failOn: FailOn;
  /** What stands behind `--`, for the program. */
  programArgs: readonly string[];
}

/** True where a report takes standard output, so that everything else must not. */
export function usesStandardOutput({ json, sarif }: TrainCommand): boolean {
  return json === STANDARD_OUTPUT || sarif === STANDARD_OUTPUT;
}

export type Command = { name: 'help' } | { name: 'version' } | ({ name: 'train' } & TrainCommand);

const OPTIONS = {
  steps: { type: 'string' },
  seed: { type: 'string' },
  backend: { type: 'string' },
  set: { type: 'string', multiple: true },
  json: { type: 'string' },
  sarif: { type: 'string' },
  'fail-on': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

function usage(message: string): CliError {
  return new CliError(message, true);
}

function whole(name: string, text: string, from: number, to: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= from && value <= to) return value;
  const range = to === Number.MAX_SAFE_INTEGER ? `from ${from}` : `from ${from} to ${to}`;
  throw usage(`${name} is '${text}'; it has to be a whole number ${range}.`);
}

function oneOf<T extends string>(name: string, text: string, known: readonly T[]): T {
  const found = known.find((value) => value === text);
  if (found !== undefined) return found;
  throw usage(`${name} is '${text}'; it can be ${known.join(', ')}.`);
}

/** The value of a hyperparameter: a number, true or false where it reads as one, else the text. */
function valueOf(text: string): number | string | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return text.trim() !== '' && Number.isFinite(number) ? number : text;
}

function hyperparametersOf(pairs: readonly string[]): TrainCommand['hyperparameters'] {
  const entries = pairs.map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw usage(`--set is '${pair}'; it has to be name=value, such as units=64.`);
    return [pair.slice(0, at), valueOf(pair.slice(at + 1))] as const;
  });
  return Object.fromEntries(entries);
}

/** Node's parser, whose message goes on with advice on how to quote. */
function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: OPTIONS,
      allowPositionals: true,
      tokens: true,
    });
  } catch (error) {
    const message = messageOf(error);
    throw usage(`${message.split(/\. |\n/)[0]?.replace(/\.$/, '') ?? message}.`);
  }
}

/** Positional arguments, and the pairs of `--set a=1 b=2`: those that follow its first one too. */
function splitPositionals({ tokens }: ReturnType<typeof parse>) {
  const positionals: string[] = [];
  const pairs: string[] = [];
  let isSetting = false;
  for (const token of tokens) {
    if (token.kind === 'option') {
      isSetting = token.name === 'set';
      if (isSetting && token.value !== undefined) pairs.push(token.value);
    } else if (token.kind === 'positional') {
      if (isSetting && /^[\w$]+=/.test(token.value)) pairs.push(token.value);
      else positionals.push(token.value);
    }
  }
  return { positionals, pairs };
}

/** Reads the arguments after `gradient-lens`. Throws {@link CliError}. */
export function readCommand(argv: readonly string[]): Command {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  const programArgs = end < 0 ? [] : argv.slice(end + 1);
  const parsed = parse(own);
  const { values } = parsed;
  const {
    positionals: [verb, file, ...rest],
    pairs,
  } = splitPositionals(parsed);
  if (values.help || verb === 'help' || own.length === 0) return { name: 'help' };
  if (values.version) return { name: 'version' };
  if (verb !== 'train') throw usage(`There is no command '${verb ?? ''}'; the command is train.`);
  if (file === undefined) throw usage('train needs the file to train.');
  if (rest.length > 0) {
    throw usage(
      `train takes one file, and '${rest.join(' ')}' is more. Arguments of the program itself stand behind --.`,
    );
  }
  const { steps, seed, backend, json, sarif } = values;
  if (json === STANDARD_OUTPUT && sarif === STANDARD_OUTPUT) {
    throw usage('--json and --sarif cannot both go to standard output.');
  }
  return {
    name: 'train',
    file,
    seed: seed === undefined ? DEFAULT_SEED : whole('--seed', seed, 0, MAX_SEED),
    ...(steps !== undefined && { steps: whole('--steps', steps, 1, Number.MAX_SAFE_INTEGER) }),
    ...(backend !== undefined && { backend: oneOf('--backend', backend, BACKENDS) }),
    hyperparameters: hyperparametersOf(pairs),
    ...(json !== undefined && { json }),
    ...(sarif !== undefined && { sarif }),
    failOn: oneOf('--fail-on', values['fail-on'] ?? 'error', FAIL_ON),
    programArgs,
  };
}
