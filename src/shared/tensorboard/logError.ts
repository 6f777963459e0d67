// The error of event files.

/** What can be wrong with an event file. */
export type LogErrorCode =
  /** A record's length or content does not fit its checksum. */
  | 'corrupt-record'
  /** A record is longer than any event that makes sense. */
  | 'oversized-record'
  /** A record's content is not the message it should be. */
  | 'malformed-event';

/** Bytes that are no event file, or no longer one. */
export class LogError extends Error {
  override readonly name = 'LogError';

  constructor(
    readonly code: LogErrorCode,
    message: string,
  ) {
    super(message);
  }
}
