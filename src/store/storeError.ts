// What can go wrong with runs on disk.

/** A failure of the store. `message` says which file, what happened and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';

  constructor(
    readonly code:
      | 'cannot-write'
      | 'cannot-read'
      | 'not-a-run'
      | 'no-view'
      | 'unknown-run'
      | 'malformed-manifest'
      | 'torn-manifest'
      | 'bad-label'
      | 'bad-checkpoint',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The system's words for an error, e.g. `ENOSPC: no space left on device, write`. */
export function systemMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
