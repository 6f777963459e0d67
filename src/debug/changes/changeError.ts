// Why a training that is held cannot be changed as asked.

/** `message` says what is wrong with what was asked, and what would be right. */
export class ChangeError extends Error {
  override readonly name = 'ChangeError';
}
