// Entry of the command line (dist/cli.cjs, `gradient-lens`).
import path from 'node:path';
import { messageOf } from '../model/modelError';
import { CliError } from './cliError';
import { HELP } from './help';
import { readCommand } from './options';
import { versionOf, type Surroundings } from './surroundings';
import { train } from './train';
import { EXIT } from './verdict';

const surroundings: Surroundings = {
  root: path.resolve(__dirname, '..'),
  cwd: process.cwd(),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
};

/** Runs the command; gives the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const command = readCommand(argv);
  switch (command.name) {
    case 'help':
      process.stdout.write(HELP);
      return EXIT.ok;
    case 'version':
      process.stdout.write(`${versionOf(surroundings)}\n`);
      return EXIT.ok;
    case 'train':
      return train(command, surroundings);
  }
}

// A reader that has seen enough, such as `head`, ends the command.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT.failed);
});

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const isUsage = error instanceof CliError && error.isUsage;
    const known = error instanceof CliError;
    const text = known || !(error instanceof Error) ? messageOf(error) : (error.stack ?? '');
    process.stderr.write(`gradient-lens: ${text}\n${isUsage ? 'See gradient-lens --help.\n' : ''}`);
    process.exitCode = EXIT.failed;
  },
);
