// Why a request of the editor cannot be served.

/** `message` is shown to the user: what is wrong, and what to do. */
export class SessionError extends Error {
  override readonly name = 'SessionError';
}
