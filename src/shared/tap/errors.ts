// What can go wrong while a step is being measured.

/** `statistics-incomplete`: the device answered with less than was asked, e.g. after it was reset. */
export type TapErrorCode = 'statistics-incomplete';

/** A failure of the tap itself, never of the user's program. */
export class TapError extends Error {
  readonly code: TapErrorCode;

  constructor(code: TapErrorCode, message: string) {
    super(message);
    this.name = 'TapError';
    this.code = code;
  }
}
