// What is wrong with an experiment file, and where in it.

export type SpecErrorCode = 'not-json' | 'bad-experiment';

/** `path` is a JSON path from the file's root: `parameters.units.min`. Empty for the file as a whole. */
export class ExperimentSpecError extends Error {
  override readonly name = 'ExperimentSpecError';

  constructor(
    readonly code: SpecErrorCode,
    readonly path: string,
    what: string,
  ) {
    super(path === '' ? `The experiment ${what}` : `"${path}" of the experiment ${what}`);
  }
}

/** Throws; for use where a value is needed. */
export function refuse(path: string, what: string): never {
  throw new ExperimentSpecError('bad-experiment', path, what);
}
