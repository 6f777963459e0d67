// What goes wrong with an export, in words for its user.

export type ExportErrorCode = 'malformed-picture' | 'cannot-write' | 'nothing-recorded';

export class ExportError extends Error {
  override readonly name = 'ExportError';

  constructor(
    readonly code: ExportErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
