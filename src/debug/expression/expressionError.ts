// Why an expression of the debugger has no value: the one typed error of this folder.

/** `message` says what is wrong and what there is instead; `position` counts characters from 0. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';

  constructor(
    readonly code: 'syntax' | 'unknown-name' | 'wrong-type' | 'too-large',
    message: string,
    readonly position: number,
  ) {
    super(message);
  }
}
