// What keeps the command line from training: told in one or two sentences, exit code 2.

/** A command, a file or a machine that it cannot work with. */
export class CliError extends Error {
  override readonly name = 'CliError';

  /** @param isUsage True where the arguments are wrong, so that `--help` helps. */
  constructor(
    message: string,
    readonly isUsage = false,
  ) {
    super(message);
  }
}
