// Failures of the data readers: which file, what was expected, what was found, what to do.

export type DataErrorCode = 'missing-file' | 'data-format' | 'data-option';

/** A data file that is missing or is not what it should be, or an option that makes no sense. */
export class DataError extends Error {
  override readonly name = 'DataError';

  constructor(
    readonly code: DataErrorCode,
    /** The file or folder as the user's module named it; empty where no file is concerned. */
    readonly file: string,
    message: string,
  ) {
    super(message);
  }
}

/** The parts of a message about a file that is not what it should be. */
export interface Mismatch {
  expected: string;
  found: string;
  /** What the user can do about it: one sentence. */
  remedy: string;
}

/** A file whose content is not what its reader can read. */
export function formatError(file: string, { expected, found, remedy }: Mismatch): DataError {
  return new DataError(
    'data-format',
    file,
    `${file}: expected ${expected}, found ${found}. ${remedy}`,
  );
}

/** An option that cannot be used; `remedy` is one sentence. */
export function optionError(what: string, remedy: string, file = ''): DataError {
  return new DataError('data-option', file, `${file ? `${file}: ` : ''}${what}. ${remedy}`);
}

/** A file or folder that could not be opened; the cause's message says where it was looked for. */
export function missingError(file: string, remedy: string, cause?: unknown): DataError {
  const why = cause instanceof Error ? ` (${cause.message})` : '';
  return new DataError('missing-file', file, `${file} could not be read${why}. ${remedy}`);
}
